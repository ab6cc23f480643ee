import RandomInput
import Testing
import WarderFrames

@testable import ToolCommands

@Suite struct VerdictLineTests {
  private static let start =
    #"{"seq":0,"t":0,"start":{"protocol":1,"version":"0.1.0","run":"9f","runtime":"python","script":{"path":"s","bytes":1,"sha256":"0"},"limits":{},"isolation":{"seccomp":{"state":"active","profile":"PROFILE"}},"started_at":"x"}}"#

  private static func line(
    _ exit: String, profile: String = "default", sequence: Int = 1
  ) -> VerdictLine {
    let start = start.replacing("PROFILE", with: profile)
    let log = "\(start)\n" + (exit.isEmpty ? "" : "{\"seq\":\(sequence),\"t\":1,\"exit\":{\(exit)}}\n")
    return VerdictLine(RunAssembler.results(ofLog: Array(log.utf8))[0])
  }

  @Test(arguments: [
    (
      #""reason":"exited","exit_code":0,"duration_ms":1203,"max_rss_bytes":11034336,"denied":[{"syscall":"connect","count":3}],"message":"m""#,
      "✓ exited 0 in 1.2 s · 11 MB · 3 denied calls: connect ×3"
    ),
    (
      #""reason":"exited","exit_code":1,"duration_ms":82,"denied":[{"syscall":"ptrace","count":1},{"syscall":"socket","family":"AF_INET","count":3}],"message":"m""#,
      "✗ exited 1 in 82 ms · 4 denied calls: ptrace, socket(AF_INET) ×3 (allow with --network all)"
    ),
    (
      #""reason":"exited","exit_code":0,"duration_ms":1,"denied":[{"syscall":"a","count":9223372036854775807},{"syscall":"b","count":1}],"denied_others":5,"message":"m""#,
      "✓ exited 0 in 1 ms · 9,223,372,036,854,775,807 denied calls: a ×9,223,372,036,854,775,807, b, …"
    ),
    (#""reason":"signaled","signal":"SIGSEGV","duration_ms":300,"message":"m""#, "✗ killed by SIGSEGV after 0.3 s"),
    (#""reason":"timeout","exit_code":0,"duration_ms":2000,"message":"m""#, "✗ timed out after 2.0 s"),
    (
      #""reason":"memory_limit","signal":"SIGKILL","duration_ms":2000,"message":"m""#,
      "✗ stopped at its memory limit after 2.0 s"
    ),
    (#""reason":"checked","mode":"check","duration_ms":20,"message":"m""#, "✓ checked, not run"),
    (#""reason":"invalid_task","message":"no script""#, "✗ never ran: invalid task"),
    (#""reason":"from_the_future","message":"m""#, "✗ ended as from_the_future after 0 ms"),
    (#""reason":"evil\u001b[31m\nx","message":"m""#, "✗ ended as evil\\u{1b}[31m\\nx after 0 ms"),
    (
      #""reason":"exited","exit_code":0,"stdout":{"bytes":0,"frames":0,"dropped_bytes":9},"message":"m""#,
      "✓ exited 0 in 0 ms · output cut at its limit"
    ),
    (
      #""reason":"exited","exit_code":0,"stdout":{"bytes":5,"frames":1,"dropped_bytes":0},"message":"m""#,
      "✓ exited 0 in 0 ms · the log is incomplete"
    ),
    ("", "? no verdict: the supervisor was killed, or the end of the log is lost"),
  ]) func lines(exit: String, text: String) {
    #expect(Self.line(exit).text() == text)
  }

  @Test func theHintFitsTheProfile() {
    let exit =
      #""reason":"exited","exit_code":0,"denied":[{"syscall":"socket","family":"AF_UNIX","count":1}],"message":"m""#
    #expect(Self.line(exit, profile: "strict").text().hasSuffix("socket(AF_UNIX) (allow with --seccomp default)"))
    #expect(Self.line(exit, profile: "default").text().hasSuffix("socket(AF_UNIX)"))
    // What a profile of somebody's own refuses, no option of ours allows.
    let inet = exit.replacing("AF_UNIX", with: "AF_INET")
    #expect(Self.line(inet, profile: "/own.json").text().hasSuffix("socket(AF_INET)"))
  }

  @Test func theSentenceStandsBesideWhatTheLineDoesNotSay() {
    func explanation(_ message: String) -> String? {
      Self.line(#""reason":"exited","exit_code":1,"message":"the script exited with status 1\#(message)""#).explanation
    }
    #expect(explanation("") == nil)
    #expect(explanation("; socket(AF_INET) was denied 3 times: --network all allows it") == nil)
    let loss = "; the log at fd:1 lacks its last 9 bytes: Broken pipe (EPIPE)"
    #expect(explanation(loss) == "the script exited with status 1\(loss)")
    #expect(
      Self.line(#""reason":"signaled","signal":"SIGHUP","message":"the script was ended by SIGHUP""#).explanation == nil
    )
    #expect(Self.line(#""reason":"invalid_task","message":"no script""#).explanation == "no script")
  }

  @Test func coloursGoByTheEnd() {
    let good = Self.line(#""reason":"exited","exit_code":0,"message":"m""#)
    #expect(good.text(isColored: true) == "\u{1B}[32m✓ exited 0 in 0 ms\u{1B}[0m")
    #expect(Self.line(#""reason":"timeout","message":"m""#).text(isColored: true).hasPrefix("\u{1B}[31m✗"))
    #expect(Self.line("").text(isColored: true).hasPrefix("\u{1B}[33m?"))
  }

  /// Whatever the verdict: one line, and success only where the frames say so.
  @Test(arguments: 0..<300) func anyVerdict(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let log = SampleLog(steps: 3, hasVerdict: !random.oneIn(5), using: &random)
    let result = try #require(RunAssembler.results(ofLog: log.bytes).first)
    let line = VerdictLine(result)
    #expect(!line.text().contains("\n") && !line.text().contains("\u{1B}"), "seed \(seed)")
    let isGood = result.reason == .checked || result.reason == .exited && result.exitCode == 0
    #expect((line.mark == .success) == isGood, "seed \(seed)")
    #expect((line.mark == .unknown) == (result.exit == nil), "seed \(seed)")
  }
}
