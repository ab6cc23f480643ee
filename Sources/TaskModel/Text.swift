internal import JSON

// Text is compared and searched by its UTF-8 bytes throughout: `String`'s own `==`, `hasPrefix` and `split` compare
// characters by canonical equivalence, which would call two different file names equal and would pull the Unicode tables
// into a program that has a few hundred kilobytes in all.

extension String {
  /// Whether the text begins with the bytes of `prefix`.
  package func beginsWithBytes(of prefix: String) -> Bool {
    prefix.utf8.count <= utf8.count && utf8.prefix(prefix.utf8.count).elementsEqual(prefix.utf8)
  }

  /// Whether the text ends with the bytes of `suffix`.
  package func endsWithBytes(of suffix: String) -> Bool {
    suffix.utf8.count <= utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  /// Whether the bytes of the text are sorted before those of `other`.
  package func precedesByBytes(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  /// The text after its first `count` bytes. `count` must lie on a character's first byte, which holds for an ASCII prefix.
  func droppingBytes(_ count: Int) -> String {
    String(decoding: utf8.dropFirst(count), as: UTF8.self)
  }

  /// The text if it is valid UTF-8, and nil otherwise; nothing is repaired.
  package init?(exactly bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self = text
  }
}

/// Small tools for the words of messages and for lists written on one line.
enum Text {
  /// The pieces of `bytes` between separators: one more than there are separators.
  static func pieces(of bytes: [UInt8], separatedBy separator: UInt8) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var piece: [UInt8] = []
    for byte in bytes {
      if byte == separator {
        pieces.append(piece)
        piece = []
      } else {
        piece.append(byte)
      }
    }
    pieces.append(piece)
    return pieces
  }

  /// `items` with `separator` between them.
  static func joined(_ items: [String], _ separator: String = ", ") -> String {
    var text = ""
    for (index, item) in items.enumerated() {
      if index > 0 { text += separator }
      text += item
    }
    return text
  }

  /// The longest piece of found text that a message repeats, in bytes of its escaped form.
  static let longestQuote = 96

  /// What was found, between quotation marks and fit for a log and a terminal: as a JSON string, cut to `longestQuote`.
  static func quoted(_ found: String) -> String {
    var writer = JSONWriter()
    writer.string(found, room: longestQuote)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// As above, for bytes that need not be UTF-8: what is invalid appears as U+FFFD.
  static func quoted(_ found: [UInt8]) -> String {
    quoted(String(decoding: found.prefix(2 * longestQuote), as: UTF8.self))
  }

  /// The candidate that was probably meant by `word`, if one is near enough to be worth proposing: at most two
  /// insertions, deletions or changes away, and not more than half of the word.
  ///
  /// - Parameter common: how many bytes all of them begin with, such as two dashes, which say nothing about likeness.
  static func nearest(to word: String, among candidates: [String], common: Int = 0) -> String? {
    let allowed = min(2, (word.utf8.count - common) / 2)
    var best: String?
    var bestDistance = allowed + 1
    for candidate in candidates {
      let distance = distance(Array(word.utf8), Array(candidate.utf8), limit: bestDistance)
      if distance < bestDistance {
        best = candidate
        bestDistance = distance
      }
    }
    return best
  }

  /// Levenshtein's distance in bytes, or `limit` as soon as it cannot be less.
  private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    guard abs(left.count - right.count) < limit else { return limit }
    var previous = Array(0...right.count)
    for i in 0..<left.count {
      var current = [i + 1]
      for j in 0..<right.count {
        let changed = previous[j] + (left[i] == right[j] ? 0 : 1)
        current.append(min(changed, previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return min(limit, previous[right.count])
  }
}

/// Names of the bytes that the grammars of this module use.
enum ASCII {
  static let newline = UInt8(ascii: "\n")
  static let zero = UInt8(ascii: "0")
  static let nine = UInt8(ascii: "9")
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
