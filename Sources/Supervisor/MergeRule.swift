package import LinuxSystem

/// Says when small pieces of output are worth waiting for more.
///
/// A script that writes a byte at a time would make a frame of each, with a hundred bytes around it. Above 200 frames a
/// second, a stream that gave little is left alone for 20 ms, and the script's pipe collects. A stream that fills the
/// buffer is never left alone: its frames are full.
package struct MergeRule: Sendable {
  package static let framesPerSecond = 200
  package static let pauseNanoseconds: UInt64 = 20_000_000
  /// A read of fewer bytes is little.
  package static let smallRead = 4096

  private var windowStart: Instant
  private var framesInWindow = 0

  package init(startedAt start: Instant) { windowStart = start }

  /// Takes note of frames written.
  /// - Returns: until when to leave the stream alone, if at all.
  package mutating func pause(afterReading bytes: Int, frames: Int, at now: Instant) -> Instant? {
    if now.nanoseconds(since: windowStart) >= 1_000_000_000 {
      windowStart = now
      framesInWindow = 0
    }
    framesInWindow += frames
    guard framesInWindow > Self.framesPerSecond, bytes < Self.smallRead else { return nil }
    return now.advanced(byNanoseconds: Self.pauseNanoseconds)
  }
}
