/// When a frame was written: time since the run's start on a monotonic clock, in whole microseconds.
public struct FrameTime: Sendable, Hashable, Comparable {
  public let microseconds: UInt64

  public init(microseconds: UInt64) {
    self.microseconds = microseconds
  }

  /// What is below a microsecond is cut off.
  public init(nanoseconds: UInt64) {
    microseconds = nanoseconds / 1000
  }

  public static func < (one: FrameTime, other: FrameTime) -> Bool {
    one.microseconds < other.microseconds
  }

  public var duration: Duration {
    .microseconds(Int64(clamping: microseconds))
  }
}
