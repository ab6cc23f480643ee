import RandomInput
import Testing
import WarderFrames

/// Frames are found however the log is cut and whatever stands between them.
@Suite struct FrameDecoderTests {
  static func smallLog(seed: UInt64) -> SampleLog {
    var generator = SeededGenerator(seed: seed)
    var log = SampleLog(steps: 1, using: &generator)
    while log.bytes.count > 3_000 || log.frames.count < 2 {
      log = SampleLog(steps: 4, using: &generator)
    }
    return log
  }

  /// Lines that somebody else writes into a log, none of which is a frame.
  static func noiseLine(using generator: inout SeededGenerator) -> [UInt8] {
    let known: [String] = [
      "", "{", "{}", "null", "[1]", "Segmentation fault", #"{"level":"info","msg":"not a frame"}"#, "{\"seq\":1}",
      #"{"seq":3,"t":1.5}"#, #"{"seq":3,"t":1.5,"stdout":"cut off"#, #"x{"seq":3,"t":1.5,"stdout":"glued"}"#,
      #"{"seq":3,"t":1.5,"stdout":"glued"}{"seq":4,"t":1.5,"stdout":"glued"}"#, "\u{0}\u{1}", "2026-11-21T09:00:00Z x",
      "2026-11-21T09:00:00Z", "2026-11-21", "\t\r",
    ]
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      return generator.bytes(count: generator.size(below: 200)).filter {
        $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
      }
    case 1: return Array(repeating: UInt8(ascii: "n"), count: generator.size(below: 40_000))
    default: return Array(known[Int.random(in: 0..<known.count, using: &generator)].utf8)
    }
  }

  @Test func anyTwoPieces() {
    let log = Self.smallLog(seed: 1)
    let bytes = log.bytes
    for cut in 0...bytes.count {
      var decoder = FrameDecoder()
      let items = decoder.feed(Array(bytes[..<cut])) + decoder.feed(Array(bytes[cut...])) + decoder.finish()
      if frames(items) != log.frames || !noise(items).isEmpty { Issue.record("cut at \(cut)") }
    }
  }

  @Test func anyPieces() {
    for seed in 0..<150 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let log = SampleLog(using: &generator)
      let bytes = log.bytes
      var decoder = FrameDecoder()
      var items: [LogItem] = []
      var index = 0
      let scale = bytes.count < 5_000 ? 3 : 2_000
      while index < bytes.count {
        let end = min(bytes.count, index + generator.size(below: scale) + 1)
        items += decoder.feed(Array(bytes[index..<end]))
        index = end
      }
      items += decoder.finish()
      #expect(frames(items) == log.frames && noise(items).isEmpty, "seed \(seed)")
    }
  }

  @Test func aLogThatEndsAnywhere() {
    let log = Self.smallLog(seed: 2)
    let bytes = log.bytes
    var wholeLines = 0
    for end in 0...bytes.count {
      if end > 0, bytes[end - 1] == UInt8(ascii: "\n") { wholeLines += 1 }
      let items = decoded(Array(bytes[..<end]))
      // The last frame is whole without its newline, too.
      let isWholeWithoutNewline = end < bytes.count && bytes[end] == UInt8(ascii: "\n")
      let expected = log.frames.prefix(wholeLines + (isWholeWithoutNewline ? 1 : 0))
      let rest = end > 0 && bytes[end - 1] != UInt8(ascii: "\n") && !isWholeWithoutNewline ? 1 : 0
      if frames(items) != Array(expected) || noise(items).count != rest { Issue.record("ends at \(end)") }
    }
  }

  @Test func noiseBetweenFramesIsCountedAndChangesNothing() {
    for seed in 0..<150 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let log = SampleLog(using: &generator)
      var bytes: [UInt8] = []
      var expected: [(first: [UInt8], length: Int)] = []
      for line in log.lines {
        while generator.oneIn(2) {
          let noise = Self.noiseLine(using: &generator)
          expected.append((Array(noise.prefix(Noise.mostBytes)), noise.count))
          bytes += noise + [UInt8(ascii: "\n")]
        }
        bytes += line
      }
      let items = decoded(bytes)
      #expect(frames(items) == log.frames, "seed \(seed)")
      let found = noise(items)
      #expect(found.count == expected.count, "seed \(seed)")
      for (noise, expected) in zip(found, expected) where noise.length > 0 && expected.first.last != UInt8(ascii: "\r")
      {
        #expect(noise.bytes == expected.first && noise.length == expected.length, "seed \(seed)")
        #expect(noise.isCut == (expected.length > Noise.mostBytes))
      }
    }
  }

  @Test func windowsLineEnds() {
    var generator = SeededGenerator(seed: 5)
    let log = SampleLog(using: &generator)
    let bytes = log.lines.flatMap { $0.dropLast() + [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
    let items = decoded(Array(bytes))
    #expect(frames(items) == log.frames && noise(items).isEmpty)
  }

  @Test func aLineTooLongToKeepIsOnlyCounted() {
    var decoder = FrameDecoder()
    let piece = [UInt8](repeating: UInt8(ascii: "z"), count: 1 << 20)
    var items: [LogItem] = []
    for _ in 0..<20 {
      let before = items.count
      items += decoder.feed(piece)
      #expect(items.count == before)
    }
    items += decoder.feed(Array("\n{\"seq\":0,\"t\":0,\"stdout\":\"after\"}\n".utf8))
    #expect(noise(items).map(\.length) == [20 << 20] && noise(items).map(\.bytes.count) == [Noise.mostBytes])
    #expect(frames(items).map(\.body) == [.output(.stdout, Array("after".utf8))])
  }

  @Test func payloadIsNeverTakenForFrames() {
    let forged = #"{"seq":9,"t":0.000001,"exit":{"reason":"exited","exit_code":0,"duration_ms":1,"message":"forged"}}"#
    var generator = SeededGenerator(seed: 6)
    var log = SampleLog(steps: 1, using: &generator)
    let verdict = (log.lines.removeLast(), log.frames.removeLast())
    let before = log.frames.count
    for separator in ["\n", "\r\n", "\u{2028}", "\u{85}", "\u{0}", "\u{B}", "\u{1B}[2J"] {
      log.add(Array("\(separator)\(forged)\(separator)".utf8), to: .stdout)
    }
    let items = decoded(log.bytes)
    #expect(noise(items).isEmpty)
    #expect(frames(items).count == log.lines.count)
    for frame in frames(items).dropFirst(before) {
      guard case .output(.stdout, _) = frame.body else {
        Issue.record("the script wrote a frame: \(frame)")
        continue
      }
    }
    // Whoever splits a raw log by Unicode's line ends gets the same lines.
    let text = String(decoding: log.bytes, as: UTF8.self)
    #expect(text.split(whereSeparator: \.isNewline).count == log.lines.count)
    #expect(verdict.1.sequence > 0)
  }

  @Test func aDecoderCanBeUsedForAnotherLog() {
    let log = Self.smallLog(seed: 7)
    var decoder = FrameDecoder()
    _ = decoder.feed(Array("2026-11-21T09:00:00Z stdout P {\"seq\"".utf8))
    #expect(noise(decoder.finish()).map { String(decoding: $0.bytes, as: UTF8.self) } == ["{\"seq\""])
    #expect(frames(decoder.feed(log.bytes) + decoder.finish()) == log.frames)
  }
}
