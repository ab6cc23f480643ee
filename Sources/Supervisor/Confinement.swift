internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// What the child is confined with: prepared by the supervisor, put in force by the child itself.
struct Confinement: ~Copyable {
  private(set) var limits: [ResourceLimit] = []
  private(set) var filters: [[UInt64]] = []
  private(set) var landlock: Descriptor = .none
  let setsNoNewPrivileges: Bool

  /// Prepares every layer that is not switched off, and notes in the report which can be had.
  init(
    grants: [PathGrant], mountInfo: [UInt8]?, configuration: EffectiveConfiguration, profile: LoadedSeccompProfile?,
    protecting processes: SeccompProtection, report: inout IsolationReport
  ) {
    let disabled = configuration.disabled
    setsNoNewPrivileges = !disabled.contains(.noNewPrivileges)
    report.set(.noNewPrivileges, setsNoNewPrivileges ? .active : .disabled)

    if disabled.contains(.resourceLimits) {
      report.set(.resourceLimits, .disabled)
    } else {
      do {
        limits = try Self.limits(of: configuration)
        report.set(.resourceLimits, .active)
      } catch {
        report.set(.resourceLimits, .unavailable, reason: error.message)
      }
    }

    if disabled.contains(.seccomp) || configuration.seccomp == .unconfined {
      report.set(.seccomp, .disabled, details: [Field("profile", SeccompProfileName.unconfined.name)])
    } else {
      prepareFilter(configuration, profile, processes, &report)
    }

    if disabled.contains(.landlock) {
      report.set(.landlock, .disabled)
    } else {
      prepareDomain(grants, mountInfo, configuration, &report)
    }
  }

  // MARK: - seccomp

  private mutating func prepareFilter(
    _ configuration: EffectiveConfiguration, _ profile: LoadedSeccompProfile?, _ processes: SeccompProtection,
    _ report: inout IsolationReport
  ) {
    do {
      var program: SeccompProgram
      var details = [Field("profile", configuration.seccomp.name)]
      switch configuration.seccomp {
      case .strict:
        program = try .strict(network: configuration.network, denial: .notify, protecting: processes)
      case .standard, .unconfined:
        program = try .standard(network: configuration.network, denial: .notify, protecting: processes)
      case .file:
        guard let profile else { return report.set(.seccomp, .unavailable, reason: "the profile was not read") }
        program = try .enclosing(
          profile.words, network: configuration.network, denial: .notify, protecting: processes)
        details += [Field("name", profile.name), Field("sha256", profile.sha256)]
      }
      if configuration.scratchDirectory != nil {
        program = program.leavingSocketPairsOnly(denial: .notify)
        details.append(Field("unix_sockets", "pairs"))
      }
      filters = [program.words]
      report.set(.seccomp, .active, details: details)
    } catch {
      report.set(.seccomp, .unavailable, reason: error.message)
    }
  }

  // MARK: - Landlock

  private mutating func prepareDomain(
    _ grants: [PathGrant], _ mountInfo: [UInt8]?, _ configuration: EffectiveConfiguration,
    _ report: inout IsolationReport
  ) {
    do {
      let abi = try Landlock.abi()
      var builder = try LandlockBuilder(abi: abi, limitsNetwork: configuration.network == .none, mountInfo: mountInfo)
      for grant in grants { try builder.allow(grant) }
      var details = [Field("abi", Int64(abi))]
      if let lacking = Self.lacking(abi) { details.append(Field("lacks", lacking)) }
      if !builder.missingPaths.isEmpty { details.append(Field("missing", Self.joined(builder.missingPaths))) }

      let signalsHeld = abi >= Landlock.scopeABI || report.isActive(.seccomp)
      if !builder.knowsMounts {
        report.set(
          .landlock, .degraded,
          reason: "/proc/self/mountinfo cannot be read, so volumes mounted beneath allowed directories are readable",
          details: details)
      } else if !signalsHeld {
        report.set(
          .landlock, .degraded, reason: "neither Landlock nor seccomp keeps the script's signals in its tree",
          details: details)
      } else {
        report.set(.landlock, .active, details: details)
      }
      landlock = builder.finish()
    } catch {
      report.set(.landlock, .unavailable, reason: error.message)
    }
  }

