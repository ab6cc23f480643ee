internal import JSON
internal import TaskModel

/// A value that must not be seen, and by what name messages speak of it.
package struct SecretValue: Sendable {
  /// `the variable DB_PASSWORD`, or a path.
  package let name: String
  /// Without the newlines at its end, which belong to the file and not to the secret.
  package let bytes: [UInt8]

  package init(name: String, content: [UInt8]) {
    self.name = name
    var end = content.count
    while end > 0, Self.isLineEnd(content[end - 1]) { end -= 1 }
    bytes = Array(content[..<end])
  }

  /// Shorter values would be found all over a script's output.
  package static let shortest = 8
  package static let longest = 64 * 1024
  /// Of all values together, and their number: what is searched for lies in memory, many times its size.
  package static let mostBytes = 128 * 1024
  package static let mostValues = 256
  /// Shorter lines of a value of several lines are not looked for by themselves.
  package static let shortestLine = 16

  /// What to search for: the value; the same as the inside of a JSON string, if that is something else; and each line of a
  /// value of several lines, since logs put something before every line. The first and last line of a PEM block (RFC 7468)
  /// are not secret.
  package var patterns: [[UInt8]] {
    var patterns = [bytes]
    if String(validating: bytes, as: UTF8.self) != nil {
      var escaped: [UInt8] = []
      _ = JSONEscape.append(bytes.span, room: bytes.count * JSONEscape.longest, to: &escaped)
      if escaped.count > bytes.count { patterns.append(escaped) }
    }
    for line in lines where line.count >= Self.shortestLine && !line.begin(with: "-----") {
      patterns.append(line)
    }
    return patterns
  }

  /// The lines without what is blank at their ends, none for a value that is one line.
  private var lines: [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = 0
    for index in 0...bytes.count where index == bytes.count || Self.isLineEnd(bytes[index]) {
      var end = index
      while start < end, Self.isBlank(bytes[start]) { start += 1 }
      while start < end, Self.isBlank(bytes[end - 1]) { end -= 1 }
      if end - start < bytes.count { lines.append(Array(bytes[start..<end])) }
      start = index + 1
    }
    return lines
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
  private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
