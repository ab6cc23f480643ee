package import LinuxSystem

/// Says when small pieces of output are worth waiting for more, and for how long.
///
/// A script that writes a byte at a time would make a frame of each, with a hundred bytes around it. Above 200 frames a
/// second, a stream that gave little is left alone for a moment, and the script's pipe collects. How long depends on what
/// the last moment brought: enough for a full frame, and never so much that the pipe gets full and the script has to wait
/// for us. A stream that gives plenty is not left alone at all: its frames are full.
package struct MergeRule: Sendable {
  package static let framesPerSecond = 200
  package static let longestPause: UInt64 = 20_000_000
  package static let shortestPause: UInt64 = 100_000
  /// A read of fewer bytes is little.
  package static let smallRead = 4096
  /// So many bytes are nearly all that a pipe holds (64 KiB at first; writers of lines do not fill its pages whole).
  package static let plenty = 48 * 1024
  /// What a pause is to collect at most: two full frames. Half of it is enough.
  private static let aim = 16 * 1024

  private var windowStart: Instant
  private var framesInWindow = 0
  private var pauseLength = Self.shortestPause
  /// Whether the stream was left alone before what comes next.
  private var hasPaused = false

  package init(startedAt start: Instant) { windowStart = start }

  /// Takes note of frames written.
  /// - Returns: until when to leave the stream alone, if at all.
  package mutating func pause(afterReading bytes: Int, frames: Int, at now: Instant) -> Instant? {
    if now.nanoseconds(since: windowStart) >= 1_000_000_000 {
      windowStart = now
      framesInWindow = 0
    }
    framesInWindow += frames
    // What is left after a pause that brought much is little by itself, and no reason to read at once.
    let isLittle = bytes < (hasPaused ? Self.plenty : Self.smallRead)
    if hasPaused { adapt(toReading: bytes) }
    hasPaused = framesInWindow > Self.framesPerSecond && isLittle
    return hasPaused ? now.advanced(byNanoseconds: pauseLength) : nil
  }

  private mutating func adapt(toReading bytes: Int) {
    if bytes < Self.aim / 2 {
      pauseLength = min(pauseLength * 2, Self.longestPause)
    } else if bytes >= Self.plenty {
      // The script may have waited: nobody knows how fast it is.
      pauseLength = Self.shortestPause
    } else if bytes > Self.aim {
      pauseLength = max(pauseLength * UInt64(Self.aim) / UInt64(bytes), Self.shortestPause)
    }
  }
}
