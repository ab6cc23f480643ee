import TaskModel
import Testing
import WarderFrames

@testable import ToolCommands

@Suite("Remarks on a run") struct RunRemarksTests {
  private func result(
    isolation: [WarderFrames.IsolationLayer] = [], denied: [DeniedCall] = [], exitCode: Int64? = 1, hasExit: Bool = true
  ) -> RunResult {
    var assembler = RunAssembler()
    let start = StartFrame(
      version: "1", run: "r", runtime: "python", script: .init(path: "s", bytes: 1, sha256: ""), limits: [],
      isolation: isolation, startedAt: "")
    func add(_ sequence: UInt64, _ body: FrameBody) {
      assembler.add(.frame(Frame(sequence: sequence, time: FrameTime(microseconds: 0), body: body)))
    }
    add(0, .start(start))
    if hasExit {
      add(
        1,
        .exit(ExitFrame(reason: .exited, exitCode: exitCode, durationMilliseconds: 1, denied: denied, message: "")))
    }
    return assembler.results[0]
  }

  @Test("walls that are missing are told, watches that are weaker by the engine's nature are not")
  func isolation() {
    let layers = [
      WarderFrames.IsolationLayer("seccomp", .active), .init("landlock", .degraded, details: [Field("reason", "why")]),
      .init("memory_watch", .degraded), .init("disk_watch", .unavailable), .init("cpu_watch", .disabled),
      .init("environment", .disabled),
    ]
    #expect(
      RunRemarks.remarks(on: result(isolation: layers), engine: .process) == [
        "isolation: landlock is degraded: why", "isolation: disk_watch is unavailable",
        "isolation: environment is disabled",
      ])
    #expect(RunRemarks.remarks(on: result(isolation: layers, hasExit: false), engine: .process) == [])
  }

  @Test("a script that failed for want of a Unix socket is told of an engine that has them")
  func sockets() {
    let denied = [DeniedCall(syscall: "socket", family: "AF_UNIX", count: 1)]
    #expect(RunRemarks.remarks(on: result(denied: denied), engine: .process).count == 1)
    #expect(RunRemarks.remarks(on: result(denied: denied), engine: .bubblewrap) == [])
    #expect(RunRemarks.remarks(on: result(denied: denied, exitCode: 0), engine: .process) == [])
    let network = [DeniedCall(syscall: "socket", family: "AF_INET", count: 1)]
    #expect(RunRemarks.remarks(on: result(denied: network), engine: .process) == [])
  }

  @Test("a key is taken out of the words of a command line, and nothing else")
  func withoutKey() throws {
    let words = ["--timeout", "1s", "--memory=1Gi", "--env=A=--timeout", "--timeout=2s", "--env", "B=1"]
    #expect(FlagWords.without(.timeout, words) == ["--memory=1Gi", "--env=A=--timeout", "--env", "B=1"])
    #expect(FlagWords.without(.environment, words) == ["--timeout", "1s", "--memory=1Gi", "--timeout=2s"])
    #expect(FlagWords.without(.grace, words) == words)
    // A flag without its value is left for warder-init to complain of.
    #expect(FlagWords.without(.grace, ["--timeout"]) == ["--timeout"])
  }
}
