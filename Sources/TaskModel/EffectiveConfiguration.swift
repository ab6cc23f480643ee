internal import JSON

/// Where the script's code comes from.
package enum ScriptSource: Sendable {
  /// The task directory: the named file, or the one found by convention.
  case taskDirectory(name: String?)
  /// A path as the command line or a variable gave it.
  case file(String)
  case standardInput
  /// The value of an environment variable.
  case variable(String)
}

/// Where the short verdict goes.
package enum TerminationMessageTarget: Sendable {
  /// Kubernetes' default path, if there is such a file.
  case automatic
  case path(String)
  case none

  /// `terminationMessagePath` of a container, unless its manifest says otherwise.
  package static let kubernetesPath = "/dev/termination-log"
}

/// A limit that the supervisor itself watches over, in bytes.
package enum WatchedLimit: Equatable, Sendable {
  case off
  /// What the container's own limits leave, and not more than a policy's ceiling.
  case automatic(most: UInt64?)
  case explicit(UInt64)
}

/// The configuration that holds: the value of each key and the layer that it came from.
package struct EffectiveConfiguration: Sendable {
  /// A key's value, nil where nobody set it and it has no default.
  package struct Entry: Sendable {
    package let value: ConfigurationValue?
    package let layer: ConfigurationLayer
  }

  /// By the keys' raw values.
  private let entries: [Entry]
  package let policy: Policy

  init(entries: [Entry], policy: Policy) {
    self.entries = entries
    self.policy = policy
  }

  package subscript(key: ConfigurationKey) -> Entry {
    entries[Int(key.rawValue)]
  }
}

// MARK: - One property a key

extension EffectiveConfiguration {
  package var scriptSource: ScriptSource {
    if let name = text(.scriptEnvironment) { return .variable(name) }
    guard let script = text(.script) else { return .taskDirectory(name: nil) }
    switch self[.script].layer {
    case .environment, .flags: return script.hasSameBytes(as: "-") ? .standardInput : .file(script)
    case .builtIn, .trust, .policy, .taskFile: return .taskDirectory(name: script)
    }
  }

  package var runtimeName: String? { text(.runtime) }
  package var arguments: [[UInt8]] { byteStrings(.arguments) }
  /// A path inside the task directory, nil for `/dev/null`.
  package var standardInputFile: String? { text(.standardInput) }
  package var identifier: String? { text(.identifier) }

  /// Zero: the script is ended at once.
  package var timeout: Duration { .milliseconds(number(.timeout)) }
  /// Zero: killed at once.
  package var grace: Duration { .milliseconds(number(.grace)) }
  /// RLIMIT_CPU in whole seconds, nil for no limit.
  package var cpuTimeSeconds: Int64? {
    number(.cpuTime) == 0 ? nil : (number(.cpuTime) + 999) / 1_000
  }
  /// Of the whole tree; nil for no limit.
  package var cpuTime: Duration? { number(.cpuTime) == 0 ? nil : .milliseconds(number(.cpuTime)) }
  package var memory: WatchedLimit { watched(.memory) }
  package var disk: WatchedLimit { watched(.disk) }
  /// Nil for no limit.
  package var processes: UInt64? { number(.processes) == 0 ? nil : UInt64(number(.processes)) }
  package var threads: UInt64? { number(.threads) == 0 ? nil : UInt64(number(.threads)) }
  /// RLIMIT_DATA in bytes, nil for no limit.
  package var dataSizeBytes: Int64? { number(.dataSize) == 0 ? nil : number(.dataSize) }
  package var openFiles: Int64 { number(.openFiles) }
  package var fileSizeBytes: Int64 { number(.fileSize) }
  package var standardOutputLimitBytes: Int64 { number(.standardOutputLimit) }
  package var standardErrorLimitBytes: Int64 { number(.standardErrorLimit) }
  package var logLimitBytes: Int64 { number(.logLimit) }
  package var output: OutputPolicy { OutputPolicy(rawValue: choice(.output)) ?? .truncate }

  /// Nil where nothing is to come back.
  package var artifacts: ArtifactLocation? { text(.artifacts).flatMap { ArtifactLocation($0) } }
  package var artifactLimitBytes: Int64 { number(.artifactLimit) }
  package var artifactFileLimitBytes: Int64 { number(.artifactFileLimit) }

