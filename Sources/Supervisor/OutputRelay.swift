internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// One of the script's output streams on its way from the pipe into the log: secrets are replaced, then the budget says what
/// goes into frames and what into the tail.
struct OutputRelay: ~Copyable {
  let stream: OutputStream
  private(set) var pipe: Descriptor
  private var framer: OutputFramer
  private var mergeRule: MergeRule
  /// Nil where nothing is secret.
  private var redactor: StreamRedactor?
  /// What the redactor has let pass, for the moment.
  private var clean: [UInt8] = []
  /// What was read and has to wait until the log's reader has taken what came before.
  private var waiting: [UInt8] = []
  /// What is read beyond the budget; its end goes into the log when the script is over.
  private var heldBack: TailBuffer
  /// The stream's end for the termination message.
  private var messageTail = TailBuffer(capacity: 4096)
  private var pipeIsLarge = false
  /// Whether the loop watches the pipe now.
  private var isWatched = false
  /// Until when the pipe is left to collect.
  private(set) var pausedUntil: Instant?
  /// When the redactor may let go of a few bytes that it holds back.
  private(set) var releaseDue: Instant?

  /// How long the stream has to be silent for that.
  private static let releasePause: UInt64 = 1_000_000_000
  /// The most that waits for the log's reader on behalf of one read: a read of hostile bytes can make frames of forty
  /// times its size.
  private static let mostPending = 4 * LogSink.highWater
  /// The same when the script is over and cannot wait any more: all that two full pipes hold of ordinary text.
  private static let mostPendingAtEnd = 2 << 20

  init(
    _ stream: OutputStream, pipe: consuming Descriptor, tailCapacity: Int, redaction: Redaction,
    startedAt start: Instant
  ) {
    self.stream = stream
    self.pipe = pipe
    framer = OutputFramer(stream)
    heldBack = TailBuffer(capacity: tailCapacity)
    mergeRule = MergeRule(startedAt: start)
    redactor = redaction.makeStream()
  }

  var isOpen: Bool { pipe.isOpen }

  /// Has the pipe watched, unless it is left to collect or its output is held up. It is taken out then: a hang-up
  /// could not be masked and would wake the loop without end.
  mutating func watch(
    by poller: inout Poller, token: UInt32, isHeldUp: Bool, at now: Instant
  ) throws(SystemCallError) {
    if let due = pausedUntil, due <= now { pausedUntil = nil }
    let wanted = pipe.isOpen && pausedUntil == nil && !isHeldUp && waiting.isEmpty
    guard wanted != isWatched else { return }
    if wanted { try poller.add(pipe, token: token, .readable) } else { poller.remove(token: token) }
    isWatched = wanted
  }

  /// Complete after `finish`.
  var totals: StreamTotals {
    var totals = framer.totals
    totals.redactions = redactor?.redactions ?? 0
    return totals
  }

  /// The stream's end, for the termination message.
  var tail: OutputTail { OutputTail(bytes: messageTail.bytes, isWhole: messageTail.lostBytes == 0) }

  private var name: String {
    switch stream {
    case .stdout: "stdout"
    case .stderr: "stderr"
    }
  }
}

// MARK: - Reading

extension OutputRelay {
  enum ReadOutcome {
    /// Something was read; there is likely more where it filled the buffer, and none of it waits for the log's reader.
    case read(isFull: Bool)
    case nothing
    /// The pipe is at its end and closed.
    case ended
  }

  /// Reads once, and writes what the budget admits.
  mutating func read(
    into buffer: inout [UInt8], log: inout FrameLog, budget: inout OutputBudget, isEnding: Bool, at now: Instant
  ) -> ReadOutcome {
    guard pipe.isOpen else { return .ended }
    pausedUntil = nil
    switch pipe.read(into: &buffer) {
    case .bytes(0), .failed:
      end(log: &log, budget: &budget, at: now)
      return .ended
    case .wouldBlock:
      return .nothing
    case .bytes(let count):
      // A writer that fills its pipe is faster than we are: with a larger one it waits less often. The kernel may
      // refuse (pipe-user-pages-soft, see pipe(7)), and then the pipe stays as it is.
      if count >= MergeRule.plenty, !pipeIsLarge { pipeIsLarge = pipe.growPipe(toBytes: 512 * 1024) }
      let bytes = buffer.span.extracting(first: count)
      let frames =
        redactor == nil
        ? relay(bytes, log: &log, budget: &budget, isEnding: isEnding, at: now)
        : redacting(log: &log, budget: &budget, isEnding: isEnding, at: now) { $0.feed(bytes, into: &$1) }
      releaseDue = (redactor?.heldBytes ?? 0) > 0 ? now.advanced(byNanoseconds: Self.releasePause) : nil
      pausedUntil = mergeRule.pause(afterReading: count, frames: frames, at: now)
      return .read(isFull: count == buffer.count && waiting.isEmpty)
    }
  }

