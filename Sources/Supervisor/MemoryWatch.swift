/// Decides when memory is looked at, and how much is too much. Knows no kernel.
package struct MemoryWatch: Sendable {
  /// What must not be exceeded.
  package let limit: UInt64
  /// What the tree can allocate in a second at most: the speed at which processors fill pages.
  private let bytesPerSecond: UInt64

  private static let bytesPerSecondAndProcessor: UInt64 = 5_000_000_000
  /// More often would cost more than it sees: a wake-up and two reads are some 10 µs.
  package static let shortestInterval: UInt64 = 1_000_000
  /// With terabytes of room there is still somebody who looks at the clock.
  package static let longestInterval: UInt64 = 500_000_000

  package init(limit: UInt64, processors: Int) {
    self.limit = limit
    bytesPerSecond = Self.bytesPerSecondAndProcessor * UInt64(max(1, min(processors, 1024)))
  }

  package func isExceeded(by used: UInt64) -> Bool { used > limit }

  /// What is left of a cgroup's usage when pages are taken off that the kernel can give up.
  ///
  /// The two numbers are in two files, and a script that reads large files makes the kernel give up tens of megabytes between
  /// a look at the one and a look at the other. So the usage has to be as high before and afterwards.
  package static func used(_ usage: UInt64, afterwards: UInt64, filePages: UInt64) -> UInt64 {
    let usage = min(usage, afterwards)
    return usage - min(usage, filePages)
  }

  /// The time in which the room that is left cannot be filled, within reason.
  package func interval(used: UInt64) -> UInt64 {
    let room = used < limit ? limit - used : 0
    let (nanoseconds, overflow) = room.multipliedReportingOverflow(by: 1_000_000_000)
    let ideal = overflow ? room / (bytesPerSecond / 1_000_000_000) : nanoseconds / bytesPerSecond
    return min(max(ideal, Self.shortestInterval), Self.longestInterval)
  }

  /// What of a cgroup's limit is left to the time between two looks and to the kill itself: 16 MiB, and with more processors
  /// or a larger limit more, but never above a quarter.
  package static func reserve(ofLimit limit: UInt64, processors: Int) -> UInt64 {
    let mebibyte: UInt64 = 1 << 20
    // Two milliseconds of every processor.
    let burst = 10 * mebibyte * UInt64(max(1, min(processors, 1024)))
    return min(limit / 4, max(16 * mebibyte, min(burst, limit / 16)))
  }
}