  /// What an older kernel's Landlock cannot hold. seccomp holds sockets and signals there; a truncated file needs to be
  /// writable by its mode in any case.
  private static func lacking(_ abi: Int32) -> String? {
    switch abi {
    case 1, 2: "truncate, tcp, ioctl_dev, signals, abstract_sockets"
    case 3: "tcp, ioctl_dev, signals, abstract_sockets"
    case 4: "ioctl_dev, signals, abstract_sockets"
    case 5: "signals, abstract_sockets"
    default: nil
    }
  }

  private static func joined(_ texts: [String]) -> String {
    var joined = ""
    for text in texts { joined += joined.utf8.isEmpty ? text : ", " + text }
    return joined
  }

  // MARK: - Resource limits

  /// See getrlimit(2) for each. None is above what the supervisor has itself.
  private static func limits(of configuration: EffectiveConfiguration) throws(SystemCallError) -> [ResourceLimit] {
    let mebibyte: UInt64 = 1 << 20
    var limits = [
      // 1 and not 0: where cores are piped to a program, 0 is not honoured and 1 is, see core(5).
      try ResourceLimit(.core, soft: 1, hard: 1),
      try ResourceLimit(.openFiles, both: configuration.openFiles),
      try ResourceLimit(.fileSize, both: configuration.fileSizeBytes),
      try ResourceLimit(.stack, soft: 8 * mebibyte, hard: 64 * mebibyte),
      // The kernel's own default since 5.16; enough for a key or two, too little to pin a node's memory.
      try ResourceLimit(.lockedMemory, both: Int64(8 * mebibyte)),
      try ResourceLimit(.messageQueues, both: 0),
      try ResourceLimit(.pendingSignals, both: 4096),
      try ResourceLimit(.nice, both: 0),
      try ResourceLimit(.realtimePriority, both: 0),
    ]
    if let seconds = configuration.cpuTimeSeconds {
      // SIGXCPU at the limit, which Python and bash die of; SIGKILL a second later for what ignores it.
      limits.append(try ResourceLimit(.cpuSeconds, soft: UInt64(seconds), hard: UInt64(seconds) + 1))
    }
    // Elsewhere it would count the user's processes on the whole node.
    if let threads = configuration.threads, Processes.areInOwnUserNamespace {
      // The watch comes first: this is for what is faster than it. The supervisor counts as well.
      limits.append(try ResourceLimit(.processes, both: Int64(clamping: threads) + 32))
    }
    if let bytes = configuration.dataSizeBytes { limits.append(try ResourceLimit(.data, both: bytes)) }
    return limits
  }

  /// The layers of `required` that the child itself puts in force.
  static func requiredOfChild(_ required: IsolationLayers) -> SpawnPlan.Set {
    var set: SpawnPlan.Set = []
    if required.contains(.resourceLimits) { set.insert(.limits) }
    if required.contains(.noNewPrivileges) { set.insert(.noNewPrivileges) }
    if required.contains(.landlock) { set.insert(.landlock) }
    if required.contains(.seccomp) { set.insert(.seccomp) }
    return set
  }

  /// Takes over what the child found out: a layer that it could not put in force is not active after all.
  static func note(_ errors: SpawnResult.LayerErrors, in report: inout IsolationReport) {
    let findings: [(TaskModel.IsolationLayer, Int32)] = [
      (.resourceLimits, errors.limits), (.noNewPrivileges, errors.noNewPrivileges), (.landlock, errors.landlock),
      (.seccomp, errors.seccomp),
    ]
    for (layer, number) in findings where number != 0 {
      report.set(layer, .unavailable, reason: errorReason(number))
    }
  }

  /// Says of a filter that is in force whether what it refuses will be counted and reported. The script is held all the
  /// same: a filter without a listener refuses by itself.
  static func note(_ listener: borrowing SeccompListener, error: Int32, in report: inout IsolationReport) {
    guard report.isActive(.seccomp) else { return }
    if listener.isOpen {
      report.add([Field("denied_calls", listener.countsAreExact ? "counted" : "counted, at most")], to: .seccomp)
    } else {
      report.add(
        [Field("denied_calls", "not counted"), Field("not_counted_because", errorReason(error))], to: .seccomp)
    }
  }

  /// Gives the ruleset up to whoever starts the child.
  mutating func takeLandlock() -> Descriptor { Descriptor(owning: landlock.release()) }
}

extension ResourceLimit {
  fileprivate init(_ resource: Resource, both value: Int64) throws(SystemCallError) {
    try self.init(resource, soft: UInt64(max(0, value)), hard: UInt64(max(0, value)))
  }
}
