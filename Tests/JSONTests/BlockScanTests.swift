import CScan
import JSON
import RandomInput
import Testing

/// The functions that look at sixteen bytes at a time, against plain loops: the form for this processor and the one for all.
@Suite struct BlockScanTests {
  enum Form: CaseIterable { case native, portable }

  // MARK: - The functions

  static func skip(_ bytes: [UInt8], from start: Int, _ form: Form) -> Int {
    form == .native ? cs_skip_utf8(bytes, bytes.count, start) : cs_skip_utf8_portable(bytes, bytes.count, start)
  }

  static func escape(_ text: [UInt8], room: Int, _ form: Form) -> (taken: Int, output: [UInt8]) {
    // What lies behind the room is not to be touched.
    var output = [UInt8](repeating: 0xEE, count: room + 32)
    var written = 0
    let taken =
      form == .native
      ? cs_escape(text, text.count, &output, room, &written)
      : cs_escape_portable(text, text.count, &output, room, &written)
    #expect(output[room...].allSatisfy { $0 == 0xEE })
    return (taken, Array(output[..<written]))
  }

  static func unescape(_ text: [UInt8], _ form: Form) -> (taken: Int, output: [UInt8]) {
    var output = [UInt8](repeating: 0xEE, count: text.count + 32)
    var written = 0
    let taken =
      form == .native
      ? cs_unescape(text, text.count, &output, &written) : cs_unescape_portable(text, text.count, &output, &written)
    #expect(output[text.count...].allSatisfy { $0 == 0xEE })
    return (taken, Array(output[..<written]))
  }

  static func plainLength(_ text: [UInt8], _ form: Form) -> Int {
    form == .native ? cs_plain_length(text, text.count) : cs_plain_length_portable(text, text.count)
  }

  // MARK: - What they should do

  /// Characters of one length for a while, as texts have them, so that every way through the blocks is taken.
  static func text(using generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < 3 || generator.oneIn(4) == false {
      let ranges: [ClosedRange<UInt32>] = [0x61...0x7A, 0xA0...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF]
      let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
      for _ in 0..<generator.size(below: 120) {
        let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "x"
        bytes += Array(String(scalar).utf8)
      }
      bytes += Array(generator.text(scalars: generator.size(below: 6)).utf8)
    }
    return bytes
  }

  /// The inside of a JSON string up to where the fast way has to stop.
  static func unescapedSlowly(_ text: [UInt8]) -> (taken: Int, output: [UInt8]) {
    var output: [UInt8] = []
    var index = 0
    let letters: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    while index < text.count, text[index] >= 0x20, text[index] != 0x22 {
      guard text[index] == 0x5C else {
        output.append(text[index])
        index += 1
        continue
      }
      guard index + 1 < text.count else { break }
      if let plain = letters[text[index + 1]] {
        output.append(plain)
        index += 2
        continue
      }
      let digits = text[min(text.count, index + 2)..<min(text.count, index + 6)]
      let isHexadecimal = digits.allSatisfy { Unicode.Scalar($0).properties.isASCIIHexDigit }
      guard text[index + 1] == UInt8(ascii: "u"), digits.count == 4, isHexadecimal,
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(value)
      else { break }
      output += Array(String(scalar).utf8)
      index += 6
    }
    return (index, output)
  }

  // MARK: - Tests

