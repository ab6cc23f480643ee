/// Decides when disk usage is looked at. Knows no kernel.
package struct DiskWatch: Sendable {
  private static let shortestInterval: UInt64 = 5_000_000
  private static let longestInterval: UInt64 = 250_000_000
  /// What a script writes to memory in a second when it is in a hurry.
  private static let bytesPerSecond: UInt64 = 1_000_000_000

  /// The time in which the room that is left in a tmpfs cannot be filled, within reason: unlike memory, a volume that is full
  /// kills nobody.
  package static func interval(room: UInt64) -> UInt64 {
    let (nanoseconds, overflow) = room.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? longestInterval : min(max(nanoseconds / bytesPerSecond, shortestInterval), longestInterval)
  }

  /// What of a volume's size is left free: a sixteenth, so that the end comes before a write fails.
  package static func reserve(ofSize size: UInt64) -> UInt64 { size / 16 }
}
