internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Waits for everything at once, tells the state machine, and does what it says. One thread, and nothing in it waits for
/// anything else.
struct EventLoop: ~Copyable {
  private enum Token: UInt32 { case signals, timer, standardOutput, standardError, log, secondLog, relay, denials }

  private var poller = Poller()
  private let signals: SignalDescriptor
  private var timer: Timer
  private var machine: SupervisionMachine
  private let tree: ProcessTree
  private let cancellation: CancellationRule
  private let mainProcess: Int32
  private var reporter: Reporter
  private var standardOutput: OutputRelay
  private var standardError: OutputRelay
  private var denials: DenialReporter
  private var budget: OutputBudget
  private let outputPolicy: OutputPolicy
  private var heartbeat: Heartbeat
  private var watches: Watches
  /// Grown once something fills it: most scripts say little, and so much has to be mapped and unmapped.
  private var buffer = [UInt8](roomFor: 8 * 1024)
  private static let fullBuffer = 64 * 1024
  /// When the pages that only the start needed are given back; nil afterwards. A script that ends before costs nothing for it.
  private var settlesAt: Instant?
  private static let settlingTime: UInt64 = 50_000_000

  private var mainEndedAt: Instant?
  private var processesKilled: Int64 = 0
  /// Whether the kernel has said that no child is left. Nobody is then left of the tree at all, and nobody will come: an orphan
  /// of it becomes a child of this process (PID 1, or PR_SET_CHILD_SUBREAPER) before its parent can be reaped, see wait(2) and
  /// exit_notify in the kernel's kernel/exit.c; and this process starts no more.
  private var treeIsEmpty = false
  /// Whether there were more ended processes than one turn reaps.
  private var hasMoreToReap = false
  /// How many processes one turn reaps, and signals it takes: no storm of either may put the deadline off.
  private static let mostInOneTurn = 256
  /// How often one turn reads a stream that fills the buffer each time: a third of a millisecond.
  private static let mostReadsInOneTurn = 4

  /// What the loop takes over, each the only one of its kind.
  struct Parts: ~Copyable {
    var timer: Timer
    var signals: SignalDescriptor
    var reporter: Reporter
    var standardOutput: OutputRelay
    var standardError: OutputRelay
    var watches: Watches
    var denials: DenialReporter
  }

  init(
    _ parts: consuming Parts, machine: SupervisionMachine, tree: ProcessTree, cancellation: CancellationRule,
    mainProcess: Int32, budget: OutputBudget, outputPolicy: OutputPolicy, heartbeat: Heartbeat
  ) {
    timer = parts.timer
    signals = parts.signals
    reporter = parts.reporter
    standardOutput = parts.standardOutput
    standardError = parts.standardError
    watches = parts.watches
    denials = parts.denials
    self.machine = machine
    self.tree = tree
    self.cancellation = cancellation
    self.mainProcess = mainProcess
    self.budget = budget
    self.outputPolicy = outputPolicy
    self.heartbeat = heartbeat
  }
}

// MARK: - Turns of the loop

extension EventLoop {
  /// Runs until the script's tree is gone and its output read.
  mutating func run() throws(SystemCallError) {
    try poller.add(signals.descriptor, token: Token.signals.rawValue, .readable)
    try poller.add(timer.descriptor, token: Token.timer.rawValue, .readable)
    try denials.watch(by: &poller, token: Token.denials.rawValue)
    settlesAt = Instant.now.advanced(byNanoseconds: Self.settlingTime)
    while !machine.isFinished {
      try updateInterests()
      try timer.arm(at: nextDue())
      let count = try poller.wait()
      let now = Instant.now
      // The deadline first: neither a flood of output nor one of signals may put it off.
      tell(.due, at: now)
      watch(at: now)
      if let due = settlesAt, due <= now {
        settlesAt = nil
        StartState.releaseProgramPages()
      }
      if hasMoreToReap { reap(at: now) }
      for index in 0..<count {
        let (token, interest) = poller.event(at: index)
        switch Token(rawValue: token) {
        case .signals: try takeSignals(at: now)
        case .timer: try timer.clear()
        case .standardOutput: read(.stdout, at: now)
        case .standardError: read(.stderr, at: now)
        case .denials:
          denials.answer(interest, at: now)
          if !denials.isOpen { poller.remove(token: Token.denials.rawValue) }
        case .log, .secondLog, .relay, nil: break
        }
      }
      if denials.report(to: &reporter.log, chargeLimit: budget.liveCharge, at: now) { heartbeat.gaveSign(at: now) }
      beat(at: now)
      if let event = reporter.log.sinks.relay.takeEvent(at: now) { reporter.log.write(event, at: now) }
      reporter.log.flush(at: now)
      reporter.updateCrashContext()
    }
  }

