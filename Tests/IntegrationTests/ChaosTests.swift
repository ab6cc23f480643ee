import Foundation
import RandomInput
import TestSupport
import Testing

/// Whatever is killed and whoever leaves, and when: the log is a beginning of a true one, the verdict is there, and nothing
/// is left.
@Suite("Chaos") struct ChaosTests {
  @Test(arguments: 0..<Chaos.runs) func aPlainProcess(number: Int) async throws {
    let seed = Chaos.seed + UInt64(number)
    let plan = Plan(seed: seed)
    let marker = "warder-chaos-" + randomName()
    let task = try TaskDirectory("chaos.py", in: "Tests/ContainerTests/Endurance")
    let directory = try TemporaryPath(permissions: 0o700)
    let message = try TemporaryPath(file: [], permissions: 0o666)
    var warder = WarderInit(
      ["--timeout", "1s", "--grace", "100ms", "--termination-message", message.path],
      scriptArguments: [marker, "\(seed % 1_000_000_000)"])
    // The shell's subshell becomes the supervisor; its reader may leave early.
    let reader = plan.readerLeavesAfter.map { "timeout -s KILL \(Double($0) / 1000) cat" } ?? "cat"
    warder.wrapper = [
      "/bin/bash", "-c", "(echo $BASHPID > \"$0/pid\"; exec \"$@\") | \(reader) > \"$0/log\"; exit ${PIPESTATUS[0]}",
      directory.path,
    ]
    _ = try await warder.run(task) { _ in
      var choose = SeededGenerator(seed: seed ^ 0xC0FFEE)
      var passed = 0
      for action in plan.actions {
        try await Task.sleep(for: .milliseconds(action.at - passed))
        passed = action.at
        switch action.kind {
        case .killOne: Chaos.killOne(marked: marker, &choose)
        case .cancel:
          guard let text = try? String(contentsOfFile: directory.path + "/pid", encoding: .utf8),
            let supervisor = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
          else { continue }
          // Gone by now, perhaps; its number is not given to another within a second.
          _ = kill(supervisor, SIGTERM)
        }
      }
    }
    let log = try Array(Data(contentsOf: URL(fileURLWithPath: directory.path + "/log")))
    let problems = Chaos.problems(
      log: log, message: try message.contents, readerLeft: plan.readerLeavesAfter != nil, supervisorWasKilled: false)
    #expect(problems.isEmpty, "CHAOS_SEED=\(seed) CHAOS_RUNS=1: \(plan)")
    #expect(ProcessTable.scripts(marked: marker).isEmpty, "CHAOS_SEED=\(seed) CHAOS_RUNS=1: \(plan)")
  }

  /// What happens to a run, by its seed.
  struct Plan {
    enum Kind { case killOne, cancel }
    var actions: [(at: Int, kind: Kind)] = []
    var readerLeavesAfter: Int?

    init(seed: UInt64) {
      var choose = SeededGenerator(seed: seed)
      for _ in 0..<Int.random(in: 0...3, using: &choose) {
        actions.append((Int.random(in: 0...900, using: &choose), choose.oneIn(3) ? .cancel : .killOne))
      }
      actions.sort { $0.at < $1.at }
      if choose.oneIn(3) { readerLeavesAfter = Int.random(in: 1...900, using: &choose) }
    }
  }
}
