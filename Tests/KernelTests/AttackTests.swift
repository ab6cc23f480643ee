import Foundation
import TestSupport
import Testing
import WarderFrames

/// The attacks of the container tests where there is no Landlock, so no signal scope, and no outer filter.
@Suite("What a hostile script tries on another kernel", .needsKernel)
struct AttackTests {
  /// What this kernel does not have.
  private static let missing = ["landlock", "signal_scope"]
  /// The shell scripts among them start a program of the test image, and a set-user-ID program is not to be had either: the
  /// machine's root is this machine's own.
  private static let attacks = Attack.all.filter { !$0.needsPrivileges && $0.script.hasSuffix(".py") }

  private static func run(_ attack: Attack, without layers: [String] = [], isProcessOne: Bool = true) throws -> GuestRun
  {
    let task = try TaskDirectory(attack.script, in: "Tests/ContainerTests/Attacks")
    let options =
      layers.isEmpty
      ? requiredWithoutLandlock : ["--require", "rlimits", "--disable", layers.joined(separator: ",")]
    var run = GuestRun(task, options + attack.options, scriptArguments: attack.arguments)
    run.environment = ["DATABASE_PASSWORD": "hunter2"]
    run.isProcessOne = isProcessOne
    return run
  }

  @Test("fails where a layer is left that holds it, and succeeds where none is", arguments: [true, false])
  func remainingLayersHold(asProcessOne: Bool) async throws {
    // What else it attacks does not depend on the supervisor's number.
    let attacks = Self.attacks.filter { asProcessOne || $0.threat.contains("supervisor") }
    let results = try await VirtualMachine.run(attacks.map { try Self.run($0, isProcessOne: asProcessOne) })
    for (attack, run) in zip(attacks, results) {
      let result = try run.run.result()
      // An attack that was ended, or that ended the supervisor, has told us nothing.
      #expect(result.reason == .exited, "\(attack): \(run.run.logText)")
      let report = try AttackReport(of: result)
      #expect(report.ways.count >= attack.getsDone.count)
      let isHeld = attack.heldBy.contains { !Self.missing.contains($0) }
      #expect(report.succeeded == !isHeld, "\(attack): \(report.ways)")
    }
  }

  /// The one layer that is left against these, and nothing else.
  @Test(
    "succeeds once its last defence is off",
    arguments: ["signal_supervisor.py", "supervisor_files.py", "limit_supervisor.py", "reschedule_supervisor.py"])
  func lastDefence(_ script: String) async throws {
    let attack = try #require(Self.attacks.first { $0.script == script })
    let remaining = attack.heldBy.filter { !Self.missing.contains($0) }
    let runs = try await VirtualMachine.run(
      [true, false].map { try Self.run(attack, without: remaining, isProcessOne: $0) })
    for run in runs {
      let report = try AttackReport(of: try run.run.result())
      for way in attack.getsDone {
        let outcome = report.ways[way] ?? "<not tried>"
        #expect(!AttackReport.refusals.contains(outcome) && !outcome.hasPrefix("<"), "\(way): \(outcome)")
      }
    }
  }

  /// Without a signal scope the filter's rules on arguments are what stands between a script and these two. Signals that get
  /// through do not cancel, though: they say whom they come from.
  @Test("forge a cancellation, and kill a supervisor that is not process 1")
  func signals() async throws {
    let attack = try #require(Self.attacks.first { $0.script == "signal_supervisor.py" })
    func run(_ signal: String, without layers: [String], isProcessOne: Bool) throws -> GuestRun {
      var run = try Self.run(attack, without: layers, isProcessOne: isProcessOne)
      run.scriptArguments = [signal, "1"]
      return run
    }
    let runs = try await VirtualMachine.run([
      try run("SIGTERM", without: [], isProcessOne: true),
      try run("SIGKILL", without: [], isProcessOne: false),
      try run("SIGTERM", without: ["seccomp"], isProcessOne: true),
      try run("SIGKILL", without: ["seccomp"], isProcessOne: false),
    ])
    for defended in runs[...1] {
      let result = try defended.run.result()
      #expect(result.reason == .exited)
      #expect(try !AttackReport(of: result).succeeded)
    }
    let signalled = try runs[2].run.result()
    #expect(signalled.reason == .exited)
    #expect(try AttackReport(of: signalled).succeeded)
    #expect(try runs[3].run.result().reason == .lost)
    #expect(runs[3].run.end == .exited(128 + SIGKILL))
  }
}
