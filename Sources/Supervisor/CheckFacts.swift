internal import TaskModel

/// What `--check` finds out about the surroundings, as plain values: what to make of it is `CheckJudgement`'s business.
package struct CheckFacts: Sendable {
  package init() {}

  package var kernel = ""
  package var unixSeconds: Int64 = 0

  // As the container was started, before anything was given up.
  package var userID: UInt32 = 1000
  package var groupID: UInt32 = 1000
  /// Capabilities that were held and those that could have come back, as `/proc/self/status` has them.
  package var effectiveCapabilities = "0000000000000000"
  package var boundingCapabilities = "0000000000000000"
  package var noNewPrivileges = true
  /// Filters that were in force already: nil where the kernel does not say.
  package var hasOuterFilter = true
  /// Calls that a container runtime's profile refuses and that were let through.
  package var unfilteredCalls: [String] = []
  /// Whether uid 0 here is somebody else outside; nil where that cannot be read.
  package var hasUserNamespace: Bool?

  // Files.
  package var rootIsReadOnly = true
  /// nil: it cannot be used at all.
  package var temporary: Temporary?
  package var memoryLimitBytes: UInt64?
  package var processLimit: UInt64?
  package var hasProcessorQuota = true
  package var terminationLog = TerminationLogState.writable
  /// The file, and whether this user could change it; nil for the built-in policy.
  package var policy: (path: String, isWritable: Bool)?
  package var configurationProblem: String?

  package struct Temporary: Sendable {
    package var isInMemory: Bool
    package var sizeBytes: UInt64
    package var isNoexec: Bool
    package init(isInMemory: Bool, sizeBytes: UInt64, isNoexec: Bool) {
      self.isInMemory = isInMemory
      self.sizeBytes = sizeBytes
      self.isNoexec = isNoexec
    }
  }

  package enum TerminationLogState: Sendable { case missing, readOnly, writable }

  // Processes and network.
  package var ownProcess: Int32 = 1
  /// Names of processes that are none of ours.
  package var otherProcesses: [String] = []
  package var interfaces: [(name: String, isDevice: Bool)] = []
  package var networkIsWanted = false
  /// Unix sockets with a path that the user may connect to.
  package var sockets: [String] = []

  // What a confined process could do, by trying.
  /// The layers, in order.
  package var layers: [Layer] = []
  /// nil: it could not be started; the reason is among the runtimes' problems or here.
  package var confinedProblem: String?
  package var refusalsAreCounted = true
  package var socketFamilies: [String] = []
  package var writablePlaces: [String] = []
  package var readableVolumes: [String] = []
  package var tokenIsMounted = false
  package var tokenIsReadable = false
  package var reachesSupervisor: [String] = []
  package var runtimes: [(name: String, problem: String?)] = []

  package struct Layer: Sendable {
    package let name: String
    package let isActive: Bool
    /// `active`, `degraded`…
    package let state: String
    package let reason: String?
    package let isRequired: Bool
    package init(name: String, isActive: Bool, state: String, reason: String?, isRequired: Bool) {
      self.name = name
      self.isActive = isActive
      self.state = state
      self.reason = reason
      self.isRequired = isRequired
    }
  }
}

/// A file of `/proc` with lines like `CapEff:\t0000000000000000`.
package enum StatusFile {
  /// The value's first word.
  package static func value(of key: String, in content: [UInt8]) -> String? {
    for line in content.pieces(separatedBy: UInt8(ascii: "\n")) where line.begin(with: key + ":") {
      let words = String(repairing: line).words
      return words.count > 1 ? words[1] : nil
    }
    return nil
  }
}
