import Foundation
import RandomInput
import Testing
import WarderFrames

/// What a script writes comes back exactly, whatever it is and however it was read.
@Suite struct OutputFramerTests {
  /// Frames `output`, fed in pieces that `nextPiece` measures, and checks every line.
  static func lines(
    of output: [UInt8], chargeLimit: Bool = false, using generator: inout SeededGenerator,
    nextPiece: (inout SeededGenerator) -> Int
  ) -> (lines: [[UInt8]], totals: StreamTotals) {
    var encoder = FrameEncoder()
    var framer = OutputFramer(.stdout)
    var written: [UInt8] = []
    var index = 0
    let time = FrameTime(microseconds: 1_234_567)
    while index < output.count {
      let end = min(output.count, index + max(1, nextPiece(&generator)))
      let limit = chargeLimit ? encoder.chargedBytes + 1 : .max
      index += framer.feed(
        output.span.extracting(index..<end), at: time, through: &encoder, chargeLimit: limit, into: &written)
      if framer.heldBytes > 3 { Issue.record("more is held than a character") }
    }
    framer.flush(at: time, through: &encoder, into: &written)
    #expect(framer.heldBytes == 0)
    #expect(encoder.bytesWritten == UInt64(written.count))
    let lines = written.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().map {
      Array($0)
    }
    #expect(encoder.nextSequence == UInt64(lines.count))
    return (lines, framer.totals)
  }

