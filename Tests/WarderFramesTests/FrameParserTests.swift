import RandomInput
import Testing
import WarderFrames

/// What is a frame and what is not, line by line.
@Suite struct FrameParserTests {
  static let exit =
    #""exit":{"reason":"exited","duration_ms":1,"cpu_user_ms":1,"cpu_system_ms":1,"max_rss_bytes":1,"processes_killed":0,"message":"m"}"#
  static let start =
    #""start":{"protocol":1,"version":"v","run":"r","runtime":"bash","script":{"path":"p","bytes":1,"sha256":"s"},"limits":{},"isolation":{},"started_at":"x"}"#

  @Test(arguments: [
    #"{"seq":0,"t":0,"stdout":""}"#, #"{"seq":9223372036854775807,"t":0.1,"stderr":"x"}"#,
    #"{"t":12.3456789,"stdout_b64":"","seq":1}"#, #" { "seq" : 1 , "t" : 1.0 , "stdout" : "spaced" } "#.trimmed,
    #"{"seq":1,"t":0,"event":{"type":"x"}}"#, #"{"seq":1,"t":0,"event":{"type":"x","list":[1],"half":0.5}}"#,
    #"{"seq":1,"t":0,"artifact":{"name":"a","offset":0,"b64":""}}"#,
    #"{"seq":1,"t":0,"artifact":{"name_b64":"/w==","offset":0,"b64":"AA=="}}"#,
    "{\"seq\":1,\"t\":0,\(exit)}", "{\"seq\":1,\"t\":0,\(start)}",
    // Newer minor versions: a member more, a body more.
    #"{"seq":1,"t":0,"stdout":"x","color":"red"}"#, #"{"seq":1,"t":0,"metrics":{"load":0.5}}"#,
    #"{"seq":1,"t":0,"exit":{"reason":"struck_by_lightning","message":"m","volts":5}}"#,
    // What the supervisor's fault handler gets out.
    #"{"seq":1,"t":0,"exit":{"reason":"internal_error","message":"m"}}"#,
  ])
  func frames(line: String) {
    let items = decoded(Array("\(line)\n".utf8))
    #expect(RandomInput.frames(items).count == 1, "\(line)")
  }

  @Test(arguments: [
    "", "{}", "[]", "1", "null", #"{"seq":0}"#, #"{"seq":0,"t":0}"#, #"{"t":0,"stdout":""}"#, #"{"seq":0,"stdout":""}"#,
    #"{"seq":-1,"t":0,"stdout":""}"#, #"{"seq":1.0,"t":0,"stdout":""}"#, #"{"seq":"1","t":0,"stdout":""}"#,
    #"{"seq":9223372036854775808,"t":0,"stdout":""}"#, #"{"seq":0,"t":-1,"stdout":""}"#,
    #"{"seq":0,"t":"0","stdout":""}"#,
    #"{"seq":0,"t":1e3,"stdout":""}"#, #"{"seq":0,"t":99999999999999999999,"stdout":""}"#,
    #"{"seq":0,"t":0,"stdout":1}"#, #"{"seq":0,"t":0,"stdout":null}"#, #"{"seq":0,"t":0,"stdout_b64":"?"}"#,
    #"{"seq":0,"t":0,"stdout_b64":"QQ"}"#, #"{"seq":0,"t":0,"stdout":"a","stderr":"b"}"#,
    #"{"seq":0,"seq":0,"t":0,"stdout":""}"#, #"{"seq":0,"t":0,"event":{}}"#, #"{"seq":0,"t":0,"event":"x"}"#,
    #"{"seq":0,"t":0,"event":{"type":1}}"#, #"{"seq":0,"t":0,"artifact":{"name":"a","offset":0}}"#,
    #"{"seq":0,"t":0,"artifact":{"name":"","offset":0,"b64":""}}"#,
    #"{"seq":0,"t":0,"artifact":{"name":"a","offset":-1,"b64":""}}"#,
    #"{"seq":0,"t":0,"artifact":{"offset":0,"b64":""}}"#, #"{"seq":0,"t":0,"exit":{"reason":"exited"}}"#,
    #"{"seq":0,"t":0,"exit":{"message":"m"}}"#,
    #"{"seq":0,"t":0,"exit":{"reason":"exited","message":"m","exit_code":"0"}}"#,
    #"{"seq":0,"t":0,"exit":{"reason":"exited","message":"m","stdout":{"bytes":1}}}"#,
    #"{"seq":0,"t":0,"exit":{"reason":"exited","message":"m","duration_ms":-1}}"#,
    #"{"seq":0,"t":0,"exit":{"reason":"exited","message":"m","denied":[{"syscall":"x"}]}}"#,
    #"{"seq":0,"t":0,"start":{"protocol":1}}"#, #"{"seq":0,"t":0,"stdout":"\ud800"}"#,
    #"{"seq":0,"t":0,"stdout":"x"},"#,
    #"{"seq":0,"t":0,"stdout":"x""#, #"{'seq':0,'t':0,'stdout':'x'}"#,
  ])
  func noFrames(line: String) {
    let items = decoded(Array("\(line)\n".utf8))
    #expect(noise(items).count == 1 && items.count == 1, "\(line)")
  }

