/// What a log consists of.
public enum LogItem: Sendable, Hashable {
  case frame(Frame)
  case noise(Noise)
}

/// A line that is no frame: somebody else wrote it, or a frame was damaged.
public struct Noise: Sendable, Hashable {
  /// The line's first bytes, at most `mostBytes`, without its line end and without what a container runtime put before
  /// it.
  public let bytes: [UInt8]
  /// How many bytes the line had.
  public let length: Int

  /// The most bytes that are kept of a line.
  public static let mostBytes = 1024

  /// Whether the line was longer than what is kept of it.
  public var isCut: Bool { length > bytes.count }
}

/// A line that is being put together: kept whole up to a bound, and beyond it only counted.
struct BoundedLine: Sendable {
  private(set) var bytes: [UInt8] = []
  private(set) var length = 0
  let maximum: Int

  init(maximum: Int) {
    self.maximum = maximum
  }

  var isWhole: Bool { length == bytes.count }

  /// - Parameter cutOff: how many bytes followed that nobody has any more.
  mutating func append(_ more: Span<UInt8>, andMore cutOff: Int = 0) {
    length += more.count + cutOff
    let kept = min(more.count, maximum - bytes.count)
    // Safe: the buffer is used within the closure only.
    unsafe more.extracting(first: kept).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
  }

  mutating func removeLast() {
    if isWhole { bytes.removeLast() }
    length -= 1
  }

  mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    length = 0
  }

  var noise: Noise {
    Noise(bytes: Array(bytes.prefix(Noise.mostBytes)), length: length)
  }
}
