/// Cuts a stream into lines, of which none may be longer than a limit.
struct LineSplitter {
  private var rest: [UInt8] = []
  private let longest: Int

  init(longest: Int) { self.longest = longest }

  /// - Returns: lines without their line feeds.
  /// - Throws: where a line is too long.
  mutating func feed(_ bytes: some Sequence<UInt8>) throws(KubernetesError) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    // Where the search goes on: what lay there before has no line feed.
    var from = rest.count
    rest.append(contentsOf: bytes)
    var start = 0
    while let end = rest[from...].firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(Array(rest[start..<end]))
      start = end + 1
      from = start
    }
    rest.removeFirst(start)
    guard rest.count <= longest else {
      throw .malformed("a watch brought a line of more than \(longest) bytes")
    }
    return lines
  }
}