  static func check(_ output: [UInt8], _ result: (lines: [[UInt8]], totals: StreamTotals), _ comment: Comment) {
    var back: [UInt8] = []
    for (index, line) in result.lines.enumerated() {
      // An independent reader, which also refuses bad UTF-8.
      let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any]
      if line.count >= FrameEncoder.longestLine || object?["seq"] as? Int != index
        || object?["t"] as? Double != 1.234567
      {
        Issue.record("line \(index) is not as it should be: \(comment)")
      }
      if let text = object?["stdout"] as? String {
        back += Array(text.utf8)
      } else if let encoded = object?["stdout_b64"] as? String, let bytes = Data(base64Encoded: encoded) {
        back += bytes
      } else {
        Issue.record("line \(index) has no output: \(comment)")
      }
    }
    #expect(back == output, comment)
    #expect(result.totals.bytes == Int64(output.count), comment)
    #expect(result.totals.frames == Int64(result.lines.count), comment)
  }

  @Test func anythingFedInAnyPieces() {
    for seed in 0..<600 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let output = generator.scriptOutput()
      // Small pieces make many frames, so only of short output.
      let scale = (output.count < 2_000 ? [1, 2, 7] : [200, 5_000, 100_000])[Int(seed % 3)]
      let result = Self.lines(of: output, chargeLimit: seed % 4 == 0, using: &generator) { $0.size(below: scale) }
      Self.check(output, result, "seed \(seed)")
    }
  }

  @Test func everyByteByItself() {
    var generator = SeededGenerator(seed: 1)
    let output = Array("aé€😀\u{7FF}\u{FFFF}\u{10FFFF}\u{0}\u{85}\u{2028}\"\\\n".utf8) + (0...255).map { UInt8($0) }
    Self.check(output, Self.lines(of: output, using: &generator) { _ in 1 }, "one by one")
    Self.check(output, Self.lines(of: output, using: &generator) { _ in 1 << 20 }, "at once")
  }

  @Test func tenMegabytesInOneLine() {
    var generator = SeededGenerator(seed: 2)
    let output = Array(String(repeating: "0123456789é€😀", count: 526_000).utf8)
    #expect(output.count > 10_000_000 - 20_000)
    let result = Self.lines(of: output, using: &generator) { _ in 65_536 }
    Self.check(output, result, "a long line")
    // All lines of a piece but its last one are full.
    #expect(result.lines.count < output.count / 7_000)
  }

  @Test func textStaysTextAndNoCharacterIsCut() {
    for seed in 0..<300 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(scalars: generator.size(below: 3_000))
      let pieces = generator.size(below: 50)
      let result = Self.lines(of: Array(text.utf8), using: &generator) { $0.size(below: pieces + 1) }
      for line in result.lines {
        #expect(!String(decoding: line, as: UTF8.self).contains("_b64"), "seed \(seed)")
      }
    }
  }

  @Test(arguments: [
    // what is written, at once; the payloads of the frames
    ("hello\n", ["hello\n"]),
    ("ab\u{FF}cd\nef\n", ["ab", "b64 /2NkCg==", "ef\n"]),
    ("\u{FF}\n\u{FE}\n", ["b64 /wo=", "b64 /go="]),
    ("ok\n\u{C3}", ["ok\n", "b64 ww=="]),
    ("\u{C3}\u{28}x", ["b64 wyh4"]),
    ("\u{E2}\u{82}", ["b64 4oI="]),
    ("\u{FF}\u{E2}\u{82}\u{AC}", ["b64 /+KCrA=="]),
    ("\u{FF}\u{E2}\u{82}", ["b64 /w==", "b64 4oI="]),
  ])
  func whereTextEndsAndBase64Begins(latin1: String, payloads: [String]) {
    // The argument's scalars stand for bytes.
    let output = latin1.unicodeScalars.map { UInt8($0.value) }
    var generator = SeededGenerator(seed: 0)
    let result = Self.lines(of: output, using: &generator) { _ in 1000 }
    let written = result.lines.map { line -> String in
      let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] ?? [:]
      return object["stdout"] as? String ?? "b64 \(object["stdout_b64"] ?? "?")"
    }
    #expect(written == payloads)
  }

  @Test func theSizeOfBinaryStaysReasonable() {
    var generator = SeededGenerator(seed: 3)
    let output = generator.bytes(count: 2_000_000)
    let result = Self.lines(of: output, using: &generator) { _ in 65_536 }
    let written = result.lines.reduce(0) { $0 + $1.count + 1 }
    #expect(written < output.count * 17 / 10)
  }

  @Test func anIncompleteCharacterIsHeldUntilItsRestComes() {
    var encoder = FrameEncoder()
    var framer = OutputFramer(.stderr)
    var written: [UInt8] = []
    let time = FrameTime(microseconds: 0)
    #expect(framer.feed([0xF0, 0x9F].span, at: time, through: &encoder, into: &written) == 2)
    #expect(framer.feed([0x98].span, at: time, through: &encoder, into: &written) == 1)
    #expect(written.isEmpty && framer.heldBytes == 3 && framer.totals.bytes == 0)
    #expect(framer.feed([0x80, 0x21].span, at: time, through: &encoder, into: &written) == 2)
    #expect(framer.heldBytes == 0 && framer.totals.bytes == 5)
    #expect(
      String(decoding: written, as: UTF8.self) == """
        {"seq":0,"t":0.000000,"stderr":"😀"}
        {"seq":1,"t":0.000000,"stderr":"!"}

        """)
  }

  @Test func theChargeLimitStopsInTime() {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let output = generator.scriptOutput()
      let limit = UInt64(generator.size(below: 60_000))
      var encoder = FrameEncoder()
      var framer = OutputFramer(.stdout)
      var written: [UInt8] = []
      let used = framer.feed(
        output.span, at: FrameTime(microseconds: 0), through: &encoder, chargeLimit: limit, into: &written)
      #expect(encoder.chargedBytes == UInt64(written.count) + 64 * encoder.nextSequence)
      #expect(encoder.chargedBytes < limit + 8_064, "seed \(seed)")
      #expect(used == output.count || encoder.chargedBytes >= limit, "seed \(seed)")
      framer.flush(at: FrameTime(microseconds: 0), through: &encoder, into: &written)
      framer.drop(output.count - used)
      #expect(framer.totals.bytes == Int64(used) && framer.totals.droppedBytes == Int64(output.count - used))
      let back = frames(decoded(written)).flatMap { frame -> [UInt8] in
        if case .output(.stdout, let bytes) = frame.body { return bytes }
        return []
      }
      #expect(back == Array(output.prefix(used)), "seed \(seed)")
    }
  }
}
