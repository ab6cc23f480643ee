internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Reads the memory that the script's tree has, when the watch says that it is time.
struct MemoryGauge: ~Copyable {
  private enum Source: ~Copyable {
    case off
    /// A cgroup that has a limit, or that holds nobody but this process and its tree.
    case cgroup(MemoryCgroup)
    /// The sum over the tree's processes, from `/proc`.
    case tree(root: Int32)
  }

  private let source: Source
  private let watch: MemoryWatch
  /// Whether the cgroup's processes are the tree's: then one that the kernel killed was one of ours.
  private let isExclusive: Bool
  private var killsBefore: UInt64 = 0
  private var limitHitsBefore: UInt64 = 0

  private(set) var nextDue: Instant?
  /// The most that was seen.
  private(set) var peak: UInt64 = 0
  /// Set where the kernel stopped to tell.
  private(set) var isBlind = false

  private static let controller = "memory"
  /// A walk through `/proc` takes a fiftieth of the time at most.
  private static let treeShare: UInt64 = 50
  private static let shortestTreeInterval: UInt64 = 20_000_000
  /// Above this interval the exact number makes no difference.
  private static let roughInterval: UInt64 = 8_000_000

  /// No watch.
  init() { self.init(.off, limit: .max, isExclusive: false) }

  /// The cgroup that the plan names; no watch where it names none.
  init(cgroupOf plan: MemoryPlan, _ cgroups: CgroupTable?, _ buffer: inout [UInt8]) {
    guard let directory = plan.directory, let limit = plan.directoryLimit,
      let version = cgroups?.location(of: Self.controller)?.version,
      let cgroup = try? MemoryCgroup(directory, version)
    else {
      self.init()
      return
    }
    let kills = cgroup.killCount(&buffer) ?? 0
    let limitHits = cgroup.limitHitCount(&buffer) ?? 0
    self.init(.cgroup(cgroup), limit: limit, isExclusive: plan.isExclusive)
    killsBefore = kills
    limitHitsBefore = limitHits
    nextDue = .now
  }

  /// The sum over the tree, where the plan wants it.
  init(treeOf plan: MemoryPlan, root: Int32) {
    guard let limit = plan.treeLimit else {
      self.init()
      return
    }
    self.init(.tree(root: root), limit: limit, isExclusive: false)
    nextDue = .now
  }

  private init(_ source: consuming Source, limit: UInt64, isExclusive: Bool) {
    self.source = source
    self.isExclusive = isExclusive
    watch = MemoryWatch(limit: limit, processors: Machine.processorCount)
  }

  /// What exceeds the limit, if it is time to look and something does.
  mutating func sample(_ buffer: inout [UInt8], at now: Instant) -> LimitFinding? {
    guard let due = nextDue, due <= now else { return nil }
    guard let used = used(&buffer) else {
      isBlind = true
      nextDue = nil
      return nil
    }
    peak = max(peak, used)
    if watch.isExceeded(by: used) || ranOut(&buffer) {
      nextDue = nil
      return LimitFinding(.memory, used: peak, allowed: watch.limit)
    }
    nextDue = now.advanced(byNanoseconds: interval(used: used, lookedSince: now))
    return nil
  }

  /// Whether the kernel killed a process of the tree because the cgroup's own limit was reached. That it killed alone does not
  /// say so: the whole machine may have been out of memory.
  func ranOut(_ buffer: inout [UInt8]) -> Bool {
    guard isExclusive else { return false }
    switch source {
    case .off: return false
    case .tree: return false
    case .cgroup(let cgroup):
      guard let kills = cgroup.killCount(&buffer), kills > killsBefore else { return false }
      guard let hits = cgroup.limitHitCount(&buffer) else { return false }
      return hits > limitHitsBefore
    }
  }

  private func used(_ buffer: inout [UInt8]) -> UInt64? {
    switch source {
    case .off: return nil
    case .tree(let root): return ProcessTable.privateMemoryBytes(of: ProcessTable.descendants(of: root), &buffer)
    case .cgroup(let cgroup):
      guard let usage = cgroup.usageBytes(&buffer) else { return nil }
      // The statistics cost the kernel more than the sum, and can only lower it.
      if watch.interval(used: usage) >= Self.roughInterval { return usage }
      guard let filePages = cgroup.filePagesBytes(&buffer) else { return nil }
      let used = MemoryWatch.used(usage, afterwards: usage, filePages: filePages)
      guard watch.isExceeded(by: used), let afterwards = cgroup.usageBytes(&buffer) else { return used }
      return MemoryWatch.used(usage, afterwards: afterwards, filePages: filePages)
    }
  }

  private func interval(used: UInt64, lookedSince start: Instant) -> UInt64 {
    let interval = watch.interval(used: used)
    switch source {
    case .off: return interval
    case .cgroup: return interval
    case .tree:
      let cost = Instant.now.nanoseconds(since: start)
      return max(interval, Self.shortestTreeInterval, cost * Self.treeShare)
    }
  }
}

extension MemoryGauge {
  /// Looks at what there is, makes a plan of it, and tells the report; nil where no watch is wanted.
  static func plan(
    _ configuration: EffectiveConfiguration, _ cgroups: CgroupTable?, _ buffer: inout [UInt8],
    _ report: inout IsolationReport
  ) -> MemoryPlan? {
    let wanted: UInt64?
    switch configuration.memory {
    case .explicit(let bytes): wanted = bytes
    case .automatic(let most): wanted = most
    case .off: wanted = 0
    }
    if wanted == 0 || configuration.disabled.contains(.memoryWatch) {
      report.set(.memoryWatch, .disabled)
      return nil
    }

    var levels: [MemoryLevel] = []
    let location = cgroups?.location(of: controller)
    if let location {
      for directory in location.directories {
        guard let level = MemoryCgroup.level(of: directory, location.version, &buffer) else { continue }
        levels.append(MemoryLevel(directory: directory, limit: level.limit, usage: level.usage))
      }
    }
    var isAlone = false
    // Where nothing limits the memory it makes no difference. A directory that cannot be read is not the own one any more.
    if wanted != nil || levels.contains(where: { $0.limit != nil }), let location {
      isAlone =
        levels.first?.directory.utf8.elementsEqual(location.directory.utf8) == true
        && CgroupTable.isAlone(in: location.directory)
    }
    let plan = MemoryPlan(
      wanted: wanted, levels: levels, isAlone: isAlone && configuration.relay == nil,
      processors: Machine.processorCount)
    let source = plan.directory == nil ? "tree" : location?.version == .v1 ? "cgroup1" : "cgroup2"
    report.set(
      .memoryWatch, plan.limit == nil ? .unavailable : plan.weakness == nil ? .active : .degraded,
      reason: plan.weakness, details: plan.limit == nil ? [] : [Field("source", source)])
    return plan
  }
}
