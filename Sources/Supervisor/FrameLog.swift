internal import LinuxSystem
internal import WarderFrames

/// The log: frames in, lines out, with the run's clock.
struct FrameLog: ~Copyable {
  private(set) var sink: LogSink
  private var encoder = FrameEncoder()
  /// What `t` counts from.
  let start: Instant

  init(sink: consuming LogSink, start: Instant) {
    self.sink = sink
    self.start = start
  }

  /// What the log weighs against `log_limit`.
  var charge: UInt64 { encoder.chargedBytes }
  var nextSequence: UInt64 { encoder.nextSequence }
  var descriptor: Int32 { sink.descriptor.raw }

  private func time(_ now: Instant) -> FrameTime { FrameTime(nanoseconds: now.nanoseconds(since: start)) }

  mutating func write(_ frame: StartFrame) {
    let now = time(.now)
    sink.append { encoder.start(frame, at: now, into: &$0) }
  }

  mutating func write(_ frame: EventFrame, at now: Instant) {
    let now = time(now)
    sink.append { encoder.event(frame, at: now, into: &$0) }
  }

  mutating func write(_ frame: ExitFrame) {
    let now = time(.now)
    sink.append { encoder.exit(frame, at: now, into: &$0) }
  }

  /// Frames a part of a stream, until the log weighs `chargeLimit`.
  /// - Returns: how many of the bytes were used, and the number of frames that they made.
  mutating func write(
    _ bytes: Span<UInt8>, with framer: inout OutputFramer, chargeLimit: UInt64, at now: Instant
  ) -> (used: Int, frames: Int) {
    let before = encoder.nextSequence
    let now = time(now)
    var used = 0
    sink.append { used = framer.feed(bytes, at: now, through: &encoder, chargeLimit: chargeLimit, into: &$0) }
    return (used, Int(encoder.nextSequence - before))
  }

  /// Frames what `framer` still holds back of an incomplete character.
  mutating func finish(_ framer: inout OutputFramer, at now: Instant) {
    let now = time(now)
    sink.append { framer.flush(at: now, through: &encoder, into: &$0) }
  }

  mutating func flush() { sink.flush() }
  mutating func flush(until deadline: Instant) -> Bool { sink.flush(until: deadline) }
}
