/// Lines on their way to the relay: a bounded amount of them, and what is needed to find out which it has not read. Pure.
package struct RelayBuffer {
  /// The last bytes that went out, from the beginning of a line on, and those that wait.
  private var bytes: [UInt8] = []
  /// How many of them went out.
  private var sent = 0
  /// The most that waits, beyond which lines are left out; nil where the script waits for the relay instead.
  private let capacity: Int?
  /// How many bytes stay here after they went out: as many as the pipe holds, and the rest of a line.
  private let retention: Int
  package private(set) var leftOutLines: UInt64 = 0

  package init(capacity: Int?, retention: Int) {
    self.capacity = capacity
    self.retention = retention
  }

  package var waitingCount: Int { bytes.count - sent }
  /// For a writer: write from here on.
  package var all: [UInt8] { _read { yield bytes } }
  package var start: Int { sent }

  /// Takes whole lines, as many as there is room for.
  /// - Parameter isVital: they are taken in any case.
  package mutating func append(_ lines: [UInt8], isVital: Bool) {
    guard let capacity, !isVital, waitingCount + lines.count > capacity else {
      bytes.append(contentsOf: lines)
      return
    }
    // From the first that does not fit on, so that the relay sees one gap and not many.
    let room = capacity - waitingCount
    var end = 0
    var kept = 0
    for index in lines.indices where lines[index] == Self.lineEnd {
      end = index + 1
      if end <= room { kept = end } else { leftOutLines += 1 }
    }
    bytes.append(contentsOf: lines[..<kept])
  }

  /// Notes that bytes went out.
  package mutating func went(_ count: Int) {
    sent += count
    // Once it is worth its while.
    guard sent >= 2 * retention + Self.compactAt || sent == bytes.count && retention == 0 else { return }
    let kept = lineStart(sent - min(retention, sent))
    bytes.removeFirst(kept)
    sent -= kept
  }

  /// What to give to another: from the line on in which the first byte lies that the relay has not read.
  /// - Parameter count: the bytes that went out and that it has not read.
  package func unread(_ count: Int) -> [UInt8] { Array(bytes[lineStart(sent - min(count, sent))...]) }

  private func lineStart(_ index: Int) -> Int {
    var start = index
    while start > 0, bytes[start - 1] != Self.lineEnd { start -= 1 }
    return start
  }

  static let lineEnd = UInt8(ascii: "\n")
  private static let compactAt = 256 * 1024
}
