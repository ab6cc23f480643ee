package import LinuxSystem

/// Says when the log has been silent for long enough that a reader would wonder.
package struct Heartbeat {
  private let interval: UInt64
  private var lastSign: Instant

  /// - Parameter intervalNanoseconds: 0 switches it off.
  package init(intervalNanoseconds: UInt64, startedAt start: Instant) {
    interval = intervalNanoseconds
    lastSign = start
  }

  package var nextDue: Instant? { interval == 0 ? nil : lastSign.advanced(byNanoseconds: interval) }

  /// Output or an event was written, or a heartbeat.
  package mutating func gaveSign(at now: Instant) { lastSign = now }

  package func isDue(at now: Instant) -> Bool {
    guard let due = nextDue else { return false }
    return due <= now
  }
}
