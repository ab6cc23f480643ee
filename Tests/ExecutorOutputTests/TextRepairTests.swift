import RandomInput
import Testing

@testable import ExecutorOutput

@Suite struct TextRepairTests {
  private func repaired(_ pieces: [[UInt8]]) -> [UInt8] {
    var repair = TextRepair()
    var text: [UInt8] = []
    for piece in pieces { repair.feed(piece, into: &text) }
    repair.finish(into: &text)
    return text
  }

  @Test(arguments: [
    ("", ""), ("a\r\nb\r\r\nc\rd\r", "a\nb\nc\rd\r"), ("\r\n", "\n"), ("\r", "\r"), ("\n\r", "\n\r"),
    ("é€😀\0", "é€😀\0"),
  ])
  func lineEndsArePlain(_ bytes: String, _ text: String) {
    #expect(repaired([Array(bytes.utf8)]) == Array(text.utf8))
  }

  /// Unicode 17, table 3-8: one U+FFFD for each maximal subpart.
  @Test func badBytesAreReplaced() {
    #expect(
      repaired([[0x61, 0xF1, 0x80, 0x80, 0xE1, 0x80, 0xC2, 0x62, 0x80, 0x63, 0x80, 0xBF, 0x64]])
        == Array("a\u{FFFD}\u{FFFD}\u{FFFD}b\u{FFFD}c\u{FFFD}\u{FFFD}d".utf8))
    #expect(
      repaired([[0xC0, 0xAF, 0xED, 0xA0, 0x80, 0x0D, 0xFF, 0x0A]]) == Array(repeating: "\u{FFFD}", count: 5).joined()
        .utf8 + Array("\r\u{FFFD}\n".utf8))
    #expect(repaired([[0xF0, 0x9F]]) == Array("\u{FFFD}".utf8))
  }

  /// However the stream is cut, the text is the one that the standard library makes of the whole, with plain line ends.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func cutsChangeNothing(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var bytes = Array(generator.text(scalars: generator.size(below: 200)).utf8)
    for _ in 0..<generator.size(below: 20) {
      bytes.insert(
        contentsOf: [[0x0D, 0x0A], [0x0D], generator.bytes(count: 3), [0xF0, 0x9F, 0x98]].randomElement(
          using: &generator) ?? [],
        at: Int.random(in: 0...bytes.count, using: &generator))
    }
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      pieces.append(Array(rest.prefix(1 + generator.size(below: 9))))
      rest = rest.dropFirst(pieces[pieces.count - 1].count)
    }
    var expected: [UInt8] = []
    for byte in String(decoding: bytes, as: UTF8.self).utf8 {
      if byte == 0x0A { while expected.last == 0x0D { expected.removeLast() } }
      expected.append(byte)
    }
    #expect(repaired(pieces) == expected)
    #expect(repaired([bytes]) == expected)
  }
}
