/// Text that is kept whole up to a bound, and beyond it only its beginning and its end.
///
/// Two things are bounded: the bytes, because the kubelet rotates a log at 10 MiB and readers get the newest file only; and
/// the lines, because Integr8sCode asks for the last 10,000 of the log, and without the first of them, the header, nothing can
/// be read at all.
package struct BoundedText: Sendable {
  /// How much may be kept.
  package struct Budget: Sendable {
    package var bytes: Int
    package var lines: Int

    package init(bytes: Int, lines: Int) {
      self.bytes = bytes
      self.lines = lines
    }

    /// What a part of the whole takes of it: a quarter goes to the end of a text that is cut.
    fileprivate var tail: Budget { Budget(bytes: bytes / 4, lines: lines / 4) }
    fileprivate var head: Budget { Budget(bytes: bytes - tail.bytes, lines: lines - tail.lines) }

    fileprivate func covers(bytes: Int, lines: Int) -> Bool { bytes <= self.bytes && lines <= self.lines }
  }

  private let budget: Budget
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var headLines = 0
  private var tailLines = 0
  /// Bytes that are missing between head and tail; nil as long as there is one text and no tail.
  package private(set) var leftOutBytes: UInt64?

  package init(_ budget: Budget) {
    self.budget = budget
  }

  /// A container runtime cuts long lines into parts, containerd at 16,384 bytes and conmon at 8,192, and the kubelet counts
  /// each part as a line.
  private static let linePart = 4096

  /// Lines as the kubelet counts them, at the most.
  private static func lines(_ lineFeeds: Int, bytes: Int) -> Int { lineFeeds + bytes / linePart + 1 }

  private static func countLineFeeds(_ bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    for byte in bytes where byte == UInt8(ascii: "\n") { count += 1 }
    return count
  }

  /// What the text takes of a budget, less what its header and the remark about a cut take.
  package var size: Budget {
    let bytes = head.count + tail.count
    return Budget(bytes: bytes, lines: Self.lines(headLines + tailLines, bytes: bytes))
  }

  /// Appends text, which may end within no character.
  package mutating func append(_ text: [UInt8]) {
    if leftOutBytes == nil {
      head += text
      headLines += Self.countLineFeeds(text[...])
      guard !budget.covers(bytes: head.count, lines: Self.lines(headLines, bytes: head.count)) else { return }
      moveEndToTail()
    } else {
      tail += text
      tailLines += Self.countLineFeeds(text[...])
    }
    // Not at every append: what is moved costs as much as what is kept.
    if tail.count > 2 * budget.tail.bytes || tailLines > 2 * budget.tail.lines { trimTail() }
  }

  /// Says that so many bytes are missing at this place, left out by somebody else.
  package mutating func leaveOut(bytes: UInt64) {
    // Only one place can be named: what stood between an earlier one and this goes too.
    leftOutBytes = (leftOutBytes ?? 0) + UInt64(tail.count) + bytes
    tail = []
    tailLines = 0
    trimHead()
  }

  /// The same text within a smaller budget.
  package func limited(to smaller: Budget) -> BoundedText {
    guard !smaller.covers(bytes: size.bytes, lines: size.lines) else { return self }
    var result = BoundedText(smaller)
    result.append(head)
    if let leftOutBytes { result.leaveOut(bytes: leftOutBytes) }
    result.append(tail)
    result.finish()
    return result
  }

  /// Brings the end within its budget.
  package mutating func finish() { trimTail() }

  /// The text with a remark on what is missing, as pieces to be written one after the other.
  package var pieces: [[UInt8]] {
    guard let leftOutBytes else { return [head] }
    let begins = head.isEmpty || head.last == UInt8(ascii: "\n")
    let unit = leftOutBytes == 1 ? "byte" : "bytes"
    let remark = "\(begins ? "" : "\n")[warder: \(leftOutBytes) \(unit) of output are left out here]\n"
    return [head, Array(remark.utf8), tail]
  }

  // MARK: - Cutting

  /// The head has outgrown the budget: its end becomes the tail.
  private mutating func moveEndToTail() {
    leftOutBytes = 0
    let end = Self.end(of: head, within: budget.head)
    tail = Array(head[end...])
    tailLines = Self.countLineFeeds(tail[...])
    head.removeSubrange(end...)
    headLines -= tailLines
  }

  /// A head that somebody else's cut ends is held to its share too.
  private mutating func trimHead() {
    let end = Self.end(of: head, within: budget.head)
    guard end < head.count else { return }
    leftOutBytes? += UInt64(head.count - end)
    head.removeSubrange(end...)
    headLines = Self.countLineFeeds(head[...])
  }

  private mutating func trimTail() {
    guard leftOutBytes != nil else { return }
    let start = Self.start(of: tail, within: budget.tail)
    guard start > 0 else { return }
    leftOutBytes? += UInt64(start)
    tail.removeSubrange(..<start)
    tailLines = Self.countLineFeeds(tail[...])
  }

  /// How far the beginning of `text` goes that a budget covers: to the end of a line where one is near, else of a character.
  private static func end(of text: [UInt8], within budget: Budget) -> Int {
    var lineFeeds = 0
    var afterLine = 0
    for index in 0..<text.count {
      if index >= budget.bytes || lines(lineFeeds, bytes: index) >= budget.lines {
        if afterLine > 0, index - afterLine <= linePart { return afterLine }
        return characterStart(in: text, at: index)
      }
      if text[index] == UInt8(ascii: "\n") {
        lineFeeds += 1
        afterLine = index + 1
      }
    }
    return text.count
  }

  /// Where the end of `text` begins that a budget covers.
  private static func start(of text: [UInt8], within budget: Budget) -> Int {
    var lineFeeds = 0
    var index = text.count
    while index > 0 {
      if text.count - index >= budget.bytes || lines(lineFeeds, bytes: text.count - index) >= budget.lines { break }
      index -= 1
      if text[index] == UInt8(ascii: "\n") { lineFeeds += 1 }
    }
    guard index > 0 else { return 0 }
    for place in index..<min(text.count, index + linePart) where text[place] == UInt8(ascii: "\n") { return place + 1 }
    while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
    return index
  }

  private static func characterStart(in text: [UInt8], at index: Int) -> Int {
    var place = index
    while place > 0, text[place] & 0xC0 == 0x80 { place -= 1 }
    return place
  }
}