  private func nextDue() -> Instant? {
    if hasMoreToReap { return .now }
    var due = machine.isKilling ? machine.nextDue : earliest(machine.nextDue, watches.nextDue)
    for candidate in [
      heartbeat.nextDue, standardOutput.pausedUntil, standardError.pausedUntil, standardOutput.releaseDue,
      standardError.releaseDue, reporter.log.sinks.nextDue, denials.nextDue,
    ] { due = earliest(due, candidate) }
    return due
  }

  private mutating func updateInterests() throws(SystemCallError) {
    let now = Instant.now
    // A log that is not read holds the script's output back, until the end: then what is in the pipes must come out.
    let isHeldUp = reporter.log.sinks.isCongested && !machine.isKilling
    if !isHeldUp {
      standardOutput.resume(log: &reporter.log, budget: &budget, isEnding: machine.isKilling, at: now)
      standardError.resume(log: &reporter.log, budget: &budget, isEnding: machine.isKilling, at: now)
    }
    try standardOutput.watch(by: &poller, token: Token.standardOutput.rawValue, isHeldUp: isHeldUp, at: now)
    try standardError.watch(by: &poller, token: Token.standardError.rawValue, isHeldUp: isHeldUp, at: now)
    try reporter.log.sinks.watch(
      by: &poller, Token.log.rawValue, Token.secondLog.rawValue, relay: Token.relay.rawValue)
  }
}

// MARK: - What happened

extension EventLoop {
  @inline(never)
  private mutating func tell(_ event: SupervisionMachine.Event, at now: Instant) {
    for effect in machine.handle(event, at: now) { perform(effect, at: now) }
  }

  private mutating func takeSignals(at now: Instant) throws(SystemCallError) {
    for _ in 0..<Self.mostInOneTurn {
      guard let signal = try signals.next() else { break }
      if cancellation.isCancellation(signal) { tell(.cancellation(signal: signal.number), at: now) }
    }
    // Whatever the signal was: SIGCHLD does not queue, and what one of them stands for may be many.
    reap(at: now)
  }

  /// Takes the ends of processes, of the script's own and of orphans.
  private mutating func reap(at now: Instant) {
    hasMoreToReap = true
    var mainEnd: ProcessEnd?
    var othersAreSpared = false
    for _ in 0..<Self.mostInOneTurn where hasMoreToReap {
      switch try? Processes.reap() {
      case .reaped(let ended):
        if ended.process == reporter.log.sinks.relay.process {
          reporter.log.sinks.relay.noteEnd(ended.end)
        } else if ended.process == mainProcess {
          mainEndedAt = now
          mainEnd = ended.end
        } else if machine.isKilling, ended.end == .signaled(SignalName.kill) {
          processesKilled += 1
        }
      case .noChildren:
        treeIsEmpty = true
        hasMoreToReap = false
      case .noneEnded, nil:
        othersAreSpared = machine.isKilling && Processes.hasOnlySparedChildren
        hasMoreToReap = false
      }
    }
    // Last, when it is known whether anybody is left who must be ended now.
    if let mainEnd { tell(.mainEnded(mainEnd), at: now) }
    if treeIsEmpty || othersAreSpared { tell(.treeEmpty, at: now) }
  }

  /// Reads what a stream has. A flood is read several times over before anything else is looked at: asking the kernel each
  /// time what is ready costs as much as a read.
  private mutating func read(_ stream: OutputStream, at now: Instant) {
    for turn in 0..<Self.mostReadsInOneTurn {
      guard readOnce(stream, at: turn == 0 ? now : .now) else { return }
      if buffer.count < Self.fullBuffer { buffer = [UInt8](roomFor: Self.fullBuffer) }
      if machine.isKilling { return }
      reporter.log.flush(at: now)
      if reporter.log.sinks.pendingBytes > 0 { return }
    }
  }

  /// - Returns: whether there is likely more.
  private mutating func readOnce(_ stream: OutputStream, at now: Instant) -> Bool {
    let outcome =
      switch stream {
      case .stdout:
        standardOutput.read(
          into: &buffer, log: &reporter.log, budget: &budget, isEnding: machine.isKilling, at: now)
      case .stderr:
        standardError.read(
          into: &buffer, log: &reporter.log, budget: &budget, isEnding: machine.isKilling, at: now)
      }
    switch outcome {
    case .nothing: return false
    case .read(let isFull):
      heartbeat.gaveSign(at: now)
      guard outputPolicy == .kill, budget.account(of: stream).exceedsLimit else { return isFull }
      tell(.limitExceeded(.outputLimit(stream == .stdout ? .standardOutputLimit : .standardErrorLimit)), at: now)
    case .ended:
      if !standardOutput.isOpen, !standardError.isOpen { tell(.pipesClosed, at: now) }
    }
    return false
  }

