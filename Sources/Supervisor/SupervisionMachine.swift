package import LinuxSystem
package import TaskModel

/// Decides what the supervisor does next, and knows no kernel: events and instants go in, effects come out.
///
/// ```
///              main process ends              pipes closed, or 250 ms over
///  running ───────────────────────▶ lingering ───────────────────────────┐
///     │ deadline, cancellation                                            ▼
///     ├───────────────────────────▶ terminating ── grace over ───────▶ killing ── tree empty ──▶ draining ──▶ finished
///     └ limit exceeded ───────────────────────────────────────────────────▲
/// ```
package struct SupervisionMachine {
  /// How long things may take, in nanoseconds.
  package struct Timing: Sendable {
    package var timeout: UInt64
    package var grace: UInt64
    /// How long pipes may stay open that the ended main process left to its children.
    package var heldPipes: UInt64
    /// How long the kernel may take to remove killed processes.
    package var kill: UInt64
    /// How long output that is still in the pipes is read after the tree's end.
    package var drain: UInt64
    /// The time between two rounds of killing.
    package var killInterval: UInt64 = 2_000_000

    package init(timeout: UInt64, grace: UInt64, heldPipes: UInt64, kill: UInt64, drain: UInt64) {
      self.timeout = timeout
      self.grace = grace
      self.heldPipes = heldPipes
      self.kill = kill
      self.drain = drain
    }
  }

  package enum Event: Equatable, Sendable {
    case mainEnded(ProcessEnd)
    case cancellation(signal: Int32)
    /// A limit was exceeded that ends the tree at once.
    case limitExceeded(Intervention)
    /// Both output pipes are at their end.
    case pipesClosed
    /// No child is left.
    case treeEmpty
    /// `nextDue` has come.
    case due
  }

  package enum Effect: Equatable, Sendable {
    /// SIGTERM to the whole tree, and SIGCONT so that stopped processes hear it.
    case terminateTree
    /// SIGKILL to the whole tree.
    case killTree
    /// An `event` frame.
    case announce(Announcement)
  }

  package enum Announcement: Equatable, Sendable {
    case intervention(Intervention)
    /// The kernel did not remove every killed process in time.
    case survivors
  }

  private enum Phase: Equatable {
    case running(deadline: Instant)
    case lingering(until: Instant)
    case terminating(until: Instant)
    case killing(nextRound: Instant, until: Instant)
    case draining(until: Instant)
    case finished
  }

  private let timing: Timing
  private var phase: Phase
  private var pipesClosed = false
  /// Set by the first thing that ends the tree from outside; later ones do not change the verdict.
  package private(set) var intervention: Intervention?
  /// How the main process ended, once it has.
  package private(set) var mainEnd: ProcessEnd?
  /// Whether processes outlived every attempt to kill them.
  package private(set) var hasSurvivors = false

  package init(timing: Timing, startedAt start: Instant) {
    self.timing = timing
    phase = .running(deadline: start.advanced(byNanoseconds: timing.timeout))
  }

  package var isFinished: Bool { phase == .finished }

  /// Whether processes that end now were ended by us.
  package var isKilling: Bool {
    switch phase {
    case .killing, .draining, .finished: true
    case .running, .lingering, .terminating: false
    }
  }

  /// When `.due` is to be sent.
  package var nextDue: Instant? {
    switch phase {
    case .running(let due), .lingering(let due), .terminating(let due), .draining(let due): due
    case .killing(let nextRound, let until): min(nextRound, until)
    case .finished: nil
    }
  }

  package mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
    switch event {
    case .mainEnded(let end):
      mainEnd = end
      return mainEnded(at: now)
    case .cancellation(let signal):
      guard case .running = phase else { return [] }
      return end(because: .cancelled(signal: signal), at: now)
    case .limitExceeded(let limit):
      guard !isKilling else { return [] }
      // Within the grace the verdict stands already; what a machine runs out of does not wait for the grace's end.
      guard intervention == nil else { return limit.endsGrace ? startKilling(at: now) : [] }
      intervention = limit
      return [.announce(.intervention(limit))] + startKilling(at: now)
    case .pipesClosed:
      pipesClosed = true
      switch phase {
      case .lingering: return startKilling(at: now)
      case .draining: phase = .finished
      case .running, .terminating, .killing, .finished: break
      }
      return []
    case .treeEmpty:
      // Before the kill only the main process could have been the last one, and lingering then ends with the pipes.
      guard case .killing = phase else { return [] }
      startDraining(at: now)
      return []
    case .due:
      return due(at: now)
    }
  }

  private mutating func mainEnded(at now: Instant) -> [Effect] {
    let heldUntil = now.advanced(byNanoseconds: timing.heldPipes)
    switch phase {
    case .running:
      if pipesClosed { return startKilling(at: now) }
      phase = .lingering(until: heldUntil)
    case .terminating(let until):
      if pipesClosed { return startKilling(at: now) }
      phase = .lingering(until: min(until, heldUntil))
    case .lingering, .killing, .draining, .finished: break
    }
    return []
  }

  private mutating func due(at now: Instant) -> [Effect] {
    guard let due = nextDue, due <= now else { return [] }
    switch phase {
    case .running:
      return end(because: .timeout, at: now)
    case .lingering, .terminating:
      return startKilling(at: now)
    case .killing(_, let until):
      if until <= now {
        hasSurvivors = true
        startDraining(at: now)
        return [.announce(.survivors)]
      }
      phase = .killing(nextRound: now.advanced(byNanoseconds: timing.killInterval), until: until)
      return [.killTree]
    case .draining:
      phase = .finished
      return []
    case .finished:
      return []
    }
  }

  private mutating func end(because cause: Intervention, at now: Instant) -> [Effect] {
    intervention = cause
    let announcement = Effect.announce(.intervention(cause))
    guard timing.grace > 0 else { return [announcement] + startKilling(at: now) }
    phase = .terminating(until: now.advanced(byNanoseconds: timing.grace))
    return [announcement, .terminateTree]
  }

  private mutating func startKilling(at now: Instant) -> [Effect] {
    phase = .killing(
      nextRound: now.advanced(byNanoseconds: timing.killInterval), until: now.advanced(byNanoseconds: timing.kill))
    return [.killTree]
  }

  private mutating func startDraining(at now: Instant) {
    phase = pipesClosed ? .finished : .draining(until: now.advanced(byNanoseconds: timing.drain))
  }
}

extension Intervention {
  /// Whether more of it does harm while the script takes its leave.
  fileprivate var endsGrace: Bool {
    switch self {
    case .memoryLimit, .processLimit, .diskLimit: true
    case .timeout, .cancelled, .cpuLimit, .outputLimit: false
    }
  }
}
