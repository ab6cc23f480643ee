import Foundation
import TestSupport
import Testing
import WarderFrames

/// What the log, the process and the termination message say about how a script ended.
@Suite("Verdicts", .needsContainers)
struct VerdictTests {
  private static let endurance = "Tests/ContainerTests/Endurance"

  // MARK: Exit codes

  @Test("every exit code, one container with one supervisor after another")
  func everyExitCode() async throws {
    let runs = try await SupervisorLoop.run(
      TaskDirectory("exit_with.sh", in: Self.endurance), (0...255).map { ["--", String($0)] })
    for (code, run) in zip(0...255, runs) {
      let result = try run.result()
      #expect(result.reason == .exited, "exit \(code)")
      #expect(result.exitCode == Int64(code))
      #expect(result.signal == nil)
      #expect(result.isComplete)
      // 240 to 253 are Warder's own: a script cannot forge a verdict by exiting with one.
      let expected = 240...253 ~= code ? 1 : code
      #expect(run.end == .exited(Int32(expected)), "exit \(code)")
    }
  }

  @Test("exit codes as process 1", arguments: [0, 1, 37, 239, 240, 253, 254, 255])
  func exitCodeAsProcessOne(_ code: Int) async throws {
    let task = try TaskDirectory("exit_with.sh", in: Self.endurance)
    let run = try await Container(.bash, scriptArguments: [String(code)]).run(task)
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == Int64(code))
    #expect(run.end == .exited(240...253 ~= code ? 1 : Int32(code)))
    try expectMessage(run, reason: "exited", exitCode: code)
  }

  // MARK: Signals

  /// Signals whose default is the end of the process; 32 and 33 are the C library's own, SIGSYS is the filter's.
  private static let deadly = Array(1...16) + [24, 25, 26, 27, 29, 30] + Array(34...64)

  @Test("every deadly signal, one container with one supervisor after another")
  func everySignal() async throws {
    let runs = try await SupervisorLoop.run(
      TaskDirectory("die_of.py", in: Self.endurance), Self.deadly.map { ["--", String($0)] })
    for (number, run) in zip(Self.deadly, runs) {
      let result = try run.result()
      #expect(result.reason == .signaled, "signal \(number)")
      #expect(result.exitCode == nil)
      #expect(result.signal == Self.name(number), "signal \(number)")
      #expect(result.stdoutText == "before\n")
      #expect(run.end == .exited(Int32(128 + number)))
    }
  }

  @Test("signals as process 1", arguments: [9, 11, 15])
  func signalAsProcessOne(_ number: Int) async throws {
    let task = try TaskDirectory("die_of.py", in: Self.endurance)
    let run = try await Container(.python, scriptArguments: [String(number)]).run(task)
    #expect(try run.result().reason == .signaled)
    #expect(try run.result().signal == Self.name(number))
    #expect(run.end == .exited(Int32(128 + number)))
    try expectMessage(run, reason: "signaled", exitCode: nil)
  }

  private static func name(_ number: Int) -> String {
    let names = [
      1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
      11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 16: "STKFLT", 24: "XCPU", 25: "XFSZ", 26: "VTALRM",
      27: "PROF", 29: "IO", 30: "PWR",
    ]
    return names[number].map { "SIG" + $0 } ?? (number == 34 ? "SIGRTMIN" : "SIGRTMIN+\(number - 34)")
  }

  // MARK: Ends that Warder brings about

  @Test("a timeout is kept and told")
  func timeout() async throws {
    let task = try TaskDirectory(script: "print('started', flush=True)\nimport time\ntime.sleep(60)\n")
    let run = try await Container(.python, ["--timeout", "2s", "--grace", "200ms"]).run(task)
    let result = try run.result()
    #expect(result.reason == .timeout)
    #expect(result.exitCode == nil)
    #expect(result.stdoutText == "started\n")
    #expect(run.end == .exited(240))
    let duration = try #require(result.exit).durationMilliseconds
    #expect(2_000...20_000 ~= duration)
    try expectMessage(run, reason: "timeout", exitCode: nil)
  }

  #if arch(x86_64)
    @Test("a system call of another architecture is the end")
    func violation() async throws {
      let run = try await Container(.test).run(TaskDirectory(script: "exec probe violation\n", named: "script.sh"))
      let result = try run.result()
      #expect(result.reason == .syscallViolation)
      #expect(result.signal == "SIGSYS")
      #expect(run.end == .exited(247))
    }
  #endif

  @Test(
    "an interpreter that cannot be started is no exit of the script",
    arguments: [
      ("missing", "/usr/bin/no-such-interpreter"), ("a directory", "/usr/bin"), ("no program", "/etc/passwd"),
      ("missing from PATH", "no-such-interpreter"),
    ])
  func launchFailed(_ what: String, _ program: String) async throws {
    let policy = try TemporaryPath(
      file: Array(#"{"runtimes": {"python": {"argv": ["\#(program)", "{script}"], "extensions": [".py"]}}}"#.utf8),
      permissions: 0o644)
    var container = Container(.python)
    container.mounts["/etc/warder/policy.json"] = policy.path
    let run = try await container.run(TaskDirectory(script: "print('hello')\n"))
    let result = try run.result()
    #expect(result.reason == .launchFailed)
    #expect(result.exitCode == nil)
    #expect(result.stdout.isEmpty)
    #expect(run.end == .exited(251))
    // Who reads this has to mend an image: the sentence names what was looked for.
    #expect(try #require(result.exit).message.contains(program))
    try expectMessage(run, reason: "launch_failed", exitCode: nil)
    withExtendedLifetime(policy) {}
  }

  @Test(
    "a task that cannot be run is told apart",
    arguments: [
      (["script.py": ""], "empty"), (["data.csv": "1", "other.csv": "2"], "script"),
      (["script.xyz": "echo"], "runtime"),
      (["script.py": "print(1)\n", "task.json": "{\"timeout\": \"2h\"}"], "timeout"),
      (["script.py": "print(1)\n", "task.json": "{\"seccomp\": \"unconfined\"}"], "seccomp"),
      (["script.py": "print(1)\n", "task.json": "{\"timeout\": "], "task.json"),
    ])
  func invalidTask(_ files: [String: String], _ word: String) async throws {
    let run = try await Container(.python).run(TaskDirectory(files.mapValues { Array($0.utf8) }))
    let result = try run.result()
    #expect(result.reason == .invalidTask)
    #expect(result.start == nil)
    #expect(run.end == .exited(250))
    let message = try #require(result.exit).message
    #expect(message.contains(word), "\(message)")
    try expectMessage(run, reason: "invalid_task", exitCode: nil)
  }

  @Test("a layer that the platform does not have ends the task before its first instruction, unless it is not required")
  func isolationUnavailable() async throws {
    let task = try TaskDirectory(script: "print('hello')\n")
    var container = Container(.python)
    container.outerFilter = try .runtimeDefault(without: [
      "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    ])
    let refused = try await container.run(task)
    #expect(try refused.result().reason == .isolationUnavailable)
    #expect(refused.end == .exited(252))
    #expect(try refused.result().stdout.isEmpty)
    #expect(try #require(refused.result().exit).message.contains("landlock"))

    container.options = ["--require", "seccomp,capabilities,no_new_privs,rlimits"]
    let allowed = try await container.run(task)
    #expect(try allowed.result().reason == .exited)
    #expect(try allowed.result().stdoutText == "hello\n")
    let layers = try #require(allowed.result().start).isolation
    #expect(layers.first { $0.name == "landlock" }?.state == .unavailable)
  }

  // MARK: What the process code says

  @Test(
    "exit code modes",
    arguments: [
      ("verdict", 0, 0), ("verdict", 1, 1), ("verdict", 37, 1), ("verdict", 250, 1), ("zero", 0, 0), ("zero", 37, 0),
    ])
  func exitCodeModes(_ mode: String, _ code: Int, _ expected: Int32) async throws {
    let warder = WarderInit(["--exit-code", mode], scriptArguments: [String(code)])
    let run = try await warder.run(TaskDirectory("exit_with.sh", in: Self.endurance))
    #expect(run.end == .exited(expected))
    #expect(try run.result().exitCode == Int64(code))
  }

  @Test("a supervisor that is killed leaves a log without verdict, and a message that says so")
  func lost() async throws {
    let marker = "warder-test-" + randomName()
    let task = try TaskDirectory(script: "import time\nprint('hello', flush=True)\ntime.sleep(60)\n")
    let run = try await Container(.python, scriptArguments: [marker]).run(task) { running in
      try await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
      try await running.signal("KILL")
    }
    let result = try run.result()
    #expect(result.reason == .lost)
    #expect(!result.isComplete)
    try expectMessage(run, reason: "lost", exitCode: nil)
  }

  // MARK: -

  /// The first line of the termination message is a complete verdict.
  private func expectMessage(_ run: WarderRun, reason: String, exitCode: Int?) throws {
    let message = try #require(run.terminationMessage)
    #expect(message.count <= 4_096)
    let line = try #require(message.split(separator: UInt8(ascii: "\n")).first)
    #expect(line.count <= 1_000)
    let verdict = try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    #expect(verdict["reason"] as? String == reason)
    #expect(verdict["exit_code"] as? Int == exitCode)
  }
}