  private mutating func watch(at now: Instant) {
    guard !machine.isKilling else { return }
    if let limit = watches.sample(at: now) { tell(.limitExceeded(limit), at: now) }
    if let failure = watches.failure() { reporter.log.write(failure, at: now) }
  }

  private mutating func beat(at now: Instant) {
    standardOutput.releaseIfDue(log: &reporter.log, budget: &budget, at: now)
    standardError.releaseIfDue(log: &reporter.log, budget: &budget, at: now)
    guard heartbeat.isDue(at: now) else { return }
    heartbeat.gaveSign(at: now)
    // To a reader that does not read, more of the same says nothing.
    if !reporter.log.sinks.isCongested { reporter.log.write(EventFrame("heartbeat"), at: now) }
  }
}

// MARK: - What to do

extension EventLoop {
  private mutating func perform(_ effect: SupervisionMachine.Effect, at now: Instant) {
    switch effect {
    case .terminateTree: tree.terminate()
    case .killTree:
      // The kernel would look at every process of the machine, or of the pod, to find none.
      if !treeIsEmpty { tree.kill() }
      // Whoever had ended before has sent its signal already, and an empty tree will not send another.
      reap(at: now)
    case .announce(let announcement):
      var frame = announcement.frame
      if let finding = watches.finding, announcement == .intervention(finding.intervention) {
        frame.fields += finding.fields
      }
      reporter.log.write(frame, at: now)
      heartbeat.gaveSign(at: now)
    }
  }
}

extension SupervisionMachine.Announcement {
  fileprivate var frame: EventFrame {
    switch self {
    case .intervention(.cancelled(let signal)):
      EventFrame("cancelled", [Field("signal", SignalName.name(of: signal))])
    case .intervention(.timeout): EventFrame("timeout")
    case .intervention(.outputLimit(let key)): EventFrame("output_limit", [Field("limit", key.row.name)])
    case .intervention(.cpuLimit): EventFrame("cpu_limit")
    case .intervention(.memoryLimit): EventFrame("memory_limit")
    case .intervention(.processLimit): EventFrame("process_limit")
    case .intervention(.diskLimit): EventFrame("disk_limit")
    case .survivors: EventFrame("survivors")
    }
  }
}

// MARK: - The end

extension EventLoop {
  /// What the script's run came to.
  struct Outcome: ~Copyable {
    var reporter: Reporter
    let end: ProcessEnd?
    let intervention: Intervention?
    let finding: LimitFinding?
    let ranOutOfMemory: Bool
    let endedAt: Instant
    let processesKilled: Int64
    /// Whether nothing of the script's tree is left that could still change a file.
    let treeIsGone: Bool
    let standardOutput: StreamTotals
    let standardError: StreamTotals
    let standardOutputTail: OutputTail
    let standardErrorTail: OutputTail
    let denials: DenialSummary
  }

  /// Writes what the streams still hold back, and gives up the reporter.log.
  consuming func finish() -> Outcome {
    let now = Instant.now
    let keepsTails = outputPolicy == .truncate
    standardError.end(log: &reporter.log, budget: &budget, at: now)
    standardOutput.end(log: &reporter.log, budget: &budget, at: now)
    // Standard error first in line for the room: it is shorter and says why.
    standardError.finish(
      log: &reporter.log, room: budget.roomForTails(logCharge: reporter.log.charge), keepsTail: keepsTails, at: now)
    standardOutput.finish(
      log: &reporter.log, room: budget.roomForTails(logCharge: reporter.log.charge), keepsTail: keepsTails, at: now)
    return Outcome(
      reporter: reporter, end: machine.mainEnd, intervention: machine.intervention,
      finding: watches.finding, ranOutOfMemory: watches.ranOutOfMemory(), endedAt: mainEndedAt ?? now,
      processesKilled: processesKilled, treeIsGone: machine.isFinished && !machine.hasSurvivors,
      standardOutput: standardOutput.totals, standardError: standardError.totals,
      standardOutputTail: standardOutput.tail, standardErrorTail: standardError.tail, denials: denials.summary)
  }
}
