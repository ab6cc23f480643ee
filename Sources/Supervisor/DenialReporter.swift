internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Answers the calls that the script's filter refuses, counts them, and tells of them.
struct DenialReporter: ~Copyable {
  /// Calls answered in one turn of the loop: some hundred microseconds at most, after which deadline and output have theirs.
  private static let batch = 32

  private var listener: SeccompListener
  private var calls = DeniedCalls()

  init(_ listener: consuming SeccompListener) {
    listener.wakeSynchronously()
    self.listener = listener
  }

  func watch(by poller: inout Poller, token: UInt32) throws(SystemCallError) {
    if listener.isOpen { try poller.add(listener.descriptor, token: token, .readable) }
  }

  /// Whether there is still anybody whose calls could come.
  var isOpen: Bool { listener.isOpen }

  /// Answers what waits, up to a bound.
  mutating func answer(_ interest: Interest, at now: Instant) {
    for _ in 0..<Self.batch {
      switch listener.take() {
      case .call(let call):
        // Only an answer that arrived counts: an interrupted call starts anew and comes again.
        if listener.refuse(call) { calls.count(Self.key(of: call), thread: call.thread, at: now) }
      case .vanished: continue
      case .nothing:
        // Nobody is left whose calls are filtered; poll would say so without end.
        if interest.contains(.closed) { listener.close() }
        return
      case .failed:
        // Without it such calls answer ENOSYS: refused all the same.
        listener.close()
        return
      }
    }
  }

  private static func key(of call: DeferredCall) -> DenialKey {
    DenialKey(
      number: call.number, firstArgument: call.firstArgument,
      makesSockets: SystemCallName.makesSockets(call.number))
  }

  var nextDue: Instant? { calls.nextDue }

  /// Writes the events that are due, unless the log has no room for more or nobody reads it; the totals come with the verdict.
  /// - Returns: whether there was one.
  mutating func report(to log: inout FrameLog, chargeLimit: UInt64, at now: Instant) -> Bool {
    guard let due = calls.nextDue, due <= now else { return false }
    guard !log.sinks.isCongested, log.charge < chargeLimit else {
      calls.postponeReports(until: now.advanced(byNanoseconds: DeniedCalls.firstInterval))
      return false
    }
    for report in calls.takeReports(at: now) { log.write(Self.event(report), at: now) }
    return true
  }

  private static func event(_ report: DeniedCalls.Report) -> EventFrame {
    var fields = [Field("syscall", report.key.map { SystemCallName.name(of: $0.number) } ?? "other")]
    if let family = report.key?.family, family >= 0 { fields.append(Field("family", AddressFamily.name(of: family))) }
    fields.append(Field("errno", "EPERM"))
    fields.append(Field("pid", Int64(report.thread)))
    fields.append(Field("count", Int64(clamping: report.count)))
    return EventFrame("denied", fields)
  }

  var summary: DenialSummary {
    let totals = calls.totals
    return DenialSummary(
      calls: totals.calls.map { call in
        DenialSummary.Call(
          name: SystemCallName.name(of: call.key.number),
          family: call.key.family >= 0 ? AddressFamily.name(of: call.key.family) : nil, count: call.count)
      }, others: totals.others)
  }
}
