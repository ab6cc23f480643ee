internal import JSON

/// The end of one of the script's streams.
package struct OutputTail: Sendable {
  /// The last bytes that were read, at most as many as somebody cared to keep.
  package let bytes: [UInt8]
  /// Whether they are all that the stream ever said.
  package let isWhole: Bool

  package init(bytes: [UInt8], isWhole: Bool) {
    self.bytes = bytes
    self.isWhole = isWhole
  }

  /// No text has more characters than this in a termination message, so no more bytes are looked at.
  static let longestUseful = 4_096

  /// The tail as valid text, and whether that text is exactly what the stream said.
  ///
  /// Where the tail is a cut, the rest of a character at its beginning is left out; what is not UTF-8 becomes U+FFFD.
  func text() -> (text: [UInt8], isExact: Bool) {
    var bytes = Array(self.bytes.suffix(Self.longestUseful))
    let isCut = !isWhole || bytes.count < self.bytes.count
    if isCut {
      var start = 0
      while start < min(3, bytes.count), bytes[start] & 0xC0 == 0x80 { start += 1 }
      bytes.removeFirst(start)
    }
    if String(exactly: bytes) != nil { return (bytes, !isCut) }
    return (String(repairing: bytes).bytes, false)
  }

  /// The first index of the longest end of `text` that takes at most `room` bytes as the inside of a JSON string. `text` is
  /// valid UTF-8, and the index is a character's first byte or the end.
  static func start(of text: [UInt8], room: Int) -> Int {
    // What fits from one place fits from every later one, so the place is found by halving.
    var low = 0
    var high = text.count
    while low < high {
      let middle = boundary(in: text, from: (low + high) / 2)
      if fits(text, from: middle, room: room) {
        // `middle` may lie beyond the middle by a character's rest; going on below the middle itself ends the loop.
        high = (low + high) / 2
      } else {
        low = middle + 1
      }
    }
    return boundary(in: text, from: low)
  }

  private static func boundary(in text: [UInt8], from index: Int) -> Int {
    var index = index
    while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
    return index
  }

  private static func fits(_ text: [UInt8], from start: Int, room: Int) -> Bool {
    guard text.count - start <= room else { return false }
    var escaped: [UInt8] = []
    return JSONEscape.append(text.span, from: start, room: room, to: &escaped) == text.count
  }
}
