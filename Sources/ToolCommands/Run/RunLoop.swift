internal import CTool
internal import Foundation
internal import LinuxSystem
internal import WarderFrames

/// What a run left.
struct RunOutcome {
  let results: [RunResult]
  /// Whether the log has any frame.
  let hasFrames: Bool
  let status: ProcessStatus
  /// What the engine itself wrote to its standard error.
  let complaints: String
  /// Whether somebody asked for the end, and whether everything was killed because somebody asked twice.
  let wasCancelled: Bool
  let wasKilled: Bool
  /// Whether nobody reads standard output any more.
  let lostReader: Bool
}

/// Follows a run from its start to its end: one thread that waits for the log, for signals and for the time to draw.
final class RunLoop {
  private var engine: EngineProcess
  private let control: EngineControl
  private let signals: SignalDescriptor
  private var view: RunView
  private var decoder = FrameDecoder()
  private var assembler = RunAssembler()
  private var live: LiveFigures
  private var figures = StatusFigures()
  private var startedAt: Instant?
  private var hasFrames = false
  private var complaints: [UInt8] = []
  private var status: ProcessStatus?
  private var endedAt: Instant?
  private var logIsOver = false
  private var errorsAreOver = false
  private var cancellation = Cancellation()
  private var nextDrawing = Instant.now
  private var nextLook = Instant.now
  private var lostReader = false
  private var deadline: Instant?

  private static let drawingInterval: UInt64 = 200_000_000
  private static let lookInterval: UInt64 = 500_000_000
  /// How long the log may stay open when the engine's program is gone: something else holds it then.
  private static let afterEnd: UInt64 = 2_000_000_000

  /// What signals of this process have asked for so far.
  private struct Cancellation {
    var requests = 0
    /// Whether the log says that it was heard.
    var isHeard = false
    var nextRequest: Instant?
  }

  /// - Parameters:
  ///   - signals: open since before the engine's start; all signals are blocked.
  ///   - deadlineSeconds: when a pod of this task would be ended from outside.
  init(
    _ engine: consuming EngineProcess, _ plan: EnginePlan, _ signals: consuming SignalDescriptor, _ view: RunView,
    deadlineSeconds: Int64?
  ) {
    deadline = deadlineSeconds.map {
      Instant.now.advanced(byNanoseconds: UInt64(clamping: min($0, 1 << 32)) * 1_000_000_000)
    }
    control = EngineControl(plan: plan, process: engine.process)
    live = LiveFigures(plan, process: engine.process)
    self.engine = engine
    self.signals = signals
    self.view = view
  }

  func run() -> RunOutcome {
    while !isOver { turn() }
    for item in decoder.finish() { take(item) }
    view.eraseStatus()
    view.flush()
    return RunOutcome(
      results: assembler.results, hasFrames: hasFrames, status: status ?? ProcessStatus(SIGKILL),
      complaints: String(decoding: complaints, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines),
      wasCancelled: cancellation.requests > 0, wasKilled: cancellation.requests > 1, lostReader: lostReader)
  }

  private var isOver: Bool {
    guard status != nil, let endedAt else { return false }
    if logIsOver && errorsAreOver { return true }
    return Instant.now.nanoseconds(since: endedAt) > Self.afterEnd
  }

  // MARK: - One turn

  private func turn() {
    let takesMore = !view.queue.isFull
    var entries = [
      pollfd(fd: signals.descriptor.raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: logIsOver || !takesMore ? -1 : engine.standardOutput.raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errorsAreOver ? -1 : engine.standardError.raw, events: Int16(POLLIN), revents: 0),
      // Watched in any case: a pipe tells when its reader is gone.
      pollfd(
        fd: lostReader ? -1 : STDOUT_FILENO,
        events: view.queue.nextDescriptor == STDOUT_FILENO ? Int16(POLLOUT) : 0, revents: 0),
      pollfd(
        fd: view.queue.nextDescriptor == STDERR_FILENO ? STDERR_FILENO : -1, events: Int16(POLLOUT), revents: 0),
    ]
    poll(&entries, nfds_t(entries.count), waitMilliseconds)
    if entries[0].revents != 0 { readSignals() }
    if entries[3].revents & Int16(POLLERR) != 0 { loseReader() }
    if entries[3].revents & Int16(POLLOUT) != 0 || entries[4].revents != 0 {
      view.writePortion()
      if view.queue.closed.contains(STDOUT_FILENO) { loseReader() }
    }
    if entries[1].revents != 0 { readLog() }
    if entries[2].revents != 0 { readErrors() }
    reap()
    let now = Instant.now
    // What waits for a slow reader keeps the rest of the log from being read: that time does not count.
    if status != nil, view.queue.isFull { endedAt = now }
    if let due = cancellation.nextRequest, due <= now { requestCancellation(at: now) }
    if let deadline, deadline <= now, status == nil { passDeadline() }
    if view.hasStatusLine { draw(at: now) }
  }

