package import LinuxSystem

/// A seccomp profile as the OCI runtime specification has it (config-linux.md, "Seccomp"), with what the profiles of moby,
/// containerd and podman have besides. Nothing is decided yet: that takes an architecture and a kernel, see
/// `ProfileResolution`.
package struct OCISeccompProfile: Sendable {
  /// Without the prefix `SCMP_ACT_`.
  package enum Action: String, CaseIterable, Sendable {
    case kill = "KILL"
    case killProcess = "KILL_PROCESS"
    case killThread = "KILL_THREAD"
    case trap = "TRAP"
    case errno = "ERRNO"
    case trace = "TRACE"
    case allow = "ALLOW"
    case log = "LOG"
    case notify = "NOTIFY"

    package var name: String { "SCMP_ACT_" + rawValue }
  }

  /// An action and where it stands.
  package struct Decision: Sendable {
    package var action: Action
    package var errno: UInt64?
    package var place: Int
  }

  package struct Rule: Sendable {
    package var names: [String]
    package var decision: Decision
    package var arguments: [SeccompComparison]
    package var includes: Conditions
    package var excludes: Conditions
    /// Offset in the file.
    package var place: Int
  }

  /// When moby has a rule: `includes` and `excludes`.
  package struct Conditions: Sendable {
    package var capabilities: [String] = []
    /// As Go names them: `amd64`.
    package var architectures: [String] = []
    package var minimumKernel: KernelVersion?
    package init() {}
    package var isEmpty: Bool { capabilities.isEmpty && architectures.isEmpty && minimumKernel == nil }
  }

  /// What the specification does not have, in the words of the file.
  package enum Extension: String, CaseIterable, Sendable {
    case archMap, includes, excludes, name, errnoName, comment

    package var explanation: String {
      switch self {
      case .archMap: "archMap (moby): architectures by machine"
      case .includes: "includes (moby): rules for certain capabilities, machines and kernels only"
      case .excludes: "excludes (moby): rules not for certain capabilities, machines and kernels"
      case .name: "syscalls[].name (moby, old form): one name instead of a list"
      case .errnoName: "errno and defaultErrno (podman): errors by name"
      case .comment: "comment (moby): text without effect"
      }
    }
  }

  package var standard: Decision
  /// `SCMP_ARCH_X86_64` and others, those of `archMap` included.
  package var architectures: [String]
  package var flags: [String]
  package var rules: [Rule]
  package var extensions: [Extension]
}

/// Version and patch level of a kernel: `4.8` and `6.18.3` are told apart by their first two numbers, as moby does.
package struct KernelVersion: Comparable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int

  package init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// - Parameter text: `4.8`, or a release such as `6.18.3-arch1`.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, let major = Int(parts[0]), major >= 0 else { return nil }
    let digits = parts[1].prefix { $0.isASCII && $0.isNumber }
    guard let minor = Int(digits), parts.count > 2 || digits.count == parts[1].count || !digits.isEmpty else {
      return nil
    }
    self.init(major: major, minor: minor)
  }

  package static func < (one: KernelVersion, other: KernelVersion) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }

  package var description: String { "\(major).\(minor)" }
}
