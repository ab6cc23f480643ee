internal import WarderFrames

/// Hands the frames of one run out in the order of their numbers while they come in, for output that is passed on at once.
///
/// A frame that comes before its turn waits until those before it are there, but only for so many others: then they count as
/// missing, and what comes of them later is too late.
struct FrameOrder {
  /// How many frames may wait.
  private let window: Int
  private var next: UInt64 = 0
  private var waiting: [UInt64: Frame] = [:]
  /// Frames that came when later ones were out already.
  private(set) var tooLate = 0

  init(window: Int = 64) {
    self.window = window
  }

  /// Takes a frame that was not there before.
  ///
  /// - Returns: the frames whose turn it is.
  mutating func add(_ frame: Frame) -> [Frame] {
    guard frame.sequence >= next else {
      tooLate += 1
      return []
    }
    waiting[frame.sequence] = frame
    return release(keeping: window)
  }

  /// The frames that are left, at the log's end.
  mutating func finish() -> [Frame] {
    release(keeping: 0)
  }

  private mutating func release(keeping: Int) -> [Frame] {
    var released: [Frame] = []
    while true {
      while let frame = waiting.removeValue(forKey: next) {
        released.append(frame)
        next &+= 1
      }
      guard waiting.count > keeping, let lowest = waiting.keys.min() else { return released }
      next = lowest
    }
  }
}
