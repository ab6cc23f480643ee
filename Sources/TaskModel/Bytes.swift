internal import JSON

// Text is compared and searched by its UTF-8 bytes throughout: `String`'s own `==`, `hasPrefix` and `split` compare
// characters by canonical equivalence, which would call two different file names equal and would pull the Unicode tables
// into a program that has a few hundred kilobytes in all.
//
// Nothing here is inlined: each of these is used in dozens of places, and a copy in each would double the module.

extension String {
  /// The text's UTF-8.
  package var bytes: [UInt8] {
    @inline(never) get { Array(utf8) }
  }

  /// The text if it is valid UTF-8, and nil otherwise; nothing is repaired.
  @inline(never)
  package init?(exactly bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self = text
  }

  /// The text with U+FFFD in place of what is not UTF-8.
  @inline(never)
  package init(repairing bytes: [UInt8]) {
    self = String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the text is one of `others`, by its bytes.
  @inline(never)
  package func isOne(of others: [String]) -> Bool {
    for other in others where hasSameBytes(as: other) { return true }
    return false
  }
}

extension [UInt8] {
  /// Whether these are the bytes of `text`.
  @inline(never)
  package func areBytes(of text: String) -> Bool {
    count == text.utf8.count && begin(with: text)
  }

  /// Whether they begin with the bytes of `text`.
  @inline(never)
  package func begin(with text: String) -> Bool {
    hold(text, at: 0)
  }

  /// Whether they end with the bytes of `text`.
  @inline(never)
  package func end(with text: String) -> Bool {
    let length = text.utf8.count
    return count >= length && hold(text, at: count - length)
  }

  /// Those from `start` up to, not including, `end`.
  @inline(never)
  package func part(_ start: Int, _ end: Int) -> [UInt8] {
    Array(self[start..<end])
  }

  /// Where `text` stands in them, from the first place to the last; two places may overlap.
  @inline(never)
  package func places(of text: String) -> [Int] {
    let needle = text.utf8.span
    var places: [Int] = []
    for position in 0..<Swift.max(0, count - needle.count + 1) where hold(needle, at: position) {
      places.append(position)
    }
    return places
  }

  /// Whether the bytes of `text` stand at `position`. Nothing is allocated.
  @inline(never)
  func hold(_ text: String, at position: Int) -> Bool { hold(text.utf8.span, at: position) }

  @inline(never)
  private func hold(_ text: Span<UInt8>, at position: Int) -> Bool {
    guard position + text.count <= count else { return false }
    for index in text.indices where self[position + index] != text[index] { return false }
    return true
  }

  /// The pieces between separators: one more than there are separators.
  @inline(never)
  package func pieces(separatedBy separator: UInt8) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    for index in indices where self[index] == separator {
      pieces.append(part(start, index))
      start = index + 1
    }
    pieces.append(part(start, count))
    return pieces
  }

  /// Whether there is a byte below U+0020, or DEL.
  @inline(never)
  package func containControls() -> Bool {
    for byte in self where byte < 0x20 || byte == 0x7F { return true }
    return false
  }
}

/// Names of the bytes that the grammars of this module use.
enum ASCII {
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
  static let colon = UInt8(ascii: ":")
  static let comma = UInt8(ascii: ",")
  static let equals = UInt8(ascii: "=")
  static let slash = UInt8(ascii: "/")
  static let dot = UInt8(ascii: ".")
  static let hyphen = UInt8(ascii: "-")
  static let underscore = UInt8(ascii: "_")

  static func isDigit(_ byte: UInt8) -> Bool { zero...nine ~= byte }
  static func isUpper(_ byte: UInt8) -> Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte }
  static func isLower(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte }
}
