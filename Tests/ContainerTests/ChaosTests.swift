import Foundation
import RandomInput
import TestSupport
import Testing

/// As for a plain process; here the supervisor itself may be killed, and takes everything with it.
@Suite("Chaos in containers", .needsContainers)
struct ChaosTests {
  @Test("random kills and cancellations", arguments: 0..<max(3, Chaos.runs / 4))
  func kills(number: Int) async throws {
    let seed = Chaos.seed + UInt64(number)
    let marker = "warder-chaos-" + randomName()
    let task = try TaskDirectory("chaos.py", in: "Tests/ContainerTests/Endurance")
    let container = Container(
      .python, ["--timeout", "1s", "--grace", "100ms"], scriptArguments: [marker, "\(seed % 1_000_000_000)"])
    var choose = SeededGenerator(seed: seed)
    let killsSupervisor = choose.oneIn(5)
    let cancels = choose.oneIn(3)
    let kills = Int.random(in: 0...3, using: &choose)
    let pause = Int.random(in: 0...200, using: &choose)
    let run = try await container.run(task) { running in
      var choose = SeededGenerator(seed: seed ^ 0xC0FFEE)
      // It may be over before it is seen.
      try? await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
      for _ in 0..<kills {
        try await Task.sleep(for: .milliseconds(pause))
        Chaos.killOne(marked: marker, &choose)
      }
      if cancels { try? await running.signal("TERM") }
      if killsSupervisor { try? await running.signal("KILL") }
    }
    let problems = Chaos.problems(
      log: run.log, message: try #require(run.terminationMessage), readerLeft: false,
      supervisorWasKilled: killsSupervisor && run.end == .exited(137))
    #expect(problems.isEmpty, "CHAOS_SEED=\(seed) CHAOS_RUNS=1")
    #expect(ProcessTable.scripts(marked: marker).isEmpty, "CHAOS_SEED=\(seed) CHAOS_RUNS=1")
  }
}
