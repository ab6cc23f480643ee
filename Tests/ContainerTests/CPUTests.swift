import TestSupport
import Testing
import WarderFrames

/// CPU time counts for the whole tree, however the script hides who used it.
@Suite("CPU time", .needsContainers)
struct CPUTests {
  private static func run(_ options: [String], _ arguments: [String]) async throws -> WarderRun {
    try await Container(.python, options, scriptArguments: arguments)
      .run(TaskDirectory("burn_cpu.py", in: "Tests/ContainerTests/Endurance"))
  }

  @Test(arguments: ["alone", "ignored", "short"])
  func limit(_ way: String) async throws {
    let run = try await Self.run(["--cpu-time", "1s"], [way])
    let result = try run.result()
    #expect(result.reason == .cpuLimit)
    #expect(run.end == .exited(246))
    #expect(result.start?.isolation.first { $0.name == "cpu_watch" }?.state == .active)
  }

  @Test("without the watch each process counts for itself, and none of these is long", arguments: ["ignored", "short"])
  func switchedOff(_ way: String) async throws {
    let result = try await Self.run(
      ["--cpu-time", "1s", "--disable", "cpu_watch", "--timeout", "6s", "--grace", "0"], [way]
    ).result()
    #expect(result.reason == .timeout)
    #expect(result.start?.isolation.first { $0.name == "cpu_watch" }?.state == .disabled)
  }

  @Test("waiting costs nothing")
  func idle() async throws {
    #expect(try await Self.run(["--cpu-time", "2s"], ["idle"]).result().stdoutText == "started\ndone\n")
  }

  @Test("a plain process adds up its own tree", arguments: ["alone", "short"])
  func plainProcess(_ way: String) async throws {
    let result = try await WarderInit(["--timeout", "60s", "--cpu-time", "1s"], scriptArguments: [way])
      .run(TaskDirectory("burn_cpu.py", in: "Tests/ContainerTests/Endurance")).result()
    #expect(result.reason == .cpuLimit)
    #expect(result.start?.isolation.first { $0.name == "cpu_watch" }?.state == .degraded)
  }
}
