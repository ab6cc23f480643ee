internal import LinuxSystem
internal import WarderFrames

/// The log: frames in, lines out, with the run's clock and without secrets.
struct FrameLog: ~Copyable {
  var sinks: LogSinks
  private var encoder = FrameEncoder()
  /// What every string in a frame passes; a script's output has passed it already.
  let redaction: Redaction
  /// What `t` counts from.
  let start: Instant

  init(_ sinks: consuming LogSinks, redaction: Redaction, start: Instant) {
    self.sinks = sinks
    self.redaction = redaction
    self.start = start
  }

  /// What the log weighs against `log_limit`.
  var charge: UInt64 { encoder.chargedBytes }
  var nextSequence: UInt64 { encoder.nextSequence }

  private func time(_ now: Instant) -> FrameTime { FrameTime(nanoseconds: now.nanoseconds(since: start)) }

  mutating func write(_ frame: StartFrame) {
    let now = time(.now)
    let frame = redaction.frame(frame)
    sinks.append(isVital: true) { encoder.start(frame, at: now, into: &$0) }
  }

  mutating func write(_ frame: EventFrame, at now: Instant) {
    let now = time(now)
    let frame = redaction.frame(frame)
    sinks.append { encoder.event(frame, at: now, into: &$0) }
  }

  mutating func write(_ frame: ExitFrame) {
    let now = time(.now)
    let frame = redaction.frame(frame)
    sinks.append(isVital: true) { encoder.exit(frame, at: now, into: &$0) }
  }

  /// - Returns: how many of the bytes the line holds; it has the end where it holds them all.
  mutating func write(
    _ name: ArtifactName, offset: Int64, _ bytes: Span<UInt8>, end: ArtifactEnd?, at now: Instant
  ) -> Int {
    let now = time(now)
    var taken = 0
    sinks.append { taken = encoder.artifact(name, offset: offset, bytes, end: end, at: now, into: &$0) }
    return taken
  }

  /// Frames a part of a stream, until the log weighs `chargeLimit`.
  /// - Returns: how many of the bytes were used, and the number of frames that they made.
  mutating func write(
    _ bytes: Span<UInt8>, with framer: inout OutputFramer, chargeLimit: UInt64, at now: Instant
  ) -> (used: Int, frames: Int) {
    let before = encoder.nextSequence
    let now = time(now)
    var used = 0
    sinks.append { used = framer.feed(bytes, at: now, through: &encoder, chargeLimit: chargeLimit, into: &$0) }
    return (used, Int(encoder.nextSequence - before))
  }

  /// Frames what `framer` still holds back of an incomplete character.
  mutating func finish(_ framer: inout OutputFramer, at now: Instant) {
    let now = time(now)
    sinks.append { framer.flush(at: now, through: &encoder, into: &$0) }
  }

  /// Writes as much as the readers take, and tells the one that is left if another is lost.
  mutating func flush(at now: Instant) {
    sinks.flush(at: now)
    while let failure = sinks.takeFailure() {
      write(
        EventFrame("log_failed", [Field("target", failure.target), Field("reason", failure.reason)]), at: now)
      sinks.flush(at: now)
    }
  }

  mutating func flush(until deadline: Instant) -> Bool { sinks.flush(until: deadline) }
}
