import Foundation
import TestSupport
import Testing
import WarderFrames

/// Supervisors that are not process 1, neighbours of the same user, and signals that are to hide others.
@Suite("Neighbours", .needsContainers)
struct NeighbourTests {
  private static let attacks = "Tests/ContainerTests/Attacks"

  @Test("look into another container in a shared process namespace, and signal it", arguments: [true, false])
  func sharedProcessNamespace(defended: Bool) async throws {
    let neighbour = try await RunningContainer.neighbour(
      .python, command: ["/usr/bin/sleep", "600"], environment: ["SESSION_TOKEN": "hunter2"])
    let outcome: Result<WarderRun, any Error>
    do {
      var container = Container(.test, defended ? [] : ["--disable", "seccomp,landlock,signal_scope"])
      container.processNamespace = neighbour
      let run = try await container.run(TaskDirectory("siblings.py", in: Self.attacks))
      // Whatever the supervisor kills in the end, it is not process 1 and the neighbour is none of its own.
      #expect(try await neighbour.isRunning)
      outcome = .success(run)
    } catch { outcome = .failure(error) }
    try await neighbour.remove()

    let report = try DefenceTests.report(outcome.get().result())
    let ways = report.ways
    #expect(ways.count >= 7, "\(ways)")
    if defended {
      #expect(!report.succeeded, "\(ways)")
    } else {
      for way in ["environ", "maps", "signal", "limit", "priority"] {
        #expect(ways.first { $0.key.hasPrefix(way) }?.value == "OK", "\(way): \(ways)")
      }
    }
  }

  /// What is aimed at the supervisor finds it whatever its number is.
  private static let aimed = [
    "supervisor_files.py", "trace_supervisor.py", "signal_supervisor.py", "reschedule_supervisor.py",
    "limit_supervisor.py", "upper_half.py",
  ]

  @Test("attack a supervisor that is not process 1", arguments: [true, false])
  func notProcessOne(defended: Bool) async throws {
    let defences = "seccomp,non_dumpable,landlock,signal_scope"
    let runs = try await SupervisorLoop.run(
      TaskDirectory(Self.aimed[0], in: Self.attacks),
      Self.aimed.map { (defended ? [] : ["--disable", defences]) + ["--script", "/task/\($0)"] })
    for (script, run) in zip(Self.aimed, runs) {
      let result = try run.result()
      let report = try DefenceTests.report(result)
      #expect(report.succeeded == !defended, "\(script): \(report.ways)")
      #expect(report.ways.count > 2)
      if defended { #expect(result.reason == .exited, "\(script)") }
    }
  }

  @Test("hide a cancellation in a flood of the script's own signals", arguments: [true, false])
  func floodOfSignals(defended: Bool) async throws {
    // A flood hides nearly every signal, not every one.
    for _ in 1...(defended ? 1 : 4) {
      let marker = "warder-test-" + randomName()
      let container = Container(
        .python,
        ["--timeout", "6s", "--grace", "200ms"] + (defended ? [] : ["--disable", "seccomp,landlock,signal_scope"]),
        scriptArguments: [marker])
      let run = try await container.run(TaskDirectory("flood_cancellation.py", in: Self.attacks)) { running in
        try await waitUntil("the flood has begun") { ProcessTable.scripts(marked: marker).count > 4 }
        try await Task.sleep(for: .milliseconds(300))
        try await running.signal("TERM")
      }
      let result = try run.result()
      #expect(try DefenceTests.report(result).succeeded == !defended)
      if defended {
        #expect(result.reason == .cancelled)
      } else if result.reason == .timeout {
        return
      }
    }
    if !defended { Issue.record("no flood hid the one signal that came from outside") }
  }

  /// The loop must not depend on anything that a process can make slow for those who ask about it. How long others wait
  /// differs too much from kernel to kernel, and with the machine's load, to be asserted here.
  @Test("keep the deadline although the script locks its own memory map")
  func lockedMemoryMap() async throws {
    let container = Container(.python, ["--timeout", "3s", "--grace", "0s"])
    let result = try await container.run(TaskDirectory("slow_memory.py", in: Self.attacks)).result()
    #expect(result.reason == .timeout)
    #expect(result.stdoutText == "started\n")
    #expect(3_000...20_000 ~= (try #require(result.exit).durationMilliseconds))
  }

  @Test("cancel the own task by the signal that a child's end sends its parent")
  func exitSignal() async throws {
    for _ in 1...2 {
      let result = try await Container(.python).run(TaskDirectory("exit_signal.py", in: Self.attacks)).result()
      #expect(result.reason == .exited)
      #expect(result.exitCode == 0)
      #expect(result.stdoutText == "a child's end sends its parent SIGTERM\nstill here\n")
    }
  }
}
