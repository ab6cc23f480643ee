/// When a frame was written: time since the run's start on a monotonic clock, in whole microseconds.
public struct FrameTime: Sendable, Hashable, Comparable {
  /// Since the start.
  public let microseconds: UInt64

  /// A time in microseconds.
  public init(microseconds: UInt64) {
    self.microseconds = microseconds
  }

  /// A time in nanoseconds; what is below a microsecond is cut off.
  public init(nanoseconds: UInt64) {
    microseconds = nanoseconds / 1000
  }

  /// Earlier than.
  public static func < (one: FrameTime, other: FrameTime) -> Bool {
    one.microseconds < other.microseconds
  }

  /// The time as the standard library has it.
  public var duration: Duration {
    .microseconds(Int64(clamping: microseconds))
  }
}
