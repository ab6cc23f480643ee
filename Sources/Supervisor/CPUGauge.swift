internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Adds up the CPU time of the script's processes, living and dead.
///
/// RLIMIT_CPU counts each process alone, and wait(2) tells nothing of a child whose parent ignores SIGCHLD: of 3 s it saw
/// 0.11. A cgroup misses nothing.
struct CPUGauge: ~Copyable {
  private let limit: UInt64
  private let root: Int32
  /// `cpu.stat` or `cpuacct.usage`; closed where no cgroup counts the tree alone.
  private let cgroup: KernelFile
  private let version: CgroupLocation.Version
  /// What the cgroup and this process had used when the watch began.
  private let usedBefore: UInt64
  private let ownBefore: UInt64

  private(set) var nextDue: Instant?

  private static let shortestInterval: UInt64 = 10_000_000
  private static let longestInterval: UInt64 = 1_000_000_000
  /// A walk takes a fiftieth of the time at most.
  private static let walkShare: UInt64 = 50

  init(
    _ configuration: EffectiveConfiguration, _ cgroups: CgroupTable?, root: Int32, _ buffer: inout [UInt8],
    _ report: inout IsolationReport
  ) {
    let limit = configuration.cpuTime.map { $0.wholeNanoseconds }
    let isDisabled = limit == nil || configuration.disabled.contains(.cpuWatch)
    let location = isDisabled ? nil : cgroups?.location(of: "cpuacct")
    let version = location?.version ?? .v2
    let counter = configuration.relay == nil ? Self.counter(location) : .none
    let usedBefore = Self.nanoseconds(counter, version, &buffer)
    if isDisabled {
      report.set(.cpuWatch, .disabled)
    } else if usedBefore != nil {
      report.set(.cpuWatch, .active, details: [Field("source", version == .v1 ? "cgroup1" : "cgroup2")])
    } else {
      report.set(
        .cpuWatch, .degraded,
        reason: "no cgroup counts the script alone: what processes use that nobody waits for is missed",
        details: [Field("source", "tree")])
    }
    self.init(
      limit: limit ?? .max, root: root, counter, version, usedBefore: usedBefore ?? 0, nextDue: isDisabled ? nil : .now)
  }

  private init(
    limit: UInt64, root: Int32, _ cgroup: consuming KernelFile, _ version: CgroupLocation.Version, usedBefore: UInt64,
    nextDue: Instant?
  ) {
    self.limit = limit
    self.root = root
    self.cgroup = cgroup
    self.version = version
    self.usedBefore = usedBefore
    self.nextDue = nextDue
    ownBefore = Processes.ownUsage.nanoseconds
  }

  private static func counter(_ location: CgroupLocation?) -> KernelFile {
    guard let location, CgroupTable.isAlone(in: location.directory) else { return .none }
    return KernelFile.ifThere(location.directory + (location.version == .v1 ? "/cpuacct.usage" : "/cpu.stat"))
  }

  /// What exceeds the limit, if it is time to look and something does.
  mutating func sample(_ buffer: inout [UInt8], at now: Instant) -> LimitFinding? {
    guard let due = nextDue, due <= now else { return nil }
    let used = used(&buffer)
    guard used <= limit else {
      nextDue = nil
      return LimitFinding(.cpuTime, used: used / 1_000_000, allowed: limit / 1_000_000)
    }
    let cost = Instant.now.nanoseconds(since: now)
    let ideal = (limit - used) / UInt64(max(1, Machine.processorCount))
    nextDue = now.advanced(
      byNanoseconds: max(min(max(ideal, Self.shortestInterval), Self.longestInterval), cost * Self.walkShare))
    return nil
  }

  private func used(_ buffer: inout [UInt8]) -> UInt64 {
    if let total = Self.nanoseconds(cgroup, version, &buffer) {
      let own = Processes.ownUsage.nanoseconds - ownBefore
      return total - min(total, usedBefore + own)
    }
    // Every process's own time, and that of the dead it waited for; those that this process waited for besides.
    return Processes.childrenUsage.nanoseconds
      + ProcessTable.cpuNanoseconds(of: ProcessTable.descendants(of: root), &buffer)
  }

  private static func nanoseconds(
    _ file: borrowing KernelFile, _ version: CgroupLocation.Version, _ buffer: inout [UInt8]
  ) -> UInt64? {
    switch version {
    case .v1: file.number(&buffer)
    case .v2: file.number(of: "usage_usec", &buffer).map { $0 * 1_000 }
    }
  }
}