  /// Frames of output are read by a shorter way than that of the parser of JSON. White space, which nobody writes, keeps a
  /// line from it, and must make no other difference.
  @Test func bothWaysOfReadingOutputAgree() {
    let numbers = ["0", "7", "00", "01", "-1", "999999999999", "1000000000000", "18446744073709551615", "1e2", ""]
    let times = ["0.000000", "12.345678", "01.000000", "1.00000", "1.0000001", "1", "-0.000000", "99999999999.999999"]
    let keys = ["stdout", "stderr", "stdout_b64", "stdoutx", "std"]
    var frameCount = 0
    for seed in 0..<30_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      func pick(_ choices: [String]) -> String {
        generator.oneIn(2) ? choices[0] : choices[Int.random(in: 0..<choices.count, using: &generator)]
      }
      let head = "{\"seq\":\(pick(numbers)),\"t\":\(pick(times)),\"\(pick(keys))\":\""
      var log: [UInt8] = []
      var encoder = FrameEncoder()
      var framer = OutputFramer(.stdout)
      let text = Array(generator.text(scalars: generator.size(below: 40)).utf8)
      _ = framer.feed(text.span, at: FrameTime(microseconds: 0), through: &encoder, into: &log)
      let written = log.split(separator: 0x0A).first ?? []
      // The payload with its quote and brace, behind a beginning that may be strange.
      var line = Array(head.utf8) + written.dropFirst(#"{"seq":0,"t":0.000000,"stdout":""#.utf8.count)
      if generator.oneIn(3) { line = generator.mutate(line) }
      line.removeAll { $0 == 0x0A || $0 == 0x0D }
      guard line.first == UInt8(ascii: "{") else { continue }
      let short = decoded(line + [0x0A])
      let long = decoded([UInt8(ascii: "{"), 0x20] + line.dropFirst() + [0x0A])
      frameCount += RandomInput.frames(short).count
      if RandomInput.frames(short) != RandomInput.frames(long) { Issue.record("seed \(seed)") }
    }
    #expect(frameCount > 5_000)
  }

  @Test func everyMemberOfStartAndExitIsNeeded() {
    let needed = [
      "protocol", "version", "run", "runtime", "script", "path", "bytes", "sha256", "limits", "isolation", "started_at",
    ]
    for name in needed {
      let line = "{\"seq\":1,\"t\":0,\(Self.start)}".replacing("\"\(name)\":", with: "\"no_\(name)\":")
      #expect(noise(decoded(Array(line.utf8))).count == 1, "without \(name)")
    }
    for (text, other) in [
      ("\"protocol\":1", "\"protocol\":\"1\""), ("\"limits\":{}", "\"limits\":[]"),
      ("\"isolation\":{}", "\"isolation\":{\"x\":{\"state\":\"strong\"}}"),
    ] {
      let line = "{\"seq\":1,\"t\":0,\(Self.start)}".replacing(text, with: other)
      #expect(noise(decoded(Array(line.utf8))).count == 1, "with \(other)")
    }
  }

  @Test func unknownWordsAreKept() throws {
    let line = #"{"seq":1,"t":2.5000009,"exit":{"reason":"struck_by_lightning","message":"m","exit_code":3}}"#
    let frame = try #require(RandomInput.frames(decoded(Array(line.utf8))).first)
    #expect(frame.time == FrameTime(microseconds: 2_500_000))
    guard case .exit(let exit) = frame.body else {
      Issue.record("no verdict")
      return
    }
    #expect(exit.reason == .unrecognized && exit.unrecognizedReason == "struck_by_lightning" && exit.exitCode == 3)
    let other = try #require(RandomInput.frames(decoded(Array(#"{"seq":1,"t":0,"metrics":{}}"#.utf8))).first)
    #expect(other.body == .unknown("metrics"))
  }

  @Test func aLineOfTheLongestLengthIsAFrameAndALongerOneIsNot() {
    let empty = #"{"seq":0,"t":0.000000,"stdout":""}"#
    for (length, count) in [(FrameEncoder.longestLine, 1), (FrameEncoder.longestLine + 1, 0)] {
      let payload = String(repeating: "x", count: length - empty.utf8.count)
      let line = empty.replacing("\"\"}", with: "\"\(payload)\"}")
      #expect(RandomInput.frames(decoded(Array("\(line)\n".utf8))).count == count)
    }
  }
}

extension String {
  /// Without the outer spaces, so that a table can show them.
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
