/// What stands before a line in the files and streams that a log is read from.
///
/// Known are a container runtime's log file (CRI: `2026-11-21T09:00:00.123456789Z stdout F text`), and what `kubectl logs`
/// puts before a line with `--prefix` (`[pod/name/container] `) and `--timestamps` (`2026-11-21T09:00:00.123456789Z `), in
/// this order where there are both. A frame itself begins with `{`, so nothing is ever taken for a prefix that is one. A
/// further form is a further case here, and a branch where `FrameDecoder` ends a line; nothing else knows of prefixes.
struct LinePrefix {
  enum Kind {
    /// A whole line follows.
    case line
    /// A line or a part of one, as a container runtime writes it.
    case runtime(stream: OutputStream, isPartial: Bool)
  }

  let kind: Kind
  /// Where the text begins.
  let textStart: Int
  /// Where in the line the name of its source is, `pod/name/container`.
  let source: Range<Int>?

  init(of line: [UInt8]) {
    let source = Self.source(line)
    let start = source.map { $0.upperBound + 2 } ?? 0
    self.source = source
    guard let afterTime = Self.skipTimestamp(line, at: start) else {
      kind = .line
      textStart = start
      return
    }
    guard source == nil, let stream = Self.stream(line, at: afterTime), let tag = Self.tag(line, at: afterTime + 7)
    else {
      kind = .line
      textStart = afterTime
      return
    }
    kind = .runtime(stream: stream, isPartial: tag.isPartial)
    textStart = tag.end
  }

  /// The inside of `[pod/name/container] `, if the line begins so: a name is letters, digits, `-` and `.`, at most 253 of
  /// them (RFC 1123, as Kubernetes has it).
  private static func source(_ line: [UInt8]) -> Range<Int>? {
    guard var index = match("[pod/", in: line, at: 0) else { return nil }
    for end in ["/", "] "] {
      let start = index
      while index < line.count, isOfName(line[index]) { index += 1 }
      guard index > start, index - start <= 253, let next = match(end, in: line, at: index) else { return nil }
      index = next
    }
    return 1..<(index - 2)
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }

  /// The index after `2026-11-21T09:00:00.123456789Z ` or `…+02:00 `, if there is one at `start` (RFC 3339).
  private static func skipTimestamp(_ line: [UInt8], at start: Int) -> Int? {
    guard var index = match("0000-00-00T00:00:00", in: line, at: start) else { return nil }
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
