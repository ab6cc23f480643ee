import Testing
import WarderFrames

@testable import ExecutorOutput

@Suite struct ExecutorRunTests {
  /// A log in the making, as warder-init writes it.
  private struct Log {
    private var encoder = FrameEncoder()
    private(set) var bytes: [UInt8] = []

    mutating func output(_ stream: OutputStream, _ text: [UInt8]) {
      var framer = OutputFramer(stream)
      _ = framer.feed(text.span, at: FrameTime(microseconds: 1), through: &encoder, into: &bytes)
      framer.flush(at: FrameTime(microseconds: 1), through: &encoder, into: &bytes)
    }

    mutating func truncated(_ stream: String, _ dropped: Int64) {
      let fields = [Field("stream", .string(stream)), Field("dropped_bytes", .integer(dropped))]
      encoder.event(EventFrame("truncated", fields), at: FrameTime(microseconds: 2), into: &bytes)
    }

    mutating func exit(
      _ reason: Reason, code: Int64? = nil, signal: String? = nil, duration: Int64 = 1203,
      message: String = "so it ended"
    ) {
      let frame = ExitFrame(
        reason: reason, exitCode: code, signal: signal, durationMilliseconds: duration, cpuUserMilliseconds: 31,
        cpuSystemMilliseconds: 8, maximumResidentBytes: 11_534_336, message: message)
      encoder.exit(frame, at: FrameTime(microseconds: 3), into: &bytes)
    }
  }

  private func output(_ log: Log) -> ExecutorOutput {
    var run = ExecutorRun()
    run.feed(log.bytes.span)
    return run.finish()
  }

  private func text(_ output: ExecutorOutput) -> String { String(decoding: output.log.joined(), as: UTF8.self) }

  @Test func countsAreOfCodePoints() {
    var log = Log()
    log.output(.stdout, Array("grün 😀\n".utf8))
    log.output(.stderr, Array("naïve".utf8))
    log.exit(.exited, code: 0)
    #expect(text(output(log)) == "STDOUT 7\ngrün 😀\nSTDERR 5\nnaïve")
  }

  @Test func theMessageHasFiveLines() {
    var log = Log()
    log.exit(.exited, code: 3)
    #expect(text(output(log)) == "STDOUT 0\nSTDERR 0\n")
    #expect(
      String(decoding: output(log).terminationMessage, as: UTF8.self)
        == "exit_code=3\ncpu_jiffies=3\nclk_tck=100\npeak_memory_kb=11264\nwall_seconds=1.203000\n")
    var short = Log()
    short.exit(.exited, code: 0, duration: 7)
    #expect(String(decoding: output(short).terminationMessage, as: UTF8.self).hasSuffix("\nwall_seconds=0.007000\n"))
  }

  @Test(
    arguments: [
      (.timeout, nil, "SIGKILL", 124), (.memoryLimit, nil, "SIGKILL", 137), (.processLimit, nil, nil, 137),
      (.diskLimit, nil, nil, 137), (.outputLimit, nil, nil, 137), (.cpuLimit, nil, nil, 152),
      (.syscallViolation, nil, "SIGSYS", 159), (.cancelled, 0, nil, 143), (.launchFailed, nil, nil, 127),
      (.isolationUnavailable, nil, nil, 126), (.internalError, nil, nil, 126), (.signaled, nil, "SIGSEGV", 139),
      (.exited, 255, nil, 255),
    ] as [(Reason, Int64?, String?, Int64)])
  func everyVerdictHasACode(_ reason: Reason, _ code: Int64?, _ signal: String?, _ expected: Int64) {
    var log = Log()
    log.output(.stdout, Array("kept".utf8))
    log.exit(reason, code: code, signal: signal)
    let output = output(log)
    #expect(output.exitCode == expected)
    // What the script did itself needs no words; everything else is told in the standard error, on a line of its own.
    let isOwn = reason == .exited || reason == .signaled
    #expect(text(output) == (isOwn ? "STDOUT 4\nkeptSTDERR 0\n" : "STDOUT 4\nkeptSTDERR 20\nwarder: so it ended\n"))
  }

  @Test func whatWasDroppedIsNamedInItsPlace() {
    var log = Log()
    log.output(.stderr, Array("first".utf8))
    log.truncated("stderr", 1000)
    log.output(.stderr, Array("last".utf8))
    log.exit(.timeout)
    #expect(
      text(output(log))
        == "STDOUT 0\nSTDERR 80\nfirst\n[warder: 1000 bytes of output are left out here]\nlast\nwarder: so it ended\n")
  }

  @Test func missingFramesAndAMissingVerdictAreTold() {
    var log = Log()
    log.output(.stdout, Array("a".utf8))
    log.output(.stdout, Array("b".utf8))
    log.output(.stdout, Array("c".utf8))
    var lines = log.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    lines.remove(at: 1)
    var run = ExecutorRun()
    run.feed(Array(lines.joined(separator: [UInt8(ascii: "\n")]) + [UInt8(ascii: "\n")]).span)
    #expect(run.missingFrames == 1)
    #expect(run.exit == nil)
    let output = run.finish()
    #expect(output.exitCode == 137)
    #expect(
      text(output).hasSuffix(
        "warder: parts of the output were lost on their way (1)\n"
          + "warder: the supervisor was killed from outside; what it had said so far is above\n"))
  }

  /// 20,000 lines on either stream: the header stays within the last 10,000, and both streams keep beginning and end.
  @Test func bothStreamsShareTheLines() {
    var log = Log()
    for number in 0..<20_000 {
      log.output(.stdout, Array("out \(number)\n".utf8))
      log.output(.stderr, Array("err \(number)\n".utf8))
    }
    log.exit(.exited, code: 0)
    let written = text(output(log))
    #expect(written.utf8.filter { $0 == UInt8(ascii: "\n") }.count < 9_950)
    for line in ["out 0\n", "out 19999\n", "err 0\n", "err 19999\n"] { #expect(written.contains(line)) }
    var alone = Log()
    for number in 0..<9_700 { alone.output(.stdout, Array("\(number)\n".utf8)) }
    alone.exit(.exited, code: 0)
    #expect(!text(output(alone)).contains("warder"))
  }
}
