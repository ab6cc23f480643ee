internal import LinuxSystem
internal import TaskModel

/// The places that the log goes to: one, or two that get the same lines. What becomes of one never harms the other.
///
/// The script keeps pace with both. But the first is given all the time that there is, as the container's own log is,
/// and the second is given up once it has held the script up for `longestStall` without taking anything.
struct LogSinks: ~Copyable {
  private(set) var first: LogSink
  private(set) var second: LogSink
  /// Gets the same lines too, or instead.
  var relay = Relay.none
  private var lines: [UInt8] = []
  private var watchesFirst = false
  private var watchesSecond = false
  private var hasToldFirst = false
  private var hasToldSecond = false

  static let longestStall: UInt64 = 5_000_000_000

  init(_ first: consuming LogSink, _ second: consuming LogSink = .none) {
    self.first = first
    self.second = second
  }

  var isCongested: Bool { first.isCongested || second.isCongested || relay.isCongested }
  var pendingBytes: Int { max(first.pendingBytes, second.pendingBytes, relay.pendingBytes) }
  /// When a place is to be given up, unless it takes something before.
  var nextDue: Instant? { second.stallDue(after: Self.longestStall) }

  /// - Parameter isVital: whether the relay gets them even if it is behind.
  mutating func append(isVital: Bool = false, _ write: (inout [UInt8]) -> Void) {
    guard second.descriptor.isOpen || relay.exists else { return first.append(write) }
    lines.removeAll(keepingCapacity: true)
    write(&lines)
    relay.append(lines, isVital: isVital)
    if relay.replacesLog { return }
    takeOver()
    first.append(lines)
    second.append(lines)
  }

  mutating func flush(at now: Instant) {
    if relay.exists { flushRelay(at: now) }
    first.flush(at: now)
    guard second.descriptor.isOpen else { return }
    second.flush(at: now)
    if let due = nextDue, due <= now { second.giveUp() }
  }

  /// Writes what is left, waiting for the readers until `deadline`.
  /// - Returns: whether everything has gone out to one of them at least.
  mutating func flush(until deadline: Instant) -> Bool {
    while true {
      let now = Instant.now
      if relay.exists { flushRelay(at: now) }
      first.flush(at: now)
      second.flush(at: now)
      let waitsForFirst = first.wantsToWrite
      let waitsForSecond = second.wantsToWrite
      let left = deadline.nanoseconds(since: now) / 1_000_000
      guard waitsForFirst || waitsForSecond || relay.isCongested, left > 0 else { break }
      // Neither may make the other one wait for long.
      let step = Int32(min(left, waitsForFirst && waitsForSecond || relay.isCongested ? 20 : 1000))
      if relay.isCongested { relay.waitUntilWritable(milliseconds: step) }
      if waitsForFirst { first.descriptor.waitUntilWritable(milliseconds: step) }
      if waitsForSecond { second.descriptor.waitUntilWritable(milliseconds: waitsForFirst ? 0 : step) }
    }
    return first.isLive && first.missingBytes == 0 || second.isLive && second.missingBytes == 0
  }

  private mutating func flushRelay(at now: Instant) {
    relay.flush(at: now)
    takeOver()
  }

  /// Gives the log what a relay that was to replace it has not read.
  private mutating func takeOver() {
    guard let unread = relay.takeUnread() else { return }
    first.append(unread)
    second.append(unread)
  }

  /// Lets the relay come to its end.
  /// - Parameter logPatience: how long the log may take what the relay leaves of it.
  /// - Returns: what is wrong with the relay, and whether the log has everything that it should have.
  mutating func concludeRelay(logPatience: Duration) -> (complaint: String?, isWritten: Bool) {
    let replaced = relay.replacesLog
    // The verdict's line is what was appended last.
    let complaint = relay.conclude(lastLine: lines)
    return (complaint, !replaced || flush(until: Instant.now.advanced(by: logPatience)))
  }

  /// Has the loop watch those for which something waits.
  mutating func watch(
    by poller: inout Poller, _ firstToken: UInt32, _ secondToken: UInt32, relay relayToken: UInt32
  ) throws(SystemCallError) {
    if relay.exists { try relay.watch(by: &poller, token: relayToken) }
    try Self.watch(first, &watchesFirst, by: &poller, firstToken)
    try Self.watch(second, &watchesSecond, by: &poller, secondToken)
  }

  private static func watch(
    _ sink: borrowing LogSink, _ isWatched: inout Bool, by poller: inout Poller, _ token: UInt32
  ) throws(SystemCallError) {
    let wanted = sink.wantsToWrite
    guard wanted != isWatched else { return }
    if wanted { try poller.add(sink.descriptor, token: token, .writable) } else { poller.remove(token: token) }
    isWatched = wanted
  }

  /// A place that has failed and has not been spoken of, with the reason; for the log that is left.
  mutating func takeFailure() -> (target: String, reason: String)? {
    if let failure = first.failure, !hasToldFirst {
      hasToldFirst = true
      if second.isLive { return (first.name, failure.reason) }
    }
    if let failure = second.failure, !hasToldSecond {
      hasToldSecond = true
      if first.isLive { return (second.name, failure.reason) }
    }
    return nil
  }

  /// What is missing where, for the verdict's sentence; nil where nothing is.
  /// - Parameter isOver: whether what waits still has waited for long enough.
  func loss(isOver: Bool) -> String? {
    switch (Self.loss(of: first, isOver), Self.loss(of: second, isOver)) {
    case (let one?, let other?): one + "; " + other
    case (let one?, nil), (nil, let one?): one
    case (nil, nil): nil
    }
  }

  private static func loss(of sink: borrowing LogSink, _ isOver: Bool) -> String? {
    guard sink.descriptor.isOpen, sink.missingBytes > 0, isOver || sink.failure != nil else { return nil }
    let reason = sink.failure?.reason ?? LogSink.Failure.stalled.reason
    return ("the log at \(sink.name) lacks its last \(Int64(clamping: sink.missingBytes)) bytes: \(reason)" as Words)
      .text
  }
}
