internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// The helper beside the script that gets every frame on its standard input. What becomes of it never harms the verdict.
///
/// It lies outside of the supervisor's own signal scope, so that kill(-1) spares it. It ends by itself at the end of its input, or
/// is killed.
struct Relay: ~Copyable {
  private var pipe: Descriptor
  /// The pipe's other end, once its input has ended: for what it leaves in there.
  private var leavings = Descriptor.none
  private var buffer: RelayBuffer
  let process: Int32
  /// Readable once it has ended.
  private let handle: Descriptor
  private var leash: Leash
  private let log: RelayLog
  private let wait: Duration
  private(set) var end: ProcessEnd?
  private var isConcluded = false
  /// Since when its standard input has no reader, though it may live.
  private var closedAt: Instant?
  private var toldEnd = false
  private var toldClosed = false
  /// What it has not read, for the log that it was to replace.
  private var unread: [UInt8]?
  private var isGivenUp = false
  private var isWatched = false
  /// For how long it may hold up the files that come back.
  private var patienceNanoseconds: UInt64 = 1_000_000_000

  /// What the pipe holds: its size is set, so that it is known.
  private static let pipeBytes: Int32 = 64 * 1024
  /// The most that waits for a relay that does not replace the log: the files of an ordinary task and more.
  private static let capacity = 2 << 20
  /// The kernel reports the closed pipe before the end of the process that closed it.
  private static let closedBeforeEnd: UInt64 = 50_000_000
  /// What the kernel may take to remove a killed process.
  private static let killMilliseconds: Int32 = 1_000

  static var none: Relay {
    Relay(pipe: .none, process: 0, handle: .none, leash: .none, log: .keep, wait: .zero)
  }

  init(
    pipe: consuming Descriptor, process: Int32, handle: consuming Descriptor, leash: consuming Leash, log: RelayLog,
    wait: Duration
  ) {
    self.pipe = pipe
    self.process = process
    self.handle = handle
    self.leash = leash
    self.log = log
    self.wait = wait
    let isReplacing = log == .replace
    buffer = RelayBuffer(
      capacity: isReplacing ? nil : Self.capacity,
      retention: isReplacing ? Int(Self.pipeBytes) + FrameEncoder.longestLine : 0)
  }

  /// A pipe for it: what is read from the read end it gets as its standard input.
  static func makePipe() throws(SystemCallError) -> Pipe {
    let pipe = try Pipe()
    _ = pipe.writeEnd.growPipe(toBytes: pipeBytes)
    try pipe.writeEnd.setNonblocking(true)
    return pipe
  }

  /// Whether there is one.
  var exists: Bool { process > 0 }
  /// Whether lines still go to it.
  var isLive: Bool { pipe.isOpen }
  /// Whether the log is its business.
  var replacesLog: Bool { exists && log == .replace && !isGivenUp }
  /// Whether the log is not what its readers wait for: it was the relay's to write, and the relay did not end well.
  var failedTheLog: Bool { exists && log == .replace && end != .exited(0) }
  /// What holds the script up, as the log's reader would: only where it takes the log's place.
  var pendingBytes: Int { replacesLog ? buffer.waitingCount : 0 }
  var isCongested: Bool { pendingBytes > LogSink.highWater }
}

// MARK: - Lines

extension Relay {
  mutating func append(_ lines: [UInt8], isVital: Bool) {
    guard isLive else { return }
    buffer.append(lines, isVital: isVital)
  }

  /// Writes as much as it takes without waiting.
  mutating func flush(at now: Instant) {
    while isLive, buffer.waitingCount > 0 {
      switch pipe.write(buffer.all, from: buffer.start) {
      case .bytes(let count): buffer.went(count)
      case .wouldBlock: return
      case .failed:
        closedAt = now
        close()
      }
    }
  }

  /// Lets a relay that is on its way catch up with files that come back, of which there are many at once. All in all a second:
  /// one that stands still costs the log nothing more.
  mutating func catchUp() {
    while isLive, buffer.waitingCount > Self.capacity / 2, patienceNanoseconds > 0 {
      let before = Instant.now
      pipe.waitUntilWritable(milliseconds: 20)
      let now = Instant.now
      flush(at: now)
      patienceNanoseconds -= min(patienceNanoseconds, now.nanoseconds(since: before))
    }
  }

  func waitUntilWritable(milliseconds: Int32) { pipe.waitUntilWritable(milliseconds: milliseconds) }

  /// Has the loop say when it takes more.
  mutating func watch(by poller: inout Poller, token: UInt32) throws(SystemCallError) {
    let wanted = isLive && buffer.waitingCount > 0
    guard wanted != isWatched else { return }
    if wanted { try poller.add(pipe, token: token, .writable) } else { poller.remove(token: token) }
    isWatched = wanted
  }

