/// Decides when processes are counted, and how many are too many. Knows no kernel.
package struct ProcessWatch: Sendable {
  /// The most processes, and the most threads of all of them together; nil for no limit.
  package let processes: UInt64?
  package let threads: UInt64?

  /// A script that stays small is looked at twenty times a second.
  package static let calmInterval: UInt64 = 50_000_000
  /// One that grows, or is near a limit, more often: a fork takes a twentieth of a millisecond.
  package static let alertInterval: UInt64 = 5_000_000
  /// So many more since the last look are growth.
  private static let growth: UInt64 = 16

  package init(processes: UInt64?, threads: UInt64?) {
    self.processes = processes
    self.threads = threads
  }

  /// Whether that many threads can be too many, or belong to too many processes: every process has one at least. Only then
  /// need they be told apart.
  package func needsCount(atMost threads: UInt64) -> Bool {
    isOver(threads, self.threads) || isOver(threads, processes)
  }

  package enum Excess: Equatable, Sendable { case processes, threads }

  /// What there is too much of.
  package func excess(processes: UInt64, threads: UInt64) -> Excess? {
    if isOver(processes, self.processes) { return .processes }
    return isOver(threads, self.threads) ? .threads : nil
  }

  /// The time until the next look.
  package func interval(before: UInt64, now: UInt64) -> UInt64 {
    let least = min(processes ?? .max, threads ?? .max)
    let isGrowing = now > before && now - before >= Self.growth
    return isGrowing || now > least / 2 ? Self.alertInterval : Self.calmInterval
  }

  private func isOver(_ count: UInt64, _ limit: UInt64?) -> Bool { limit.map { count > $0 } ?? false }
}

/// How many processes and threads may have been born since, by the number that the kernel gave out last.
package struct BirthCounter: Sendable {
  private var last: UInt64

  package init(last: UInt64) { self.last = last }

  /// - Parameter greatest: the number after which they begin again (pid_max); asked only where they did.
  /// - Returns: an upper bound of the births since the last call.
  package mutating func births(last now: UInt64, greatest: () -> UInt64) -> UInt64 {
    defer { last = now }
    if now >= last { return now - last }
    let greatest = greatest()
    return greatest - min(last, greatest) + now
  }
}
