/// How much of the script's output goes into the log, and what becomes of the rest.
///
/// Pure bookkeeping: it is told sizes and answers how many bytes of a chunk to write now; the others go into the
/// stream's tail. The end of an output says most about why it ended, so room for it is kept.
package struct OutputBudget: Sendable {
  /// The most of a stream's end that is kept once its limit is reached.
  package static let tailBytes = 64 * 1024
  /// What is kept of the log's limit for the tails, the last events and the verdict.
  package static let logReserve: UInt64 = 128 * 1024
  /// What a container runtime adds to a line (about 40 bytes, tried with containerd 2.1), and some air.
  package static let lineCharge: UInt64 = 64

  /// One stream's share.
  package struct Stream: Sendable {
    /// The number of bytes that may be kept.
    package let limit: UInt64
    /// What the script wrote.
    package private(set) var received: UInt64 = 0
    /// What went into frames at once.
    package fileprivate(set) var relayed: UInt64 = 0
    /// Set once a byte had to be held back: order forbids to relay any later one at once.
    package fileprivate(set) var isHeldBack = false

    package init(limit: UInt64) { self.limit = limit }

    /// How many bytes of the stream's end are kept: at most half of the limit, so that a small one shows both ends.
    package var tailCapacity: Int { Int(min(UInt64(OutputBudget.tailBytes), limit / 2)) }

    fileprivate mutating func receive(_ count: Int) { received += UInt64(count) }

    package var exceedsLimit: Bool { received > limit }
  }

  private let logLimit: UInt64
  private var logUsed: UInt64 = 0
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
    case .standardOutput: standardOutput
    case .standardError: standardError
    }
  }

  /// Takes note of a chunk of the script's output.
  /// - Returns: how many of its first bytes go into frames now.
  package mutating func admit(_ count: Int, of stream: OutputStream) -> Int {
    switch stream {
    case .standardOutput: admit(count, to: &standardOutput)
    case .standardError: admit(count, to: &standardError)
    }
  }

  private func admit(_ count: Int, to account: inout Stream) -> Int {
    account.receive(count)
    guard !account.isHeldBack, hasLogRoom else {
      account.isHeldBack = true
      return 0
    }
    let reserve = keepsTails ? UInt64(account.tailCapacity) : 0
    let room = account.limit - reserve - account.relayed
    let admitted = min(UInt64(count), room)
    account.relayed += admitted
    if admitted < UInt64(count) { account.isHeldBack = true }
    return Int(admitted)
  }

  /// Takes note of lines that went into the log.
  package mutating func chargeLog(bytes: Int, lines: Int) {
    logUsed += UInt64(bytes) + UInt64(lines) * Self.lineCharge
  }

  /// Whether the log has room for more of the script's output.
  private var hasLogRoom: Bool { logUsed + Self.logReserve < logLimit }

  /// How many bytes, with their lines' charge, may still go into the log for tails; the last quarter of the reserve is
  /// the verdict's.
  package var roomForTails: UInt64 {
    let end = logLimit - Self.logReserve / 4
    return end > logUsed ? end - logUsed : 0
  }
}