  /// What the log gets in its stead, once.
  mutating func takeUnread() -> [UInt8]? {
    defer { unread = nil }
    return unread
  }

  private mutating func close() {
    if replacesLog { giveUp() }
    pipe.close()
  }

  /// Gives the log back, with everything that the relay has not read.
  private mutating func giveUp() {
    // Whatever it wrote last may lack its line's end.
    let rest = buffer.unread(countUnread())
    unread = rest.isEmpty ? rest : [RelayBuffer.lineEnd] + rest
    isGivenUp = true
  }

  /// How much of what went out lies in the pipe still, read from there: it stays as long as this end is open.
  private mutating func countUnread() -> Int {
    if !leavings.isOpen { openLeavings() }
    // Not to be known: better twice than not at all.
    guard leavings.isOpen else { return .max }
    var count = 0
    var bytes = [UInt8](repeating: 0, count: 16 * 1024)
    while case .bytes(let read) = leavings.read(into: &bytes), read > 0 { count += read }
    return count
  }

  private mutating func openLeavings() {
    do { leavings = try Files.open(("/proc/self/fd/\(pipe.raw)" as Words).text, .nonblocking) } catch {}
  }

  /// Ends its input. Without a writer it reads what there is, and then the end.
  private mutating func endInput() {
    if replacesLog { openLeavings() }
    pipe.close()
  }
}

// MARK: - Its end

extension Relay {
  /// Notes that it has ended; its process is reaped.
  mutating func noteEnd(_ end: ProcessEnd) {
    self.end = end
    if isLive { close() }
  }

  /// What the log is to be told of it, before the verdict.
  mutating func takeEvent(at now: Instant, isOver: Bool = false) -> EventFrame? {
    if let end, !toldEnd {
      toldEnd = true
      return EventFrame("relay", [Field("state", "ended"), end.field])
    }
    guard end == nil, let closedAt, !toldClosed,
      isOver || now.nanoseconds(since: closedAt) > Self.closedBeforeEnd
    else { return nil }
    toldClosed = true
    return EventFrame("relay", [Field("state", "closed")])
  }

  /// The same of what it did not get.
  mutating func lossEvent() -> EventFrame? {
    guard buffer.leftOutLines > 0 else { return nil }
    return EventFrame(
      "relay", [Field("state", "behind"), Field("left_out_frames", Int64(clamping: buffer.leftOutLines))])
  }

  /// Hands over the rest, ends its input and waits for its end, as long as it may take.
  /// - Parameter lastLine: the verdict's, which the log gets if the relay failed with it.
  /// - Returns: what is wrong with it.
  mutating func conclude(lastLine: [UInt8]) -> String? {
    guard exists, !isConcluded else { return nil }
    isConcluded = true
    let wasEnded = end != nil
    var isLate = false
    let replacedLog = replacesLog
    let due = Instant.now.advanced(by: wait)
    while end == nil {
      let now = Instant.now
      flush(at: now)
      if buffer.waitingCount == 0, isLive { endInput() }
      let left = Int32(clamping: (due.nanoseconds(since: now) + 999_999) / 1_000_000)
      if handle.waitUntilReadable(milliseconds: isLive ? 0 : left) { reap() }
      if end != nil { break }
      guard left > 0 else {
        isLate = true
        break
      }
      if isLive { pipe.waitUntilWritable(milliseconds: min(left, 20)) }
    }
    // What it left behind goes too. Killed first: two must not write to one log.
    leash.letGo()
    if end == nil, handle.waitUntilReadable(milliseconds: Self.killMilliseconds) { reap() }
    if replacesLog { giveUp() }
    // It may have read all, and failed with it: the verdict is said in any case.
    if replacedLog, end != .exited(0), unread?.isEmpty != false {
      unread = [RelayBuffer.lineEnd] + lastLine
    }
    pipe.close()
    return wasEnded ? nil : complaint(isLate: isLate)
  }

  private func complaint(isLate: Bool) -> String? {
    switch isLate ? nil : end {
    case .exited(0): nil
    case .exited(let status): ("the relay ended with status \(status)" as Words).text
    case .signaled(let signal): "the relay was ended by " + SignalName.name(of: signal)
    case nil:
      ("the relay did not end within \(WallDuration.format(wait)) of the last frame, and was killed" as Words).text
    }
  }

  private mutating func reap() {
    while case .reaped(let ended)? = try? Processes.reap() {
      guard ended.process == process else { continue }
      noteEnd(ended.end)
      return
    }
  }
}

extension ProcessEnd {
  fileprivate var field: Field {
    switch self {
    case .exited(let status): Field("exit_code", Int64(status))
    case .signaled(let signal): Field("signal", SignalName.name(of: signal))
    }
  }
}
