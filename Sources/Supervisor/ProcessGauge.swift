internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Counts the script's processes and threads, when the watch says that it is time.
///
/// Where a cgroup holds nobody else its count is read, and the processes are counted one by one only when they could be too
/// many. Elsewhere the number that the kernel gave out last bounds the births since the last walk through the tree, so that
/// a quiet script on a busy machine costs a walk now and then.
struct ProcessGauge: ~Copyable {
  private let watch: ProcessWatch
  private let root: Int32
  /// `pids.current`; closed where no cgroup counts the tree alone.
  private let cgroup: KernelFile
  /// What it counts besides the tree: this process.
  private let others: UInt64
  /// `/proc/loadavg`, whose last field is the number that was given out last. Closed where a cgroup counts.
  private let loadAverage: KernelFile
  private var births: BirthCounter
  /// `/proc` of a process namespace that is this process's own: what is listed there is the tree. Open only where that is so.
  private let listing: Descriptor
  /// An upper bound of the tree's threads at the last look.
  private var bound: UInt64 = 0

  private(set) var nextDue: Instant?

  /// A walk takes a fifth of the time at most, but for the longest time between two.
  private static let walkShare: UInt64 = 5
  private static let longestInterval: UInt64 = 500_000_000

  /// - Parameter seesOwnProcess: whether a file of this process's own in `/proc` has been read already.
  init(
    _ configuration: EffectiveConfiguration, _ cgroups: CgroupTable?, root: Int32, seesOwnProcess: Bool,
    _ buffer: inout [UInt8], _ report: inout IsolationReport
  ) {
    let watch = ProcessWatch(processes: configuration.processes, threads: configuration.threads)
    let isWanted = configuration.processes != nil || configuration.threads != nil
    let isDisabled = !isWanted || configuration.disabled.contains(.processWatch)
    let canBeRead = seesOwnProcess && ProcessTable.showsOwnNamespace || ProcessTable.canBeRead

    let location = isDisabled ? nil : cgroups?.location(of: "pids")
    // A relay is in the cgroup, and may have any number of threads.
    let counter = configuration.relay == nil ? Self.counter(location) : .none
    let others = counter.number(&buffer) ?? 0
    // Asked only where no cgroup counts.
    let loadAverage = others > 0 || isDisabled ? .none : KernelFile.ifThere("/proc/loadavg")
    let births = BirthCounter(last: loadAverage.number(inField: 4, &buffer) ?? 0)
    if isDisabled {
      report.set(.processWatch, .disabled)
    } else if !canBeRead {
      report.set(.processWatch, .unavailable, reason: "/proc cannot be read")
    } else {
      let source = others > 0 ? location?.version == .v1 ? "cgroup1" : "cgroup2" : "tree"
      report.set(.processWatch, .active, details: [Field("source", source)])
    }
    self.init(
      watch, root: root, counter, others: others, loadAverage, births,
      // A walk through many processes takes many turns on a processor that each of them wants too; a list takes one.
      listing: Self.listing(isOwn: root == 1 && others > 0),
      // The child is not born yet, and one process is too many for nobody; but a script that begins with a fork bomb has
      // made its first hundred by then, and thousands when a calm script would be looked at.
      nextDue: isDisabled || !canBeRead ? nil : Instant.now.advanced(byNanoseconds: ProcessWatch.alertInterval))
  }

  /// All parts at once: an initializer that returned early, with some of its descriptors set and others not, was compiled in
  /// Embedded Swift 6.3 to one that closed descriptors of random numbers.
  private init(
    _ watch: ProcessWatch, root: Int32, _ cgroup: consuming KernelFile, others: UInt64,
    _ loadAverage: consuming KernelFile, _ births: BirthCounter, listing: consuming Descriptor, nextDue: Instant?
  ) {
    self.watch = watch
    self.root = root
    self.cgroup = cgroup
    self.others = others
    self.loadAverage = loadAverage
    self.births = births
    self.listing = listing
    self.nextDue = nextDue
  }

  private static func counter(_ location: CgroupLocation?) -> KernelFile {
    guard let location else { return .none }
    // The root cgroup counts nothing.
    let counter = KernelFile.ifThere(location.directory + "/pids.current")
    guard counter.isOpen, CgroupTable.isAlone(in: location.directory) else { return .none }
    return counter
  }

  private static func listing(isOwn: Bool) -> Descriptor {
    guard isOwn else { return .none }
    do { return try Files.open("/proc", .directory) } catch { return .none }
  }

  /// What there is too much of, if it is time to look.
  mutating func sample(
    _ buffer: inout [UInt8], at now: Instant, evenBeforeDue isForced: Bool = false
  ) -> LimitFinding? {
    guard let due = nextDue, due <= now || isForced else { return nil }
    let before = bound
    let exact = others > 0 ? cgroup.number(&buffer).map { $0 - min($0, others) } : nil
    bound = exact ?? bound + birthsSinceLast(&buffer)
    if watch.needsCount(atMost: bound) {
      let (processes, threads) = count(threads: exact, &buffer)
      if let excess = watch.excess(processes: processes, threads: threads) {
        nextDue = nil
        return excess == .processes
          ? LimitFinding(.processes, used: processes, allowed: watch.processes ?? 0)
          : LimitFinding(.threads, used: threads, allowed: watch.threads ?? 0)
      }
      bound = max(threads, processes)
    }
    let cost = Instant.now.nanoseconds(since: now)
    nextDue = now.advanced(
      byNanoseconds: max(watch.interval(before: before, now: bound), min(cost * Self.walkShare, Self.longestInterval)))
    return nil
  }

  private func count(threads: UInt64?, _ buffer: inout [UInt8]) -> (processes: UInt64, threads: UInt64) {
    if let threads, listing.isOpen, let all = try? listing.countNumbers(upTo: 1 << 22) {
      return (UInt64(max(0, all - 1)), threads)
    }
    let processes = ProcessTable.descendants(of: root)
    return (UInt64(processes.count), threads ?? ProcessTable.threadCount(of: processes, &buffer))
  }

  /// Where the kernel does not tell, so many that the tree is counted each time.
  private mutating func birthsSinceLast(_ buffer: inout [UInt8]) -> UInt64 {
    guard let last = loadAverage.number(inField: 4, &buffer) else { return 1 << 32 }
    return births.births(last: last) { KernelFile.ifThere("/proc/sys/kernel/pid_max").number(&buffer) ?? 1 << 22 }
  }
}
