internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// What the supervisor watches over while the script runs, so that it can end the tree before the kernel or the kubelet does
/// so bluntly. The loop asks when to look, and looks.
struct Watches: ~Copyable {
  /// Memory as the cgroup counts it, and as the tree's processes do where the cgroup has others in it too.
  private var memory: MemoryGauge
  private var treeMemory: MemoryGauge
  private var processes: ProcessGauge
  private var disk: DiskGauge
  private var cpu: CPUGauge
  /// The limits that hold, for the `start` frame.
  let limits: WatchedLimits
  /// What the script was ended for.
  private(set) var finding: LimitFinding?
  private var toldBlind = false
  private var buffer: [UInt8]
  /// Holds the largest of the kernel's files: `memory.stat` has some 60 lines.
  private static let bufferSize = 8 * 1024

  /// Opens what there is to be watched, before the child is born, so that what was there before is known.
  init(
    _ configuration: EffectiveConfiguration, mounts: [UInt8]?, ownProcess: Int32, workDirectory: String,
    _ report: inout IsolationReport
  ) {
    let cgroups = mounts.flatMap { try? CgroupTable(mounts: $0) }
    var buffer = [UInt8](roomFor: Self.bufferSize)
    var limits = WatchedLimits()
    memory = MemoryGauge()
    treeMemory = MemoryGauge()
    if let plan = MemoryGauge.plan(configuration, cgroups, &buffer, &report) {
      limits.memoryBytes = plan.limit
      memory = MemoryGauge(cgroupOf: plan, cgroups, &buffer)
      treeMemory = MemoryGauge(treeOf: plan, root: ownProcess)
    }
    processes = ProcessGauge(
      configuration, cgroups, root: ownProcess, seesOwnProcess: mounts != nil, &buffer, &report)
    // Whoever is process 1 is in a container.
    disk = DiskGauge(
      configuration, workDirectory: workDirectory,
      ownsVolumes: ownProcess == 1 && configuration.scratchDirectory == nil, &report)
    limits.diskBytes = disk.effectiveLimit
    cpu = CPUGauge(configuration, cgroups, root: ownProcess, &buffer, &report)
    self.limits = limits
    self.buffer = buffer
  }

  /// When to look next.
  var nextDue: Instant? {
    guard finding == nil else { return nil }
    return earliest(
      earliest(memory.nextDue, treeMemory.nextDue), earliest(earliest(processes.nextDue, disk.nextDue), cpu.nextDue))
  }

  /// Looks at what is due.
  /// - Returns: what the tree is to be ended for.
  mutating func sample(at now: Instant) -> Intervention? {
    guard finding == nil else { return nil }
    // Processes first: too many of them use up everything else as well.
    finding =
      processes.sample(&buffer, at: now) ?? memory.sample(&buffer, at: now) ?? treeMemory.sample(&buffer, at: now)
      ?? disk.sample(at: now) ?? cpu.sample(&buffer, at: now)
    if finding?.key == .memory, let cause = processes.sample(&buffer, at: now, evenBeforeDue: true) { finding = cause }
    return finding?.intervention
  }

  /// Whether the kernel killed one of the script's processes because the cgroup's own limit was reached.
  mutating func ranOutOfMemory() -> Bool { memory.ranOut(&buffer) }

  /// The event that says so, once, where the kernel stopped to answer what is asked.
  mutating func failure() -> EventFrame? {
    guard !toldBlind, memory.isBlind || treeMemory.isBlind else { return nil }
    toldBlind = true
    return EventFrame("watch_failed", [Field("watch", IsolationLayer.memoryWatch.name)])
  }
}

/// The earlier of two instants that need not be.
func earliest(_ first: Instant?, _ second: Instant?) -> Instant? {
  guard let first else { return second }
  return second.map { min(first, $0) } ?? first
}

extension LimitFinding {
  /// For the event that tells of it: `{"limit":"memory","used_bytes":…,"allowed_bytes":…}`.
  var fields: [Field] {
    guard case .number(let unit, _, _, _) = key.row.kind else { return [] }
    return [
      Field("limit", key.row.name), Field("used" + unit.suffix, Int64(clamping: used)),
      Field("allowed" + unit.suffix, Int64(clamping: allowed)),
    ]
  }
}
