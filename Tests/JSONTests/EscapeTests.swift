import JSON
import RandomInput
import Testing

/// The escaper against a slow one that looks at every scalar by itself.
@Suite struct EscapeTests {
  static func slowly(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x22: return "\\\""
    case 0x5C: return "\\\\"
    case 0x08: return "\\b"
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0C: return "\\f"
    case 0x0D: return "\\r"
    case 0..<0x20, 0x80...0x9F, 0x2028...0x202E, 0x2066...0x2069:
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }

  static func escape(_ bytes: [UInt8], from start: Int = 0, room: Int = .max / 16) -> (escaped: [UInt8], next: Int) {
    var output: [UInt8] = [1, 2, 3]
    let next = JSONEscape.append(bytes.span, from: start, room: room, to: &output)
    #expect(output.starts(with: [1, 2, 3]))
    return (Array(output.dropFirst(3)), next)
  }

  @Test func everyScalarAtEveryPlaceInABlock() {
    let interesting = (0...0x2FF).map { $0 } + (0x2000...0x20FF).map { $0 } + [0xE000, 0xFFFF, 0x10000, 0x10FFFF]
    for value in interesting {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      for before in 0...18 {
        let text = String(repeating: "a", count: before) + String(scalar) + "bcdefghijklmnopqrstuvwxyz"
        let expected = String(repeating: "a", count: before) + Self.slowly(scalar) + "bcdefghijklmnopqrstuvwxyz"
        #expect(Self.escape(Array(text.utf8)).escaped == Array(expected.utf8))
      }
    }
  }

  @Test func randomTextInAnyRoom() {
    for seed in 0..<6_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(scalars: generator.size(below: 120))
      let room = generator.size(below: 400)
      let (escaped, next) = Self.escape(Array(text.utf8), room: room)
      // Exactly as many whole characters as fit.
      var expected: [UInt8] = []
      var consumed = 0
      for scalar in text.unicodeScalars {
        let more = Array(Self.slowly(scalar).utf8)
        if expected.count + more.count > room { break }
        expected += more
        consumed += UTF8.width(scalar)
      }
      #expect(escaped == expected, "seed \(seed)")
      #expect(next == consumed, "seed \(seed)")
      let rest = Self.escape(Array(text.utf8), from: next)
      #expect(
        rest.escaped == Array(text.unicodeScalars.map(Self.slowly).joined().utf8.dropFirst(escaped.count)),
        "seed \(seed)")
    }
  }

  @Test func nothingThatActsOnATerminalOrAReaderIsLeftRaw() throws {
    var all = String.UnicodeScalarView()
    for value in 0...0x2FFF as ClosedRange<UInt32> { Unicode.Scalar(value).map { all.append($0) } }
    let bytes = Array(String(all).utf8)
    let (escaped, _) = Self.escape(bytes)
    for scalar in String(decoding: escaped, as: UTF8.self).unicodeScalars {
      #expect(scalar.properties.generalCategory != .control || scalar == "\u{7F}")
      #expect(scalar.properties.generalCategory != .lineSeparator)
      #expect(scalar.properties.generalCategory != .paragraphSeparator)
    }
    guard case .string(let back) = try JSONParser.parse([0x22] + escaped + [0x22]).value else {
      Issue.record("no string")
      return
    }
    #expect(Array(back.utf8) == bytes)
  }
}