  @Test(arguments: Form.allCases) func validBlocksAreSkippedAndNothingElse(form: Form) throws {
    for seed in 0..<10_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = Self.text(using: &generator)
      if generator.oneIn(2) { bytes.removeLast(min(bytes.count, generator.size(below: 4))) }
      if generator.oneIn(2) { bytes = generator.mutate(bytes) }
      let end = UTF8ScanTests.reference(bytes).end
      // Any character's beginning that is far enough from the front.
      var start = 3 + generator.size(below: 20)
      while start < end, bytes[start] & 0xC0 == 0x80 { start += 1 }
      guard start <= end else { continue }
      let skipped = Self.skip(bytes, from: start, form)
      #expect(skipped <= end, "seed \(seed)")
      #expect(skipped >= start && skipped >= min(end, bytes.count) - 18, "seed \(seed)")
      #expect(skipped == bytes.count || bytes[skipped] & 0xC0 != 0x80 || skipped == end, "seed \(seed)")
    }
  }

  /// Every second byte after every lead, at every place of a block, among characters of each length.
  @Test(arguments: Form.allCases) func everyPairAtEveryPlace(form: Form) {
    for filler in ["a", "é", "語", "😀"] {
      let around = Array(String(repeating: filler, count: 96).utf8)
      for place in 16..<34 {
        for lead in 0x7F...0xFF as ClosedRange<UInt8> {
          for second in stride(from: UInt8(0x7F), through: 0xC0, by: 1) where (Int(second) + place) % 4 == 0 {
            let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            let character = [lead, second] + Array(repeating: 0x80, count: length - 2)
            let before = Array(around[..<(place * filler.utf8.count)])
            let bytes = before + character + around
            let isCharacter = UTF8ScanTests.isOneCharacter(character)
            let end = isCharacter ? bytes.count : UTF8ScanTests.reference(bytes).end
            let skipped = Self.skip(bytes, from: 12, form)
            if skipped > end || skipped < end - 18 { Issue.record("\(filler) \(place) \(character)") }
          }
        }
      }
    }
  }

  @Test(arguments: Form.allCases) func escapingIsThatOfTheSlowOne(form: Form) {
    for seed in 0..<5_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes =
        generator.oneIn(2)
        ? Self.text(using: &generator) : Array(generator.text(scalars: generator.size(below: 200)).utf8)
      let whole = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars.map(EscapeTests.slowly).joined().utf8)
      let room = generator.size(below: whole.count + 40)
      let (taken, output) = Self.escape(bytes, room: room, form)
      #expect(output == Array(whole.prefix(output.count)), "seed \(seed)")
      // What is left to the caller is less than two blocks, or there is no room for more.
      #expect(taken > bytes.count - 18 || output.count > room - 22, "seed \(seed)")
      // Both ends belong together: the rest, escaped slowly, completes it. A character may be cut.
      var boundary = taken
      while boundary < bytes.count, bytes[boundary] & 0xC0 == 0x80 { boundary += 1 }
      let cut = Array(bytes[taken..<boundary])
      let rest = String(decoding: bytes[boundary...], as: UTF8.self).unicodeScalars.map(EscapeTests.slowly).joined()
      #expect(output + cut + Array(rest.utf8) == whole, "seed \(seed)")
    }
  }

  @Test(arguments: Form.allCases) func unescapingStopsWhereItHasTo(form: Form) {
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(scalars: generator.size(below: 60))
      var bytes = Array(text.unicodeScalars.map(EscapeTests.slowly).joined().utf8)
      if generator.oneIn(4) { bytes += Array(#"\/\b\u0041\u00FF\uD83D\uDE00"#.utf8) }
      if generator.oneIn(2) { bytes = generator.mutate(bytes) }
      let expected = Self.unescapedSlowly(bytes)
      let found = Self.unescape(bytes, form)
      #expect(found.taken == expected.taken && found.output == expected.output, "seed \(seed)")
    }
  }

  @Test(arguments: Form.allCases) func plainPartsEndAtTheFirstOfThree(form: Form) {
    for seed in 0..<10_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = [UInt8](repeating: 0x7F, count: generator.size(below: 80))
      bytes += [0xFF, 0x80, 0x20, 0x21, 0x23, 0x5B, 0x5D]
      if generator.oneIn(2) { bytes = generator.mutate(bytes) }
      let end = bytes.firstIndex { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C } ?? bytes.count
      #expect(Self.plainLength(bytes, form) == end, "seed \(seed)")
      #expect(cs_line_length(bytes, bytes.count) == bytes.firstIndex(of: 0x0A) ?? bytes.count, "seed \(seed)")
    }
  }
}