  /// Goes on with what had to wait, now that the log's reader has made room.
  mutating func resume(log: inout FrameLog, budget: inout OutputBudget, isEnding: Bool, at now: Instant) {
    guard !waiting.isEmpty else { return }
    let bytes = waiting
    waiting = []
    _ = relay(bytes.span, log: &log, budget: &budget, isEnding: isEnding, at: now)
  }

  /// Shows the end of a prompt that could be the beginning of a secret, and is too short to tell anything of one.
  mutating func releaseIfDue(log: inout FrameLog, budget: inout OutputBudget, at now: Instant) {
    guard let due = releaseDue, due <= now else { return }
    releaseDue = nil
    _ = redacting(log: &log, budget: &budget, isEnding: false, at: now) { $0.releaseShortBeginning(into: &$1) }
  }

  /// Closes the pipe. What was held back comes out: nothing will follow it.
  mutating func end(log: inout FrameLog, budget: inout OutputBudget, at now: Instant) {
    pipe.close()
    releaseDue = nil
    resume(log: &log, budget: &budget, isEnding: true, at: now)
    _ = redacting(log: &log, budget: &budget, isEnding: true, at: now) { $0.finish(into: &$1) }
  }

  /// Relays what `step` lets the redactor pass.
  /// - Returns: the number of frames.
  private mutating func redacting(
    log: inout FrameLog, budget: inout OutputBudget, isEnding: Bool, at now: Instant,
    _ step: (inout StreamRedactor, inout [UInt8]) -> Void
  ) -> Int {
    guard var stream = redactor else { return 0 }
    redactor = nil
    var bytes = clean
    clean = []
    bytes.removeAll(keepingCapacity: true)
    step(&stream, &bytes)
    redactor = stream
    let frames = relay(bytes.span, log: &log, budget: &budget, isEnding: isEnding, at: now)
    clean = bytes
    return frames
  }
}

// MARK: - Writing

extension OutputRelay {
  /// Puts bytes into frames as far as the budget admits them, and into the tail from there on. What the log's reader has no
  /// room for waits, or counts as beyond the budget where the script is over.
  /// - Returns: the number of frames.
  private mutating func relay(
    _ bytes: Span<UInt8>, log: inout FrameLog, budget: inout OutputBudget, isEnding: Bool, at now: Instant
  ) -> Int {
    var start = 0
    var frames = 0
    while start < bytes.count {
      let rest = bytes.extracting(start...)
      let admitted = budget.room(for: rest.count, of: stream, logCharge: log.charge)
      guard admitted > 0 else {
        hold(rest, &budget)
        break
      }
      let limit = isEnding ? Self.mostPendingAtEnd : Self.mostPending
      if log.sinks.pendingBytes >= limit { log.flush(at: now) }
      let free = limit - log.sinks.pendingBytes
      guard free > 0 else {
        if isEnding { hold(rest, &budget) } else { wait(rest) }
        break
      }
      let (used, written) = log.write(
        rest.extracting(first: admitted), with: &framer,
        chargeLimit: min(budget.liveCharge, log.charge + UInt64(free)), at: now)
      messageTail.append(rest.extracting(first: used))
      budget.relayed(used, of: stream)
      frames += written
      start += used
    }
    return frames
  }

  private mutating func hold(_ bytes: Span<UInt8>, _ budget: inout OutputBudget) {
    messageTail.append(bytes)
    heldBack.append(bytes)
    budget.heldBack(bytes.count, of: stream)
  }

  private mutating func wait(_ bytes: Span<UInt8>) {
    waiting.removeAll(keepingCapacity: true)
    waiting.append(bytes)
  }

  /// Writes what is left when nothing more will come: the rest of a character, and the end of what was held back, as far as the
  /// log has room for it.
  mutating func finish(log: inout FrameLog, room: UInt64, keepsTail: Bool, at now: Instant) {
    let tail = keepsTail ? heldBack.bytes : []
    // Escaped, a byte takes six at most; base64 and the frames around it take less than that.
    let kept = min(tail.count, Int(min(room, UInt64(Int.max))) / 6)
    var dropped = heldBack.totalBytes - UInt64(kept)
    if dropped > 0 {
      // What comes next does not continue what came before.
      log.finish(&framer, at: now)
      log.write(
        EventFrame("truncated", [Field("stream", name), Field("dropped_bytes", Int64(clamping: dropped))]), at: now)
    }
    let (used, _) = log.write(
      tail.span.extracting((tail.count - kept)..<tail.count), with: &framer, chargeLimit: log.charge + room, at: now)
    dropped += UInt64(kept - used)
    log.finish(&framer, at: now)
    framer.drop(Int(clamping: dropped))
  }
}
