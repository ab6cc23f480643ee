package import LinuxSystem
internal import TaskModel

/// What a refused call is counted under.
package struct DenialKey: Equatable, Sendable {
  package let number: Int32
  /// The address family of a call that makes sockets, else -1.
  package let family: Int32

  /// - Parameter makesSockets: whether the first argument is an address family.
  package init(number: Int32, firstArgument: UInt64, makesSockets: Bool) {
    self.number = number
    guard makesSockets else {
      family = -1
      return
    }
    // The kernel takes an int, so the register's lower half. What is no family is all one.
    let named = UInt32(truncatingIfNeeded: firstArgument)
    family = min(Int32(clamping: named), AddressFamily.count)
  }
}

/// Counts refused calls, and says when which of them are worth an event. Pure: instants go in, reports come out.
///
/// A script can make a million refused calls a second, of every number there is: the table has a fixed number of places, and
/// a call's events come at growing intervals. The totals are exact all the same.
package struct DeniedCalls: Sendable {
  /// Calls that are told apart; what comes later is counted together. Ordinary scripts are refused two or three.
  package static let places = 64
  /// From a call's first event to its second; the interval then doubles with each.
  package static let firstInterval: UInt64 = 1_000_000_000
  package static let longestInterval: UInt64 = 64_000_000_000

  /// Something to be told.
  package struct Report: Equatable, Sendable {
    /// Nil for those that have no place of their own.
    package let key: DenialKey?
    /// The thread that made the latest call.
    package let thread: Int32
    /// How many since the report before.
    package let count: UInt64
  }

  private struct Account {
    let key: DenialKey?
    var total: UInt64 = 0
    var reported: UInt64 = 0
    var thread: Int32 = 0
    var nextReport: Instant
    var interval = DeniedCalls.firstInterval

    mutating func add(_ thread: Int32) {
      total += 1
      self.thread = thread
    }

    /// When something of it is to be told; nil where everything was.
    var due: Instant? { total > reported ? nextReport : nil }

    mutating func takeReport(at now: Instant) -> Report? {
      guard let due, due <= now else { return nil }
      let report = Report(key: key, thread: thread, count: total - reported)
      reported = total
      nextReport = now.advanced(byNanoseconds: interval)
      interval = min(interval * 2, DeniedCalls.longestInterval)
      return report
    }
  }

  private var accounts: [Account] = []
  /// The earliest instant at which a report may be due.
  package private(set) var nextDue: Instant?

  package init() {}

  package mutating func count(_ key: DenialKey, thread: Int32, at now: Instant) {
    let index = place(of: key, at: now)
    accounts[index].add(thread)
    note(due: accounts[index].due)
  }

  /// The account to count under: the last one is everybody's who came too late for one.
  private mutating func place(of key: DenialKey, at now: Instant) -> Int {
    for index in accounts.indices where accounts[index].key == key { return index }
    if accounts.count <= Self.places {
      accounts.append(Account(key: accounts.count < Self.places ? key : nil, nextReport: now))
    }
    return accounts.count - 1
  }

  private mutating func note(due: Instant?) {
    guard let due else { return }
    nextDue = min(nextDue ?? due, due)
  }

  /// The reports that are due, which then count as made.
  package mutating func takeReports(at now: Instant) -> [Report] {
    guard let due = nextDue, due <= now else { return [] }
    var reports: [Report] = []
    nextDue = nil
    for index in accounts.indices {
      if let report = accounts[index].takeReport(at: now) { reports.append(report) }
      note(due: accounts[index].due)
    }
    return reports
  }

  /// Nothing is due before then: where nobody reads, more of the same need not be written.
  package mutating func postponeReports(until instant: Instant) {
    if nextDue != nil { nextDue = instant }
  }

  /// All calls that have a place, the most frequent first, and the number of those that have none.
  package var totals: (calls: [(key: DenialKey, count: UInt64)], others: UInt64) {
    var calls: [(key: DenialKey, count: UInt64)] = []
    var others: UInt64 = 0
    for account in accounts {
      guard let key = account.key else {
        others = account.total
        continue
      }
      // Few, and kept in the order of their first occurrence where the counts are the same.
      let place = calls.firstIndex { $0.count < account.total } ?? calls.endIndex
      calls.insert((key, account.total), at: place)
    }
    return (calls, others)
  }
}
