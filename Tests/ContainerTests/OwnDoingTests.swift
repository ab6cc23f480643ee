import Foundation
import TestSupport
import Testing
import WarderFrames

/// What a script may do to itself: it gains nothing, and what becomes of it is reported as it was.
@Suite("What a script does to itself", .needsContainers)
struct OwnDoingTests {
  private static let attacks = "Tests/ContainerTests/Attacks"

  /// A filter of the script's own, and how that ends.
  struct OwnFilter: Sendable, CustomTestStringConvertible {
    let way: String
    let reason: Reason
    var exitCode: Int64?
    var signal: String?
    let output: String

    var testDescription: String { way }

    static let all = [
      OwnFilter(way: "silent", reason: .exited, exitCode: 3, output: "before\n"),
      OwnFilter(way: "deadly", reason: .syscallViolation, signal: "SIGSYS", output: "before\n"),
      OwnFilter(way: "paralysed", reason: .signaled, signal: "SIGSEGV", output: "before\n"),
    ]
  }

  @Test("a script that blocks itself is reported truly", arguments: OwnFilter.all)
  func ownFilter(_ filter: OwnFilter) async throws {
    let result = try await Container(.python, scriptArguments: [filter.way])
      .run(TaskDirectory("filter_itself.py", in: Self.attacks)).result()
    #expect(result.reason == filter.reason)
    #expect(result.exitCode == filter.exitCode)
    #expect(result.signal == filter.signal)
    #expect(result.stdoutText == filter.output)
  }

  /// glibc falls back to clone only where clone3 does not exist.
  @Test("threads start because clone3 is ENOSYS, and would not if it were EPERM")
  func threads() async throws {
    let result = try await Container(.python, scriptArguments: ["threadless"])
      .run(TaskDirectory("filter_itself.py", in: Self.attacks)).result()
    #expect(result.stdoutText == "before\nthreads\nno threads\n")
  }

  /// Nobody can tell a SIGSYS of the filter from one that a script sends itself: the verdict is worse than the truth,
  /// never better, and its sentence says so.
  @Test("a script that sends itself SIGSYS is reported as a violation, and the message leaves it open")
  func forgedViolation() async throws {
    let script = "import os, signal\nos.kill(os.getpid(), signal.SIGSYS)\n"
    let result = try await Container(.python).run(TaskDirectory(script: script)).result()
    #expect(result.reason == .syscallViolation)
    #expect(result.signal == "SIGSYS")
    #expect(try #require(result.exit).message.contains("itself"))
  }

  @Test("being nicer and slower is allowed, and back again is not")
  func niceness() async throws {
    let script = """
      import os
      print(os.nice(5))
      try:
          os.nice(-5)
      except PermissionError:
          print("refused")
      os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
      print(os.sched_getscheduler(0) == os.SCHED_BATCH)
      """
    let result = try await Container(.python).run(TaskDirectory(script: script)).result()
    #expect(result.stdoutText == "5\nrefused\nTrue\n")
  }

  // MARK: Outliving

  /// That the ways of `LifecycleTests` work where nobody ends what is left.
  @Test("without a supervisor they do outlive the script", arguments: ["session", "daemon", "deaf", "stopped"])
  func outlives(_ way: String) async throws {
    let marker = "warder-test-" + randomName()
    let script = Repository.path("Tests/ContainerTests/Endurance/outlive.py")
    try await ProcessCommand("/usr/bin/env", ["python3", script, marker, way, "exit"]).runSuccessfully()
    let left = ProcessTable.scripts(marked: marker)
    #expect(!left.isEmpty)
    for process in left { kill(process, SIGKILL) }
  }

  @Test("without a supervisor a pipe that is held open has no end")
  func holdsPipe() async throws {
    let script = Repository.path("Tests/ContainerTests/Endurance/outlive.py")
    let marker = "warder-test-" + randomName()
    let pipeline = "python3 '\(script)' \(marker) pipes exit | timeout 8 cat >/dev/null; echo ${PIPESTATUS[*]}"
    let run = try await ProcessCommand("/bin/bash", ["-c", pipeline]).run()
    for process in ProcessTable.scripts(marked: marker) { kill(process, SIGKILL) }
    // 124: timeout had to end the reader.
    #expect(run.outputText == "0 124\n")
  }
}
