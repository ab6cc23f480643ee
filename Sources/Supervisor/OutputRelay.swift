internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// One of the script's output streams on its way from the pipe into the log.
struct OutputRelay: ~Copyable {
  let stream: OutputStream
  private(set) var pipe: Descriptor
  private var framer: OutputFramer
  private var mergeRule: MergeRule
  /// What is read beyond the budget; its end goes into the log when the script is over.
  private var heldBack: TailBuffer
  /// The stream's end for the termination message.
  private var messageTail = TailBuffer(capacity: 4096)
  private var pipeIsLarge = false
  /// Until when the pipe is left to collect.
  private(set) var pausedUntil: Instant?

  init(_ stream: OutputStream, pipe: consuming Descriptor, tailCapacity: Int, startedAt start: Instant) {
    self.stream = stream
    self.pipe = pipe
    framer = OutputFramer(stream)
    heldBack = TailBuffer(capacity: tailCapacity)
    mergeRule = MergeRule(startedAt: start)
  }

  var isOpen: Bool { pipe.isOpen }

  /// Whether the loop watches the pipe now.
  private var isWatched = false

  /// Has the pipe watched, unless it is left to collect or its output is held up. It is taken out then: a hang-up
  /// could not be masked and would wake the loop without end.
  mutating func watch(
    by poller: inout Poller, token: UInt32, isHeldUp: Bool, at now: Instant
  ) throws(SystemCallError) {
    if let due = pausedUntil, due <= now { pausedUntil = nil }
    let wanted = pipe.isOpen && pausedUntil == nil && !isHeldUp
    guard wanted != isWatched else { return }
    if wanted { try poller.add(pipe, token: token, .readable) } else { poller.remove(token: token) }
    isWatched = wanted
  }

  enum ReadOutcome {
    /// There may be more.
    case read
    case nothing
    /// The pipe is at its end and closed.
    case ended
  }

  /// Reads once, and writes what the budget admits.
  mutating func read(
    into buffer: inout [UInt8], log: inout FrameLog, budget: inout OutputBudget, at now: Instant
  ) -> ReadOutcome {
    guard pipe.isOpen else { return .ended }
    pausedUntil = nil
    switch pipe.read(into: &buffer) {
    case .bytes(0), .failed:
      pipe.close()
      return .ended
    case .wouldBlock:
      return .nothing
    case .bytes(let count):
      // A writer that fills the buffer is faster than we are: with a larger pipe it waits less often. The kernel may
      // refuse (pipe-user-pages-soft, see pipe(7)), and then the pipe stays as it is.
      if count == buffer.count, !pipeIsLarge { pipeIsLarge = pipe.growPipe(toBytes: 512 * 1024) }
      let bytes = buffer.span.extracting(first: count)
      messageTail.append(bytes)
      let admitted = budget.admit(count, of: stream, logCharge: log.charge)
      let (used, frames) = log.write(
        bytes.extracting(first: admitted), with: &framer, chargeLimit: budget.liveCharge, at: now)
      if used < admitted { budget.returnAdmitted(admitted - used, of: stream) }
      if used < count { heldBack.append(bytes.extracting(used..<count)) }
      pausedUntil = mergeRule.pause(afterReading: count, frames: frames, at: now)
      return .read
    }
  }

  /// Writes what is left when nothing more will come: the rest of a character, and the end of what was held back, as far as the
  /// log has room for it.
  mutating func finish(log: inout FrameLog, room: UInt64, keepsTail: Bool, at now: Instant) {
    pipe.close()
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

  /// Complete after `finish`.
  var totals: StreamTotals { framer.totals }

  /// The stream's end, for the termination message.
  var tail: OutputTail { OutputTail(bytes: messageTail.bytes, isWhole: messageTail.lostBytes == 0) }

  private var name: String {
    switch stream {
    case .stdout: "stdout"
    case .stderr: "stderr"
    }
  }
}
