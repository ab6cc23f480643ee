import Foundation
import TestSupport
import Testing
import WarderFrames

/// The helper beside the script: what it gets, and that nothing that it does or fails to do changes the verdict.
@Suite("Relay") struct RelayTests {
  private let directory: TemporaryPath

  init() throws {
    // Not in /tmp, where the script may write; the supervisor gives up root, if it has it.
    directory = try TemporaryPath(permissions: 0o777, in: "/var/tmp")
  }

  private var got: String { directory.path + "/got" }

  private func received() throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: got))) }

  /// A relay in shell: `$1` is where it may write.
  private func relay(_ body: String) throws -> String {
    let path = directory.path + "/relay.sh"
    try Data(body.utf8).write(to: URL(fileURLWithPath: path))
    return "/bin/sh \(path) \(got)"
  }

  private func run(
    _ script: String, relay body: String, _ options: [String] = [], environment: [String: String] = [:],
    whileRunning: @escaping @Sendable (Int32) async throws -> Void = { _ in }
  ) async throws -> WarderRun {
    var warder = WarderInit(["--relay", try relay(body)] + options)
    warder.environment.merge(environment) { $1 }
    return try await warder.run(TaskDirectory(script: script, named: "script.sh"), whileRunning: whileRunning)
  }

  private static let keeping = "exec cat >$1"

  private func relayEvents(_ result: RunResult) -> [[Field]] {
    result.events.filter { $0.frame.type == "relay" }.map(\.frame.fields)
  }

  // MARK: - What it gets

  @Test func getsTheLogByteForByte() async throws {
    let run = try await run("seq 20000; echo trouble >&2; exit 3", relay: Self.keeping)
    #expect(run.end == .exited(3))
    #expect(try received() == run.log)
    #expect(run.errors.isEmpty)
    let result = try run.result()
    #expect(result.isComplete)
    #expect(result.stdout.count == 108_894)
    #expect(relayEvents(result).isEmpty)
  }

  @Test func getsFramesWhileTheScriptRuns() async throws {
    // The script goes on only when the relay has its first output.
    let run = try await run(
      "echo first; for i in $(seq 200); do [ -e \(directory.path)/seen ] && exit 7; sleep 0.05; done",
      relay: "while read -r line; do case $line in *first*) : >$(dirname $1)/seen;; esac; done",
      ["--read", directory.path])
    #expect(run.end == .exited(7))
  }

  @Test func getsTheContainersEnvironmentAndTheScriptDoesNot() async throws {
    let run = try await run(
      "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep ^SECRET; true",
      relay: "env >$1; cat >/dev/null", environment: ["SECRET_TOKEN": "hunter2"])
    #expect(String(decoding: try received(), as: UTF8.self).contains("SECRET_TOKEN=hunter2\n"))
    let result = try run.result()
    #expect(result.exitCode == 0)
    #expect(!result.stdoutText.contains("hunter2"))
  }

  /// Every way to end has its frames, and then the end of the input.
  @Test(
    arguments: [
      ("exit 5", [String](), Reason.exited), ("sleep 60", ["--timeout", "300ms", "--grace", "0s"], .timeout),
      ("kill -9 $$", [], .signaled), ("yes", ["--output", "kill", "--stdout-limit", "1Ki"], .outputLimit),
      ("(setsid sleep 60 &) ; exit 0", [], .exited),
    ])
  func isToldOfEveryEnd(_ script: String, _ options: [String], _ reason: Reason) async throws {
    let run = try await run(script, relay: "cat >$1; echo end >>$1", options)
    let log = try received()
    #expect(log == run.log + Array("end\n".utf8))
    #expect(try run.result().reason == reason)
  }

  @Test func isToldOfATaskThatCannotBegin() async throws {
    var warder = WarderInit(["--relay", try relay(Self.keeping), "--script", "/nowhere/script.sh"])
    warder.environment["A"] = "1"
    let run = try await warder.run()
    #expect(try run.result().reason == .invalidTask)
    #expect(run.end == .exited(250))
    #expect(try received() == run.log)
  }

  @Test func isToldOfACancellation() async throws {
    let path = got
    let run = try await run("echo begun; sleep 60", relay: Self.keeping) { process in
      try await waitUntil("the script runs") {
        (try? String(contentsOfFile: path, encoding: .utf8))?.contains("begun") == true
      }
      kill(process, SIGTERM)
    }
    #expect(try run.result().reason == .cancelled)
    #expect(try received() == run.log)
  }

  @Test func filesThatComeBackAreNotLeftOut() async throws {
    let run = try await run(
      "mkdir -p out; head -c 400000 /dev/zero >out/a; head -c 500000 /dev/zero >out/b",
      relay: Self.keeping, ["--artifacts", "out"])
    #expect(try received() == run.log)
    #expect(try run.result().artifacts.count == 2)
  }

  // MARK: - What it does wrong

  @Test func oneThatNeverReadsHoldsNothingUp() async throws {
    // 6 MB of log, three times what is kept for it. It is given up on at the end.
    let run = try await run(
      "yes 0123456789012345678901234567890123456789 | head -c 4000000", relay: "exec sleep 60 >$1 2>&1",
      ["--relay-wait", "500ms"])
    #expect(run.end == .exited(0))
    let result = try run.result()
    #expect(result.isComplete)
    #expect(result.stdout.count == 4_000_000)
    let behind = try #require(relayEvents(result).first)
    #expect(behind.first == Field("state", "behind"))
    guard case .integer(let count)? = behind.last?.value else { throw TestSupportError("no count: \(behind)") }
    #expect(count > 100)
    #expect(
      String(decoding: run.errors, as: UTF8.self)
        == "warder-init: the relay did not end within 500ms of the last frame, and was killed\n")
  }

  /// It gets the beginning, a gap that the sequence shows, and the end.
  @Test func oneThatReadsLateHasStartAndExit() async throws {
    let run = try await run(
      "yes 0123456789012345678901234567890123456789 | head -c 4000000; touch /tmp/warder-done; exit 4",
      relay: "sleep 3; exec cat >$1")
    #expect(run.end == .exited(4))
    let seen = try WarderRun(log: received(), end: run.end).result()
    let whole = try run.result()
    #expect(seen.start == whole.start)
    #expect(seen.exit == whole.exit)
    #expect(seen.missingFrames > 0)
    let behind = try #require(relayEvents(whole).first)
    #expect(behind == [Field("state", "behind"), Field("left_out_frames", Int64(seen.missingFrames))])
  }

  @Test func theDeadlineHoldsBesideOneThatNeverReads() async throws {
    let run = try await run(
      "yes", relay: "exec sleep 60", ["--timeout", "1s", "--grace", "0s", "--relay-wait", "0s"])
    #expect(try run.result().reason == .timeout)
    #expect(run.end == .exited(240))
    #expect(run.duration < .seconds(45))
  }

  @Test(arguments: [("exit 3", Field("exit_code", 3)), ("kill -9 $$", Field("signal", "SIGKILL"))])
  func oneThatEndsEarlyIsToldOfInTheLog(_ body: String, _ field: Field) async throws {
    let run = try await run("sleep 2; echo after; exit 6", relay: body)
    #expect(run.end == .exited(6))
    let result = try run.result()
    #expect(relayEvents(result) == [[Field("state", "ended"), field]])
    #expect(result.stdoutText == "after\n")
    #expect(result.missingFrames == 0)
  }

  @Test func oneThatClosesItsInputIsToldOf() async throws {
    let run = try await run(
      "sleep 1; echo one; sleep 1; echo two", relay: "exec <&-; sleep 60", ["--relay-wait", "1s"])
    #expect(run.end == .exited(0))
    #expect(relayEvents(try run.result()) == [[Field("state", "closed")]])
  }

  @Test func oneThatFailsAtTheEndIsComplainedOfAndNothingElse() async throws {
    let run = try await run("exit 2", relay: "cat >$1; exit 9")
    #expect(run.end == .exited(2))
    #expect(try received() == run.log)
    #expect(String(decoding: run.errors, as: UTF8.self) == "warder-init: the relay ended with status 9\n")
  }

  @Test func oneThatCannotBeStartedIsNotTheScriptsFault() async throws {
    let task = try TaskDirectory(script: "echo ran", named: "script.sh")
    for options in [[], ["--relay-log", "replace"]] {
      let run = try await WarderInit(["--relay", "/nowhere/relay"] + options).run(task)
      #expect(run.end == .exited(253))
      let result = try run.result()
      #expect(result.reason == .internalError)
      #expect(
        result.exit?.message
          == "the supervisor failed: the relay could not be started: execve /nowhere/relay: No such file or directory "
          + "(ENOENT)")
      #expect(result.stdout.isEmpty)
    }
  }

  @Test func oneThatFloodsItsStandardErrorChangesNothing() async throws {
    let run = try await run(
      "sleep 0.5; echo done; exit 8", relay: "yes trouble | head -c 20000000 >&2; exec cat >$1")
    #expect(run.end == .exited(8))
    #expect(try received() == run.log)
    #expect(try run.result().stdoutText == "done\n")
  }

  @Test func isRefusedWhereTheScriptCouldReadItsSecrets() async throws {
    let task = try TaskDirectory(script: "echo ran", named: "script.sh")
    let options = ["--disable", "landlock", "--require", "seccomp", "--relay", try relay("echo started >$1")]
    let run = try await WarderInit(options).run(task)
    #expect(run.end == .exited(252))
    let result = try run.result()
    #expect(result.reason == .isolationUnavailable)
    #expect(result.exit?.message.contains("without it the script could read what the relay knows") == true)
    #expect(!FileManager.default.fileExists(atPath: got))
  }

  // MARK: - Its end, and the tree's

  @Test(arguments: [[String](), ["--disable", "signal_scope"]])
  func itIsNoPartOfTheTree(_ options: [String]) async throws {
    // It works for a while and has a child while the tree is killed over and over; then both are still there.
    let run = try await run(
      "for i in $(seq 20); do (setsid sleep 60 &); done; python3 -c 'while True: pass'",
      relay: "python3 -c 'for i in range(10**7): pass'; cat | cat >$1",
      ["--timeout", "4s", "--grace", "0s"] + options)
    let result = try run.result()
    #expect(result.reason == .timeout)
    #expect(try #require(result.exit).processesKilled >= 20)
    #expect(try received() == run.log)
    #expect(relayEvents(result).isEmpty)
  }

  @Test func whatItUsesIsNotTheScripts() async throws {
    let run = try await run(
      "sleep 2.5", relay: "python3 -c 'x = bytearray(200_000_000)\nfor i in range(3 * 10**7): pass'",
      ["--processes", "3", "--relay-wait", "20s", "--cpu-time", "1s", "--memory", "100Mi"])
    let exit = try #require(try run.result().exit)
    #expect(exit.reason == .exited)
    #expect(exit.cpuUserMilliseconds < 500)
    #expect(exit.maximumResidentBytes < 100_000_000)
  }

  @Test func doesNotOutliveTheSupervisor() async throws {
    let marker = "warder-relay-" + randomName()
    let program = directory.path + "/relay.py"
    try Data("import subprocess, time\nsubprocess.Popen(['/bin/sleep', '600'])\ntime.sleep(600)\n".utf8)
      .write(to: URL(fileURLWithPath: program))
    var warder = WarderInit(["--relay", "/usr/bin/python3 \(program) \(marker)"])
    warder.isTraced = false
    let script = "exec python3 -c 'import time; time.sleep(10)' script-\(marker)"
    let run = try await warder.run(TaskDirectory(script: script, named: "script.sh")) { process in
      try await waitUntil("the relay runs") { !ProcessTable.scripts(marked: marker).isEmpty }
      // The relay is bound to its supervisor in the moment after its start: by the script's, that has been done.
      try await waitUntil("the script runs") { !ProcessTable.scripts(marked: "script-" + marker).isEmpty }
      kill(process, SIGKILL)
      try await waitUntil("the relay is gone") { ProcessTable.scripts(marked: marker).isEmpty }
    }
    #expect(run.end == .signaled(SIGKILL))
  }

  // MARK: - In the log's place

  private static let replacing = ["--relay-log", "replace"]

  @Test func replacesTheLog() async throws {
    let run = try await run("echo one; seq 20000; exit 3", relay: "tee $1 | wc -l", Self.replacing)
    #expect(run.end == .exited(3))
    let frames = try WarderRun(log: received(), end: run.end)
    #expect(try frames.result().isComplete)
    #expect(try frames.result().stdout.count == 108_898)
    #expect(run.logText == "\(frames.log.count { $0 == UInt8(ascii: "\n") })\n")
  }

  /// The script keeps pace with it as with the log's reader, and nothing is left out.
  @Test func aSlowOneLosesNothingThen() async throws {
    let run = try await run(
      "yes 0123456789012345678901234567890123456789 | head -c 4000000", relay: "sleep 1; exec cat", Self.replacing)
    let result = try run.result()
    #expect(result.isComplete)
    #expect(result.stdout.count == 4_000_000)
    #expect(result.missingFrames == 0)
  }

  /// It reads a part and ends: the log has the rest, from the line on that it had begun.
  @Test(arguments: ["head -c 1000 >$1", "head -c 100000 >$1; exit 1", "head -n 1 >/dev/null; kill -9 $$", "exit 0"])
  func whatItDoesNotReadIsInTheLog(_ body: String) async throws {
    let run = try await run("seq 50000; sleep 1; echo last; exit 3", relay: body, Self.replacing)
    #expect(run.end == .exited(3))
    let seen = (try? received()) ?? []
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.stdoutText.hasSuffix("50000\nlast\n"))
    #expect(relayEvents(result).first?.first == Field("state", "ended"))
    // Together they are the whole: the first line of the log is the one that the relay had begun, or the next.
    let first = try #require(run.logText.split(separator: "\n").first)
    let complete = String(decoding: seen, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let sequence = try #require(Int(first.dropFirst(7).prefix { $0.isNumber }))
    #expect(sequence <= max(0, complete.count))
    if body.hasPrefix("head -c") { #expect(sequence == complete.count - 1) }
  }

  @Test(arguments: ["exec sleep 60", "head -c 10 >/dev/null; exec sleep 60"])
  func oneThatNeverEndsLeavesTheFramesToTheLog(_ body: String) async throws {
    let run = try await run("echo hello; exit 3", relay: body, Self.replacing + ["--relay-wait", "500ms"])
    #expect(run.end == .exited(3))
    let result = try run.result()
    #expect(result.isComplete)
    #expect(result.stdoutText == "hello\n")
  }

  @Test func oneThatFailsWithTheVerdictLeavesItToTheLog() async throws {
    let run = try await run("echo hello; exit 3", relay: "cat >$1; exit 1", Self.replacing)
    #expect(run.end == .exited(3))
    #expect(run.logText.split(separator: "\n").count == 1)
    #expect(try run.result().exitCode == 3)
  }

  @Test func theScriptMayDaemonizeAndFloodWithoutHarm() async throws {
    let run = try await run(
      "(setsid yes &); sleep 60", relay: "exec cat", Self.replacing + ["--timeout", "1s", "--grace", "100ms"])
    let result = try run.result()
    #expect(result.reason == .timeout)
    #expect(result.isComplete)
    #expect(run.end == .exited(240))
  }
}
