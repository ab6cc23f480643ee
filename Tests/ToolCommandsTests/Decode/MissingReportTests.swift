import Testing
import WarderFrames

@testable import ToolCommands

@Suite struct MissingReportTests {
  private static func results(_ lines: String...) -> [RunResult] {
    RunAssembler.results(ofLog: Array(lines.joined(separator: "\n").utf8))
  }

  private static let exit =
    #"{"seq":9,"t":1,"exit":{"reason":"exited","exit_code":0,"stdout":{"bytes":5,"frames":1,"dropped_bytes":0},"message":"m"}}"#

  @Test func gapsAndBytes() {
    let result = Self.results(#"{"seq":3,"t":0,"stdout":"abc"}"#, #"{"seq":5,"t":0,"stderr":"x"}"#, Self.exit)[0]
    #expect(
      MissingReport.sentences(on: result) == [
        "7 frames are missing: 0–2, 4 and 6–8", "stdout: 2 of 5 bytes are missing",
      ])
    #expect(DecodeStatus(of: result) == .incomplete)
  }

  @Test func theVerdict() {
    let result = Self.results(#"{"seq":0,"t":0,"stdout":"abc"}"#)[0]
    #expect(MissingReport.sentences(on: result) == ["the verdict is missing: nobody knows what came after frame 0"])
    #expect(DecodeStatus(of: result) == .lost)
  }

  @Test func nothing() {
    #expect(MissingReport.sentences(on: Self.results("noise")[0]) == [])
    #expect(DecodeStatus(of: Self.results("noise")[0]) == .noFrames)
    let line = #"{"seq":0,"t":0,"exit":{"reason":"invalid_task","message":"m"}}"#
    #expect(MissingReport.sentences(on: Self.results(line)[0]) == [])
    #expect(DecodeStatus(of: Self.results(line)[0]) == .complete)
  }

  @Test func aNewerProtocol() {
    let start =
      #"{"seq":0,"t":0,"start":{"protocol":2,"version":"9","run":"r","runtime":"python","script":{"path":"s","bytes":1,"sha256":"0"},"limits":{},"isolation":{},"started_at":"x"}}"#
    let result = Self.results(start, #"{"seq":1,"t":0,"exit":{"reason":"exited","message":"m"}}"#)[0]
    #expect(MissingReport.sentences(on: result) == ["the log is of protocol 2, and this reader knows only 1"])
    #expect(DecodeStatus(of: result) == .incomplete)
  }

  @Test func manyGaps() {
    let gaps = stride(from: 0, to: 40, by: 4).map { UInt64($0)...UInt64($0 + 1) }
    #expect(MissingReport.ranges(gaps) == "0–1, 4–5, 8–9, 12–13, 16–17, 20–21, 24–25, 28–29 and 2 more gaps")
    #expect(MissingReport.ranges([7...7]) == "7")
  }
}
