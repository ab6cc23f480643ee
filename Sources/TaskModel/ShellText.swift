/// A command as a person would type it.
package enum ShellText {
  /// The words with blanks between them, those that a shell would read otherwise between single quotes.
  package static func command(_ words: [[UInt8]]) -> String {
    var text: [UInt8] = []
    for (index, word) in words.enumerated() {
      if index > 0 { text.append(ASCII.space) }
      append(word, to: &text)
    }
    return String(repairing: text)
  }

  private static func append(_ word: [UInt8], to text: inout [UInt8]) {
    guard word.isEmpty || word.contains(where: { !isPlain($0) }) else {
      text += word
      return
    }
    let quote = UInt8(ascii: "'")
    text.append(quote)
    for byte in word {
      // A single quote ends the quotation, stands escaped, and begins it anew.
      if byte == quote { text += "'\\'".bytes }
      text.append(byte)
    }
    text.append(quote)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    ASCII.isDigit(byte) || ASCII.isLower(byte) || ASCII.isUpper(byte) || "-_./:=,+@%".utf8.contains(byte)
  }
}
