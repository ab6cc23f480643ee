package import WarderFrames

/// How much of the script's output goes into the log, and what becomes of the rest.
///
/// Pure bookkeeping: it is asked how many bytes of a chunk to write now, and told what became of them; the others go into
/// the stream's tail. The end of an output says most about why it ended, so room for it is kept.
package struct OutputBudget: Sendable {
  /// The most of a stream's end that is kept once its limit is reached.
  package static let tailBytes = 64 * 1024
  /// What is kept of the log's limit for the tails, the last events and the verdict.
  package static let logReserve: UInt64 = 128 * 1024
  /// One stream's share.
  package struct Stream: Sendable {
    /// The number of bytes that may be kept.
    package let limit: UInt64
    /// What the script wrote, secrets replaced.
    package private(set) var received: UInt64 = 0
    /// What went into frames at once.
    package private(set) var relayed: UInt64 = 0
    /// Set once a byte had to be held back: order forbids to relay any later one at once.
    package private(set) var isHeldBack = false

    package init(limit: UInt64) { self.limit = limit }

    /// How many bytes of the stream's end are kept: at most half of the limit, so that a small one shows both ends.
    package var tailCapacity: Int { Int(min(UInt64(OutputBudget.tailBytes), limit / 2)) }

    fileprivate mutating func relay(_ count: Int) {
      received += UInt64(count)
      relayed += UInt64(count)
    }

    fileprivate mutating func holdBack(_ count: Int) {
      received += UInt64(count)
      isHeldBack = true
    }

    package var exceedsLimit: Bool { received > limit }
  }

  private let logLimit: UInt64
  /// In `kill` mode there is no tail to keep room for: everything up to the limit is relayed.
  private let keepsTails: Bool
  package private(set) var standardOutput: Stream
  package private(set) var standardError: Stream

  package init(standardOutputLimit: UInt64, standardErrorLimit: UInt64, logLimit: UInt64, keepsTails: Bool) {
    standardOutput = Stream(limit: standardOutputLimit)
    standardError = Stream(limit: standardErrorLimit)
    self.logLimit = logLimit
    self.keepsTails = keepsTails
  }

  package func account(of stream: OutputStream) -> Stream {
    switch stream {
    case .stdout: standardOutput
    case .stderr: standardError
    }
  }

  /// How many of the next `count` bytes may go into frames at once.
  /// - Parameter logCharge: what the log weighs so far (`FrameEncoder.chargedBytes`).
  package func room(for count: Int, of stream: OutputStream, logCharge: UInt64) -> Int {
    let account = account(of: stream)
    guard !account.isHeldBack, logCharge < liveCharge else { return 0 }
    let reserve = keepsTails ? UInt64(account.tailCapacity) : 0
    return Int(min(UInt64(count), account.limit - reserve - account.relayed))
  }

  /// Takes note of the next bytes, which went into frames.
  package mutating func relayed(_ count: Int, of stream: OutputStream) {
    switch stream {
    case .stdout: standardOutput.relay(count)
    case .stderr: standardError.relay(count)
    }
  }

  /// Takes note of the next bytes, which went into the tail; no later ones go out at once.
  package mutating func heldBack(_ count: Int, of stream: OutputStream) {
    switch stream {
    case .stdout: standardOutput.holdBack(count)
    case .stderr: standardError.holdBack(count)
    }
  }

  /// What the log may weigh before output is held back: frames of hostile bytes weigh many times what they carry.
  package var liveCharge: UInt64 { logLimit - Self.logReserve }

  /// What the log may weigh with the files that come back, and with the words about those that do not: the rest is the
  /// verdict's.
  package var artifactCharge: UInt64 { logLimit - Self.logReserve / 4 }
  package var refusalCharge: UInt64 { logLimit - Self.logReserve / 8 }

  /// How many bytes, with their lines' charge, may still go into the log for tails; the last quarter of the reserve is
  /// the verdict's.
  package func roomForTails(logCharge: UInt64) -> UInt64 {
    let end = logLimit - Self.logReserve / 4
    return end > logCharge ? end - logCharge : 0
  }
}
