/// What stands before a line in the files and streams that a log is read from.
///
/// Two forms are known: a container runtime's log file (CRI: `2026-11-21T09:00:00.123456789Z stdout F text`) and
/// `kubectl logs --timestamps` (`2026-11-21T09:00:00.123456789Z text`). A frame itself begins with `{`, so nothing is
/// ever taken for a prefix that is one. A further form is a further case here, and a branch where `FrameDecoder` ends
/// a line; nothing else knows of prefixes.
enum LinePrefix {
  case none
  /// A point in time; the text begins at the index.
  case timestamp(textStart: Int)
  /// A line or a part of one, as a container runtime writes it; the text begins at the index.
  case runtime(stream: OutputStream, isPartial: Bool, textStart: Int)

  init(of line: [UInt8]) {
    guard let afterTime = Self.skipTimestamp(line) else {
      self = .none
      return
    }
    guard let stream = Self.stream(line, at: afterTime), let tag = Self.tag(line, at: afterTime + 7) else {
      self = .timestamp(textStart: afterTime)
      return
    }
    self = .runtime(stream: stream, isPartial: tag.isPartial, textStart: tag.end)
  }

  /// The index after `2026-11-21T09:00:00.123456789Z ` or `…+02:00 `, if the line begins so (RFC 3339).
  private static func skipTimestamp(_ line: [UInt8]) -> Int? {
    guard var index = match("0000-00-00T00:00:00", in: line, at: 0) else { return nil }
    if index < line.count, line[index] == UInt8(ascii: ".") {
      index += 1
      let digits = index
      while index < line.count, isDigit(line[index]) { index += 1 }
      guard index > digits else { return nil }
    }
    if let end = match("Z ", in: line, at: index) { return end }
    return match("+00:00 ", in: line, at: index) ?? match("-00:00 ", in: line, at: index)
  }

  private static func stream(_ line: [UInt8], at index: Int) -> OutputStream? {
    if match("stdout ", in: line, at: index) != nil { return .stdout }
    if match("stderr ", in: line, at: index) != nil { return .stderr }
    return nil
  }

  /// The tags: the first says whether the line is full, others may follow it after a colon.
  private static func tag(_ line: [UInt8], at index: Int) -> (isPartial: Bool, end: Int)? {
    guard index + 1 < line.count else { return nil }
    let first = line[index]
    guard first == UInt8(ascii: "P") || first == UInt8(ascii: "F") else { return nil }
    var end = index + 1
    if line[end] == UInt8(ascii: ":") {
      while end < line.count, line[end] != UInt8(ascii: " ") { end += 1 }
    }
    guard end < line.count, line[end] == UInt8(ascii: " ") else { return nil }
    return (first == UInt8(ascii: "P"), end + 1)
  }

  /// Matches a pattern in which `0` stands for any digit and every other character for itself.
  private static func match(_ pattern: String, in line: [UInt8], at start: Int) -> Int? {
    guard line.count - start >= pattern.utf8.count else { return nil }
    var index = start
    for expected in pattern.utf8 {
      let matches = expected == UInt8(ascii: "0") ? isDigit(line[index]) : line[index] == expected
      guard matches else { return nil }
      index += 1
    }
    return index
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
