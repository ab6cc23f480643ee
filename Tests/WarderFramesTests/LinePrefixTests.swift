import RandomInput
import Testing
import WarderFrames

/// Logs as container runtimes store them and as `kubectl` hands them out.
@Suite struct LinePrefixTests {
  static let time = "2026-11-21T09:00:00.123456789Z"

  /// A line as a container runtime stores it, in parts that end where `cuts` says.
  static func stored(_ line: [UInt8], stream: String = "stdout", cuts: [Int] = [], tags: String = "") -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    let text = Array(line.dropLast())
    for cut in cuts.sorted() + [text.count] {
      let tag = cut == text.count ? "F" : "P"
      result += Array("\(time) \(stream) \(tag)\(tags) ".utf8) + text[start..<cut] + [UInt8(ascii: "\n")]
      start = cut
    }
    return result
  }

  @Test func runtimeLogsWithPartialLines() {
    for seed in 0..<100 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let log = SampleLog(steps: 6, using: &generator)
      var bytes: [UInt8] = []
      var noiseLines = 0
      for line in log.lines {
        let count = generator.size(below: 4)
        let cuts = Set((0..<count).map { _ in Int.random(in: 0..<line.count - 1, using: &generator) })
        let parts = Self.stored(line, cuts: Array(cuts), tags: generator.oneIn(4) ? ":X" : "")
        // What else is written to the other stream can stand between the parts.
        for part in parts.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
          bytes += part + [UInt8(ascii: "\n")]
          if generator.oneIn(3) {
            bytes += Self.stored(Array("runtime: noise\n".utf8), stream: "stderr", cuts: [3])
            noiseLines += 1
          }
        }
      }
      let items = decoded(bytes)
      #expect(frames(items) == log.frames, "seed \(seed)")
      #expect(
        noise(items).map { String(decoding: $0.bytes, as: UTF8.self) }
          == Array(repeating: "runtime: noise", count: noiseLines))
    }
  }

  @Test func aFrameSplitAtEveryPlace() {
    let line =
      Array(#"{"seq":0,"t":0.000001,"stdout":"é€😀 2026-11-21T09:00:00Z stdout F x"}"#.utf8) + [UInt8(ascii: "\n")]
    let whole = frames(decoded(line))
    #expect(whole.count == 1)
    for cut in 0..<line.count - 1 {
      let items = decoded(Self.stored(line, cuts: [cut]))
      if frames(items) != whole || !noise(items).isEmpty { Issue.record("split at \(cut)") }
    }
  }

  @Test func longLinesAsContainerdSplitsThem() {
    // A line of another program, in parts of 16,384 bytes, and a frame after it.
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000) + [UInt8(ascii: "\n")]
    let frame = Array("{\"seq\":0,\"t\":0,\"stdout\":\"y\"}\n".utf8)
    let bytes = Self.stored(long, cuts: Array(stride(from: 16_384, to: 100_000, by: 16_384))) + Self.stored(frame)
    let items = decoded(bytes)
    #expect(frames(items).count == 1)
    #expect(noise(items).map(\.length) == [100_000])
  }

  @Test func aLastLineThatTheRuntimeTookForPartial() {
    let frame = "{\"seq\":0,\"t\":0,\"stdout\":\"y\"}"
    for end in ["", "\n"] {
      let items = decoded(Array("\(Self.time) stdout P \(frame)\(end)".utf8))
      #expect(frames(items).count == 1 && noise(items).isEmpty)
    }
  }

  @Test(arguments: [
    "2026-11-21T09:00:00Z ", "2026-11-21T09:00:00.1Z ", "2026-11-21T09:00:00.123456789Z ",
    "2026-11-21T09:00:00.123+01:00 ", "2026-11-21T09:00:00-10:30 ",
  ])
  func timestampsOfKubectl(prefix: String) {
    let log = FrameDecoderTests.smallLog(seed: 3)
    let bytes = Array(log.lines.map { Array(prefix.utf8) + $0 }.joined())
    let items = decoded(bytes)
    #expect(frames(items) == log.frames && noise(items).isEmpty)
  }

  @Test(arguments: ["", "2026-11-21T09:00:00Z ", "2026-11-21T09:00:00.123+01:00 "])
  func prefixesOfKubectl(time: String) {
    let log = FrameDecoderTests.smallLog(seed: 3)
    let prefix = Array("[pod/warder-sum-x7k2p.a/script] \(time)".utf8)
    var decoder = FrameDecoder()
    var found: [Frame] = []
    decoder.feed(Array(log.lines.map { prefix + $0 }.joined()).span) { item, source in
      if case .frame(let frame) = item { found.append(frame) }
      #expect(source == "pod/warder-sum-x7k2p.a/script")
    }
    #expect(found == log.frames)
    let items = decoded(prefix + Array("no frame\n".utf8))
    #expect(noise(items).count == 1)
  }

  @Test(arguments: [
    "2026-11-21 09:00:00Z ", "2026-11-21T09:00:00 ", "2026-11-21T09:00:00.Z ", "2026-11-21T09:00Z ",
    "26-11-21T09:00:00Z ",
    "2026-11-21T09:00:00ZZ ", "2026-11-21T09:00:00Z  ", "2026-11-21T09:00:00+0100 ", " 2026-11-21T09:00:00Z ",
    "2026-11-21T09:00:00Z stdout ", "2026-11-21T09:00:00Z stdout X ", "2026-11-21T09:00:00Z stdin F ",
    "2026-11-21T09:00:00Z stdout F", "2026-11-21T09:00:00Z stdout FF ", "stdout F ", "[pod/x/y]", "[pod/x] ",
    "[pod//y] ", "[pod/x/y/z] ",
    "[pod/X/y] ", "pod/x/y ", "[svc/x/y] ", "[pod/x/y] [pod/x/y] ", "[pod/x/y] 2026-11-21T09:00:00Z stdout F ",
    "2026-11-21T09:00:00Z [pod/x/y] ",
  ])
  func whatIsNoPrefixMakesNoise(prefix: String) {
    let items = decoded(Array("\(prefix){\"seq\":0,\"t\":0,\"stdout\":\"y\"}\n".utf8))
    #expect(frames(items).isEmpty && noise(items).count == 1)
  }
}
