import JSON
import RandomInput
import Testing

/// The scan by blocks against the standard library's validation, and the incomplete end against the definition.
@Suite struct UTF8ScanTests {
  /// Where the valid characters end and why, from the standard library.
  static func reference(_ bytes: [UInt8]) -> (end: Int, stop: UTF8Scan.Stop) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
      return (bytes.count, .endOfBytes)
    } catch {
      let start = error.byteOffsets.lowerBound
      // Incomplete is what some further bytes make whole.
      let rest = Array(bytes[start...])
      let endings: [[UInt8]] = [
        [0x80], [0xA0], [0x90], [0x80, 0x80], [0xA0, 0x80], [0x90, 0x80, 0x80], [0x80, 0x80, 0x80],
      ]
      let canGoOn = rest.count <= 3 && endings.contains { isOneCharacter(rest + $0) }
      return (start, canGoOn ? .incompleteCharacter : .invalidByte)
    }
  }

  static func isOneCharacter(_ bytes: [UInt8]) -> Bool {
    String(validating: bytes, as: UTF8.self)?.unicodeScalars.count == 1
  }

  static func check(_ bytes: [UInt8], _ comment: Comment) {
    let scan = UTF8Scan(bytes.span)
    let expected = reference(bytes)
    #expect(scan.end == expected.end, comment)
    #expect(scan.stop == expected.stop, comment)
  }

  /// Every lead with every second byte and a choice of further ones, at every place in a block.
  @Test func everyBeginningOfACharacter() {
    let further: [[UInt8]] = [
      [], [0x80], [0x80, 0x80], [0xBF, 0xBF], [0x80, 0x7F], [0x7F], [0xC3, 0xA9], [0x80, 0x80, 0x80],
    ]
    for lead in 0x7F...0xFF as ClosedRange<UInt8> {
      for second in stride(from: UInt8(0), through: 0xFF, by: lead < 0xC0 ? 17 : 1) {
        for (index, rest) in further.enumerated() {
          let before = Int(lead &+ second) % 21 + index
          let bytes = Array(repeating: UInt8(ascii: "a"), count: before) + [lead, second] + rest
          let scan = UTF8Scan((bytes + Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)).span)
          let expected = Self.reference(bytes + Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8))
          if scan.end != expected.end || scan.stop != expected.stop {
            Issue.record("lead \(lead), second \(second), further \(rest), \(before) before")
          }
        }
      }
    }
  }

  @Test func randomTextDamagedAndCut() {
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = Array(generator.text(scalars: generator.size(below: 80)).utf8)
      if generator.oneIn(4) { bytes = BlockScanTests.text(using: &generator) }
      if generator.oneIn(2) { bytes.removeLast(min(bytes.count, generator.size(below: 4))) }
      if generator.oneIn(2) { bytes = generator.mutate(bytes) }
      Self.check(bytes, "seed \(seed)")
    }
  }

  @Test func randomBytesOfFewKinds() {
    let kinds: [UInt8] = [
      0x61, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5,
    ]
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = Array(repeating: UInt8(ascii: "x"), count: generator.size(below: 40))
      for _ in 0..<generator.size(below: 10) {
        bytes.append(kinds[Int.random(in: 0..<kinds.count, using: &generator)])
      }
      bytes += Array(repeating: UInt8(ascii: "x"), count: generator.size(below: 40))
      Self.check(bytes, "seed \(seed)")
    }
  }

  @Test func theEndOfBytesThatMayGoOn() {
    for seed in 0..<5_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(scalars: generator.size(below: 20))
      let bytes = Array(text.utf8)
      let cut = Array(bytes.prefix(generator.size(below: bytes.count + 1)))
      let whole = UTF8Scan(cut.span).end
      #expect(UTF8Scan.incompleteSuffix(of: cut.span) == cut.count - whole, "seed \(seed)")
    }
    #expect(UTF8Scan.incompleteSuffix(of: [0x80, 0x80, 0x80, 0x80].span) == 0)
    #expect(UTF8Scan.incompleteSuffix(of: [0xE0, 0x80].span) == 0)
  }
}