  /// Nil where no level was chosen: then none bounds anything.
  package var trust: TrustLevel? {
    if case .choice(let index)? = self[.trust].value { TrustLevel(rawValue: index) } else { nil }
  }
  /// Whether the script is only checked.
  package var checksOnly: Bool { trust == .shadow }

  package var network: NetworkAccess { NetworkAccess(rawValue: choice(.network)) ?? .none }
  package var seccomp: SeccompProfileName {
    seccompFile == nil ? SeccompProfileName(rawValue: choice(.seccomp)) ?? .standard : .file
  }
  /// The path of the compiled profile, where one is chosen.
  package var seccompFile: String? { text(.seccomp) }
  /// What the keys add; the policy's own paths are in `policy`.
  package var readPaths: [String] { texts(.read) }
  package var writePaths: [String] { texts(.write) }
  package var environment: [EnvironmentVariable] {
    EnvironmentVariable.list(byteStrings(.environment))
  }
  package var passedNames: [String] { texts(.passEnvironment) }
  /// Names of variables, and paths.
  package var secretSources: [String] { texts(.redact) }
  package var required: IsolationLayers { layers(.require) }
  package var disabled: IsolationLayers { layers(.disable) }

  package var exitCodeMode: ExitCodeMode { ExitCodeMode(rawValue: choice(.exitCode)) ?? .passthrough }
  /// One or two.
  package var logTargets: [LogTarget] { texts(.log).compactMap { LogTarget($0) } }
  package var terminationMessage: TerminationMessageTarget {
    guard let target = text(.terminationMessage), !target.hasSameBytes(as: "auto") else { return .automatic }
    return target.hasSameBytes(as: "none") ? .none : .path(target)
  }
  /// The relay's program and arguments, nil where there is none.
  package var relay: [String]? { texts(.relay).isEmpty ? nil : texts(.relay) }
  package var relayLog: RelayLog { RelayLog(rawValue: choice(.relayLog)) ?? .keep }
  package var relayWait: Duration { .milliseconds(number(.relayWait)) }
  /// What must be active, or the script does not start. A relay is as much at the script's mercy without Landlock as its
  /// credentials are: another process of the same user may read /proc/<pid>/environ.
  package var requiredLayers: IsolationLayers {
    relay == nil ? required : required.union(IsolationLayers(.landlock))
  }
  /// Nil for no heartbeat.
  package var heartbeat: Duration? { number(.heartbeat) == 0 ? nil : .milliseconds(number(.heartbeat)) }
  package var taskDirectory: String { text(.task) ?? "/task" }
  /// Nil where `/tmp` and `/dev/shm` are the script's.
  package var scratchDirectory: String? { text(.scratch) }
  /// Where the working directory is made.
  package var temporaryDirectory: String { scratchDirectory ?? FilesystemPolicy.temporary }

  /// From the child's start to the end of the process, at the latest: timeout, grace, drain, and the time for artifacts and the
  /// relay where there may be any.
  package var worstCase: Duration {
    timeout + grace + TimeBounds.drain + (artifacts == nil ? .zero : TimeBounds.artifacts)
      + (relay == nil ? .zero : relayWait)
  }

  private func watched(_ key: ConfigurationKey) -> WatchedLimit {
    guard case .number(let number)? = self[key].value else {
      guard case .atMost(let most)? = policy.ceiling(of: key), most > 0 else { return .automatic(most: nil) }
      return .automatic(most: UInt64(most))
    }
    return number == 0 ? .off : .explicit(UInt64(number))
  }

  private func number(_ key: ConfigurationKey) -> Int64 {
    if case .number(let number)? = self[key].value { number } else { 0 }
  }

  private func choice(_ key: ConfigurationKey) -> Int {
    if case .choice(let index)? = self[key].value { index } else { 0 }
  }

  private func text(_ key: ConfigurationKey) -> String? {
    if case .text(let text)? = self[key].value { text } else { nil }
  }

  private func texts(_ key: ConfigurationKey) -> [String] {
    if case .texts(let texts)? = self[key].value { texts } else { [] }
  }

  private func byteStrings(_ key: ConfigurationKey) -> [[UInt8]] {
    if case .byteStrings(let items)? = self[key].value { items } else { [] }
  }

  private func layers(_ key: ConfigurationKey) -> IsolationLayers {
    if case .layers(let layers)? = self[key].value { layers } else { [] }
  }
}
