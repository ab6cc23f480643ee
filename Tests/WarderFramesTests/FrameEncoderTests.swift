import Foundation
import RandomInput
import Testing
import WarderFrames

@Suite struct FrameEncoderTests {
  /// The frames of a whole small run, as the protocol's description shows them.
  @Test func theLinesAreExactlyThese() {
    var encoder = FrameEncoder()
    var log: [UInt8] = []
    encoder.start(
      StartFrame(
        version: "0.1.0", id: "abc", run: "9f1c", runtime: "python",
        script: .init(path: "/task/script.py", bytes: 120, sha256: "00ff"),
        limits: [Field("timeout_ms", 300_000), Field("cpu_time_ms", .null), Field("network", "none")],
        isolation: [
          IsolationLayer("seccomp", .active, details: [Field("profile", "default")]),
          IsolationLayer("landlock", .unavailable, details: [Field("reason", "the kernel says \"no\"")]),
        ],
        withheldEnvironment: ["SECRET"], withheldOthers: 2, startedAt: "2026-11-21T09:00:00.000Z"),
      at: FrameTime(microseconds: 0), into: &log)
    var stdout = OutputFramer(.stdout)
    _ = stdout.feed(Array("hello\n".utf8).span, at: FrameTime(nanoseconds: 31_204_999), through: &encoder, into: &log)
    var stderr = OutputFramer(.stderr)
    _ = stderr.feed([0xFF, 0xFE, 0xFD].span, at: FrameTime(microseconds: 40_000), through: &encoder, into: &log)
    encoder.event(
      EventFrame("denied", [Field("syscall", "connect"), Field("pid", 7), Field("late", .bool(false))]),
      at: FrameTime(microseconds: 50_000), into: &log)
    if let name = ArtifactName(Array("plot.png".utf8)) {
      encoder.artifact(
        ArtifactChunk(name: name, offset: 0, bytes: [1, 2, 3, 4], end: ArtifactEnd(bytes: 4, sha256: "9f64")),
        at: FrameTime(microseconds: 61_000_000), into: &log)
    }
    encoder.exit(
      ExitFrame(
        reason: .exited, exitCode: 0, durationMilliseconds: 1203, cpuUserMilliseconds: 31, cpuSystemMilliseconds: 8,
        maximumResidentBytes: 11_534_336, processesKilled: 0, stdout: stdout.totals, stderr: stderr.totals,
        denied: [DeniedCall(syscall: "connect", count: 1)], message: "the script exited with status 0"),
      at: FrameTime(microseconds: 3_661_203_900), into: &log)
    #expect(
      String(decoding: log, as: UTF8.self) == #"""
        {"seq":0,"t":0.000000,"start":{"protocol":1,"version":"0.1.0","id":"abc","run":"9f1c","runtime":"python","script":{"path":"/task/script.py","bytes":120,"sha256":"00ff"},"limits":{"timeout_ms":300000,"cpu_time_ms":null,"network":"none"},"isolation":{"seccomp":{"state":"active","profile":"default"},"landlock":{"state":"unavailable","reason":"the kernel says \"no\""}},"env_withheld":["SECRET"],"env_withheld_others":2,"started_at":"2026-11-21T09:00:00.000Z"}}
        {"seq":1,"t":0.031204,"stdout":"hello\n"}
        {"seq":2,"t":0.040000,"stderr_b64":"//79"}
        {"seq":3,"t":0.050000,"event":{"type":"denied","syscall":"connect","pid":7,"late":false}}
        {"seq":4,"t":61.000000,"artifact":{"name":"plot.png","offset":0,"b64":"AQIDBA==","bytes":4,"sha256":"9f64"}}
        {"seq":5,"t":3661.203900,"exit":{"reason":"exited","exit_code":0,"duration_ms":1203,"cpu_user_ms":31,"cpu_system_ms":8,"max_rss_bytes":11534336,"processes_killed":0,"stdout":{"bytes":6,"frames":1,"dropped_bytes":0},"stderr":{"bytes":3,"frames":1,"dropped_bytes":0},"denied":[{"syscall":"connect","count":1}],"message":"the script exited with status 0"}}

        """#)
    #expect(encoder.nextSequence == 6)
    #expect(encoder.bytesWritten == UInt64(log.count))
  }

  @Test func everyFrameReadsBackTheSame() {
    for seed in 0..<400 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let log = SampleLog(using: &generator)
      let items = decoded(log.bytes)
      #expect(noise(items).isEmpty, "seed \(seed)")
      #expect(frames(items) == log.frames, "seed \(seed)")
    }
  }

  /// Whatever stands in them, frames keep the bound, and what was cut says so.
  @Test func hostileStringsAndListsKeepTheBound() throws {
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let nasty = ["\u{1B}", "\u{0}", "x", "😀", "\"", "\u{202E}"][Int(seed % 6)]
      func long(_ generator: inout SeededGenerator) -> String {
        String(repeating: nasty, count: 1 + generator.size(below: seed % 2 == 0 ? 5_000 : 40))
      }
      var start = generator.startFrame()
      start.version = long(&generator)
      start.id = long(&generator)
      start.run = long(&generator)
      start.isCheck = true
      start.trust = long(&generator)
      start.runtime = long(&generator)
      start.script = .init(path: long(&generator), bytes: .max, sha256: long(&generator))
      start.limits = (0..<generator.size(below: 100)).map {
        Field(
          "a_limit_whose_name_is_so_long_\($0 % 40 + 10)",
          generator.oneIn(9) ? .integer(.min) : .string(long(&generator)))
      }
      start.limits = Array(start.limits.prefix(StartFrame.mostLimits))
      start.isolation = (0..<StartFrame.mostLayers).map { layer in
        IsolationLayer(
          "layer_whose_name_is_very_long_\(layer + 10)", .degraded,
          details: (0..<5).map { Field("detail_whose_name_is_so_long_\($0 + 100)", long(&generator)) })
      }
      start.withheldEnvironment = (0..<generator.size(below: 200)).map { _ in long(&generator) }
      start.startedAt = long(&generator)
      var exit = generator.exitFrame(
        stdout: StreamTotals(bytes: .max, frames: .max, droppedBytes: .max, redactions: .max),
        stderr: StreamTotals())
      exit.message = long(&generator)
      exit.signal = long(&generator)
      exit.denied = (0..<40).map { _ in DeniedCall(syscall: long(&generator), family: long(&generator), count: 3) }
      exit.deniedOthers = 5
      let event = EventFrame(long(&generator), (0..<40).map { Field("field_with_a_long_name\($0)", long(&generator)) })

      var encoder = FrameEncoder()
      var log: [UInt8] = []
      encoder.start(start, at: FrameTime(microseconds: 0), into: &log)
      encoder.event(event, at: FrameTime(microseconds: 1), into: &log)
      encoder.exit(exit, at: FrameTime(microseconds: .max), into: &log)
      let lines = log.split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == 3 && lines.allSatisfy { $0.count < FrameEncoder.longestLine }, "seed \(seed)")
      let back = frames(decoded(log))
      try #require(back.count == 3, "seed \(seed)")
      guard case .start(let startBack) = back[0].body, case .event(let eventBack) = back[1].body,
        case .exit(let exitBack) = back[2].body
      else {
        Issue.record("not the three frames, seed \(seed)")
        return
      }
      #expect(startBack.limits.map(\.name) == start.limits.map(\.name), "seed \(seed)")
      #expect(startBack.isolation.map(\.name) == start.isolation.map(\.name), "seed \(seed)")
      #expect(
        startBack.withheldOthers
          == start.withheldOthers + Int64(max(0, start.withheldEnvironment.count - StartFrame.mostNames)),
        "seed \(seed)")
      #expect(eventBack.fields.count == EventFrame.mostFields, "seed \(seed)")
      #expect(exitBack.denied.count == 16 && exitBack.deniedOthers == 5 + 24 * 3, "seed \(seed)")
      #expect(exitBack.stdout == exit.stdout, "seed \(seed)")
      for (cut, whole) in [(startBack.script.path, start.script.path), (exitBack.message, exit.message)]
      where cut != whole {
        #expect(cut.unicodeScalars.last == "…" && whole.utf8.starts(with: cut.utf8.dropLast(3)), "seed \(seed)")
      }
    }
  }

  @Test func timeNeverGoesBack() {
    var encoder = FrameEncoder()
    var log: [UInt8] = []
    for time in [5, 3, 7, 0] as [UInt64] {
      encoder.event(EventFrame("x"), at: FrameTime(microseconds: time), into: &log)
    }
    #expect(frames(decoded(log)).map(\.time.microseconds) == [5, 5, 7, 7])
  }

  @Test func namesThatNoFrameCanHaveAreLeftOut() {
    var encoder = FrameEncoder()
    var log: [UInt8] = []
    let names = ["", "a b", "a\"b", "a\\b", "é", String(repeating: "a", count: 33), "\n"]
    encoder.event(
      EventFrame("x", names.map { Field($0, 1) } + [Field("good", 2)]), at: FrameTime(microseconds: 0), into: &log)
    #expect(
      String(decoding: log, as: UTF8.self) == "{\"seq\":0,\"t\":0.000000,\"event\":{\"type\":\"x\",\"good\":2}}\n")
  }

  @Test func artifactsOfAnyNameAndSize() throws {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let longest = ArtifactName.longest
      let bytes: [UInt8]
      switch seed % 4 {
      case 0: bytes = Array(generator.text(scalars: 1 + generator.size(below: 200)).utf8)
      case 1: bytes = generator.bytes(count: 1 + generator.size(below: longest))
      case 2: bytes = Array(repeating: 0x1B, count: 1 + generator.size(below: longest))
      default: bytes = Array(repeating: UInt8(ascii: "n"), count: longest - generator.size(below: 200))
      }
      let name = try #require(ArtifactName(Array(bytes.prefix(longest))))
      let contents = generator.bytes(count: generator.size(below: 30_000))
      let end = ArtifactEnd(bytes: Int64(contents.count), sha256: SHA256Digest.hexadecimal(of: contents))
      var encoder = FrameEncoder()
      var log: [UInt8] = []
      var offset = 0
      repeat {
        let chunk = ArtifactChunk(name: name, offset: Int64(offset), bytes: Array(contents[offset...]), end: end)
        let taken = encoder.artifact(chunk, at: FrameTime(microseconds: 9), into: &log)
        #expect(taken > 1000 || offset + taken == contents.count)
        offset += taken
      } while offset < contents.count
      #expect(
        log.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count < FrameEncoder.longestLine }, "seed \(seed)")
      let artifacts = RunAssembler.results(ofLog: log)[0].artifacts
      #expect(artifacts.map(\.name) == [name], "seed \(seed)")
      #expect(artifacts[0].bytes == contents && artifacts[0].isComplete, "seed \(seed)")
      // What the supervisor asks before it begins must not be too little.
      let foreseen = FrameEncoder.artifactCharge(name, bytes: UInt64(contents.count))
      #expect(encoder.chargedBytes <= foreseen, "seed \(seed)")
      #expect(foreseen <= encoder.chargedBytes * 2 + 20_000, "seed \(seed)")
    }
    #expect(ArtifactName([]) == nil)
    #expect(ArtifactName(Array(repeating: 1, count: ArtifactName.longest + 1)) == nil)
  }
}