  /// The kubelet would send SIGTERM now.
  private func passDeadline() {
    deadline = nil
    guard cancellation.requests == 0 else { return }
    view.say("the pod's activeDeadlineSeconds have passed", .warning)
    cancellation.requests = 1
    figures.phase = .cancelling
    requestCancellation(at: .now)
  }

  private var waitMilliseconds: Int32 {
    if status != nil { return 50 }
    if cancellation.nextRequest != nil { return 100 }
    return view.hasStatusLine ? Int32(Self.drawingInterval / 1_000_000) : 1000
  }

  private func readLog() {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    switch engine.standardOutput.read(into: &buffer) {
    case .bytes(0), .failed: logIsOver = true
    case .wouldBlock: return
    case .bytes(let count):
      let bytes = Array(buffer[..<count])
      view.show(bytes)
      for item in decoder.feed(bytes) { take(item) }
    }
  }

  private func take(_ item: LogItem) {
    if case .frame(let frame) = item {
      hasFrames = true
      switch frame.body {
      case .start(let start): begin(start)
      case .output(_, let bytes): figures.outputBytes += Int64(bytes.count)
      case .event(let event) where event.type == "cancelled":
        cancellation.isHeard = true
        cancellation.nextRequest = nil
      case .exit: cancellation.nextRequest = nil
      case .event, .artifact, .unknown: break
      }
    }
    view.show(item)
    assembler.add(item)
  }

  private func begin(_ start: StartFrame) {
    startedAt = .now
    if figures.phase == .starting { figures.phase = .running }
    for limit in start.limits {
      guard case .integer(let value) = limit.value else { continue }
      switch limit.name {
      case "timeout_ms": figures.deadlineMilliseconds = value
      case "memory_bytes": figures.memoryLimitBytes = value
      default: break
      }
    }
  }

  private func readErrors() {
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    switch engine.standardError.read(into: &buffer) {
    case .bytes(0), .failed: errorsAreOver = true
    case .wouldBlock: return
    // Enough for any message; the rest is read so that nobody waits.
    case .bytes(let count): complaints += buffer[..<min(count, max(0, 64 * 1024 - complaints.count))]
    }
  }

  private func reap() {
    guard status == nil else { return }
    var native: Int32 = 0
    guard waitpid(control.process, &native, WNOHANG) == control.process else { return }
    status = ProcessStatus(native)
    endedAt = .now
  }

  private func draw(at now: Instant) {
    guard now >= nextDrawing || view.wantsStatus, status == nil else { return }
    nextDrawing = now.advanced(byNanoseconds: Self.drawingInterval)
    if let startedAt { figures.elapsedMilliseconds = Int64(clamping: now.nanoseconds(since: startedAt) / 1_000_000) }
    if now >= nextLook, startedAt != nil {
      let found = live.look()
      figures.memoryBytes = found?.memoryBytes
      figures.processes = found?.processes
      nextLook = now.advanced(byNanoseconds: Self.lookInterval)
    }
    view.drawStatus(figures)
  }

  // MARK: - Signals

  private func readSignals() {
    while let signal = try? signals.next() {
      switch signal.number {
      case SIGINT, SIGTERM, SIGHUP, SIGQUIT: cancel()
      case SIGTSTP: suspend()
      // Erased first: a line that was drawn for another width may have been broken in two.
      case SIGCONT, SIGWINCH: view.eraseStatus()
      default: break
      }
    }
  }

  /// The first time in order, with the task's grace; the second time at once.
  private func cancel() {
    cancellation.requests += 1
    if cancellation.requests == 1 {
      figures.phase = .cancelling
      if view.presentation.stderr.isTerminal { view.say("cancelling; once more kills at once") }
      requestCancellation(at: .now)
    } else if status == nil {
      figures.phase = .killing
      cancellation.nextRequest = nil
      control.killAll()
    }
    nextDrawing = .now
  }

  /// Repeated until it is heard: a process 1 that does not listen yet is not reached.
  private func requestCancellation(at now: Instant) {
    guard status == nil, !cancellation.isHeard else { return }
    control.cancel()
    cancellation.nextRequest = now.advanced(byNanoseconds: 300_000_000)
  }

  /// What nobody reads need not be written any more, nor the script go on for it.
  private func loseReader() {
    guard !lostReader else { return }
    lostReader = true
    view.close(STDOUT_FILENO)
    if cancellation.requests == 0 {
      cancellation.requests = 1
      requestCancellation(at: .now)
    }
  }

  /// Stops this process alone, as Ctrl-Z asks: the script goes on, and so does its deadline.
  private func suspend() {
    view.eraseStatus()
    view.say("the script goes on, and so does its deadline; fg shows it again")
    view.flush()
    kill(getpid(), SIGSTOP)
  }
}
