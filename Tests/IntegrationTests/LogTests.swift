import Foundation
import TestSupport
import Testing
import WarderFrames

/// Where the log goes, who reads it or does not, and how much of the output it keeps.
@Suite("Log") struct LogTests {
  /// Has a shell run the task with `rest` behind it: options, redirections, a reader.
  private func shell(_ task: TaskDirectory, _ rest: String) async throws -> ProcessRun {
    let run = try await ProcessCommand(
      "/bin/bash", ["-c", "\"$0\" --task \"$1\" " + rest, WarderInit.binary, task.path],
      environment: ["PATH": "/usr/bin:/bin"]
    ).run()
    withExtendedLifetime(task) {}
    return run
  }

  @Test func aLogThatNobodyReadsDoesNotHoldTheDeadline() async throws {
    let task = try TaskDirectory(script: "yes\n", named: "script.sh")
    let message = try TemporaryPath(file: [], permissions: 0o666)
    // sleep holds the pipe and reads nothing.
    let run = try await shell(
      task,
      "--timeout 500ms --grace 100ms --log-limit 512Mi --stdout-limit 512Mi --termination-message \(message.path) "
        + "| sleep 8; echo ${PIPESTATUS[0]}")
    #expect(run.outputText == "240\n")
    let text = String(decoding: try message.contents, as: UTF8.self)
    #expect(text.hasPrefix(#"{"reason":"timeout""#))
    #expect(text.contains(#""stdout_tail":"#))
    #expect(text.contains(/the log at fd:1 lacks its last [0-9]+ bytes: nobody read it/))
  }

  @Test func aLogWhoseReaderLeavesDoesNotEndTheScript() async throws {
    let directory = try TemporaryPath(permissions: 0o777)
    let task = try TaskDirectory(
      script: "for i in $(seq 2000); do echo line $i; done; sleep 0.3; echo done > \(directory.path)/end\n",
      named: "script.sh")
    let run = try await shell(
      task,
      "--write \(directory.path) --termination-message none | head -c 100 > /dev/null; echo ${PIPESTATUS[0]}")
    #expect(run.outputText == "0\n")
    #expect(FileManager.default.fileExists(atPath: directory.path + "/end"))
  }

  @Test(arguments: ["> FILE", "1<> FILE", "> /dev/null"])
  func aLogCanBeAFileOrADevice(redirection: String) async throws {
    let file = try TemporaryPath(file: [], permissions: 0o666)
    let task = try TaskDirectory(script: "echo hello\n", named: "script.sh")
    let run = try await shell(task, redirection.replacing("FILE", with: file.path))
    #expect(run.succeeded)
    if redirection.contains("FILE") {
      #expect(try WarderRun(log: file.contents, end: .exited(0)).result().stdoutText == "hello\n")
    }
  }

  @Test func aLogOnAnotherDescriptor() async throws {
    let task = try TaskDirectory(script: "echo hello\n", named: "script.sh")
    let run = try await shell(task, "--log fd:7 7>&1 >/dev/null")
    #expect(run.succeeded)
    #expect(try WarderRun(run).result().stdoutText == "hello\n")
  }

  @Test func standardStreamsThatAreClosedAreNoTrap() async throws {
    let task = try TaskDirectory(script: "echo hello; echo trouble >&2\n", named: "script.sh")
    let run = try await shell(task, "<&- 2>&-")
    #expect(run.succeeded)
    let result = try WarderRun(run).result()
    #expect(result.stdoutText == "hello\n")
    #expect(result.stderrText == "trouble\n")
  }

  @Test func bothEndsOfTruncatedOutputAreKept() async throws {
    let task = try TaskDirectory(script: "seq 100000\n", named: "script.sh")
    let result = try await WarderInit(["--stdout-limit", "10Ki"]).run(task).result()
    let totals = try #require(result.exit?.stdout)
    #expect(totals.bytes == 10 * 1024)
    #expect(totals.bytes + totals.droppedBytes == 588_895)
    #expect(result.stdoutText.hasPrefix("1\n2\n3\n"))
    #expect(result.stdoutText.hasSuffix("\n99999\n100000\n"))
    #expect(result.events.contains { $0.frame.type == "truncated" })
    #expect(result.isComplete)
  }

  @Test func silenceIsFilledWithHeartbeats() async throws {
    let task = try TaskDirectory(script: "sleep 1\n", named: "script.sh")
    let result = try await WarderInit(["--heartbeat", "100ms"]).run(task).result()
    #expect(result.events.count(where: { $0.frame.type == "heartbeat" }) >= 5)
    let silent = try await WarderInit(["--heartbeat", "0"]).run(task).result()
    #expect(silent.events.isEmpty)
  }
}
