internal import JSON

/// What becomes of the log beside a relay.
package enum RelayLog: Int, CaseIterable, Sendable {
  /// It is what it is without one.
  case keep
  /// The frames go to the relay alone, and standard output is the relay's.
  case replace

  static let names = ["keep", "replace"]
}

/// The relay's program and its arguments, as the configuration spells them.
enum RelayCommand {
  static let offWord = "off"

  /// The words of a variable or a flag. There are no quotes: a policy's array has words with blanks in them.
  static func words(_ text: String) throws(ValueError) -> [String] {
    if text.hasSameBytes(as: offWord) { return [] }
    var words: [String] = []
    for piece in text.bytes.pieces(separatedBy: ASCII.space) where !piece.isEmpty {
      words.append(String(repairing: piece))
    }
    guard !words.isEmpty else { throw .malformed(expected: expectation, found: text) }
    return try checked(words)
  }

  /// - Returns: the words again; none of them means no relay.
  static func checked(_ words: [String]) throws(ValueError) -> [String] {
    for word in words where word.bytes.contains(0) { throw .malformed(expected: "words without NUL", found: word) }
    if let program = words.first, program.utf8.first != ASCII.slash || program.utf8.count < 2 {
      throw .malformed(expected: expectation, found: program)
    }
    return words
  }

  private static var expectation: Words { "off, or the absolute path of a program and its arguments" }
}
