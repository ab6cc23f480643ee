import Foundation
import TestSupport
import Testing
import WarderFrames

/// The relay is a process of the script's own user that has credentials: everything that is tried on the supervisor is tried on
/// it too, in the restricted pod and beside a supervisor that is not process 1.
@Suite("Attacks on the relay", .needsContainers)
struct RelayDefenceTests {
  private static let attacks = "Tests/ContainerTests/Attacks"
  private static let word = "warder-relay-target"
  private static let relay = "/usr/bin/python3 /task/relay_target.py " + word

  /// What it says of itself at the end.
  private struct Witness: Decodable {
    let frames: Int
    let forged: Int
    let ended: Bool
    let signals: [Int]
    let connected: Bool
    let niceness: Int
    let policy: Int
    let limit: Int
    let secret: String?
  }

  /// Each script with what must be tried at least.
  private static let aimed = [
    "supervisor_files.py", "trace_supervisor.py", "signal_supervisor.py", "limit_supervisor.py",
    "reschedule_supervisor.py", "upper_half.py",
  ]

  private static func options(_ script: String, _ more: [String] = []) -> [String] {
    ["--relay", relay, "--env", "ATTACK_TARGET=" + word] + more + ["--script", "/task/" + script]
  }

  private static func container(_ options: [String]) -> Container {
    var container = Container(.test, options)
    container.environment = ["RELAY_SECRET": "hunter2"]
    return container
  }

  private static func witness(_ run: WarderRun) throws -> Witness {
    try JSONDecoder().decode(Witness.self, from: Data(run.errors))
  }

  private func expectUntouched(_ run: WarderRun) throws {
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == 0)
    let witness = try Self.witness(run)
    #expect(witness.ended && witness.forged == 0 && witness.signals.isEmpty && !witness.connected)
    #expect(witness.niceness == 0 && witness.policy == 0 && witness.limit == -1)
    #expect(witness.secret == "hunter2")
    #expect(witness.frames == run.log.count { $0 == UInt8(ascii: "\n") })
  }

  @Test("fail", arguments: aimed)
  func attackFails(_ script: String) async throws {
    let run = try await Self.container(Self.options(script)).run(TaskDirectory(script, in: Self.attacks))
    let report = try DefenceTests.report(run.result())
    #expect(!report.succeeded, "\(report.ways)")
    #expect(report.ways.count > 2)
    try expectUntouched(run)
  }

  @Test("fail with seccomp gone, where Landlock holds as well", arguments: aimed.prefix(3))
  func attackFailsAtLandlock(_ script: String) async throws {
    let options = Self.options(script, ["--disable", "seccomp"])
    let run = try await Self.container(options).run(TaskDirectory(script, in: Self.attacks))
    let report = try DefenceTests.report(run.result())
    // Naming an owner succeeds; what counts is that its signal does not arrive, which the relay tells.
    let ways = report.ways.filter {
      !$0.key.hasPrefix("F_SETOWN") && !$0.key.hasPrefix("FIOSETOWN") && $0.key != "SIOCSPGRP"
    }
    #expect(!ways.values.contains("OK") && ways.count > 2, "\(report.ways)")
    try expectUntouched(run)
  }

  @Test("fail without the supervisor's own scope, and process 1 spares it when it kills everybody")
  func withoutScope() async throws {
    let options = Self.options("signal_supervisor.py", ["--disable", "signal_scope"])
    let run = try await Self.container(options).run(TaskDirectory("signal_supervisor.py", in: Self.attacks))
    #expect(!(try DefenceTests.report(run.result()).succeeded))
    try expectUntouched(run)
  }

  @Test("fail beside a supervisor that is not process 1")
  func notProcessOne() async throws {
    let task = try TaskDirectory(Self.aimed[0], in: Self.attacks)
    let runs = try await SupervisorLoop.run(task, Self.aimed.map { Self.options($0) })
    for (script, run) in zip(Self.aimed, runs) {
      let result = try run.result()
      let report = try DefenceTests.report(result)
      #expect(!report.succeeded, "\(script): \(report.ways)")
      #expect(report.ways.count > 2)
      #expect(result.reason == .exited, "\(script)")
      #expect(!result.events.contains { $0.frame.type == "relay" }, "\(script)")
    }
  }

  /// The same program in the same place, and nothing that holds the script.
  @Test("succeed on a process that is no relay, once the walls are gone", arguments: aimed)
  func attackSucceedsUndefended(_ script: String) async throws {
    let walls = "seccomp,landlock,signal_scope,non_dumpable"
    var container = Self.container([
      "-c",
      "sleep 600 | \(Self.relay) & exec /warder-init --disable \(walls) --env ATTACK_TARGET=\(Self.word) "
        + "--script /task/\(script)",
    ])
    container.entryPoint = "/bin/bash"
    if script == "trace_supervisor.py" { container.outerFilter = .none }
    let run = try await container.run(TaskDirectory(script, in: Self.attacks))
    let report = try DefenceTests.report(run.result())
    #expect(report.succeeded, "\(report.ways)")
  }

  /// Its sockets: a name in the abstract namespace is everybody's who shares the network namespace.
  @Test("reach its abstract socket", arguments: [true, false])
  func abstractSocket(defended: Bool) async throws {
    var container = Self.container(Self.options("abstract_socket.py"))
    if !defended {
      container.options = [
        "-c",
        "sleep 600 | \(Self.relay) & sleep 1; exec /warder-init --disable landlock,signal_scope "
          + "--script /task/abstract_socket.py -- \(Self.word)",
      ]
      container.entryPoint = "/bin/bash"
    } else {
      container.scriptArguments = [Self.word]
    }
    let run = try await container.run(TaskDirectory("abstract_socket.py", in: Self.attacks))
    #expect(try DefenceTests.report(run.result()).succeeded == !defended)
    if defended { try expectUntouched(run) }
  }

  @Test("end it by killing everybody, forking and taking its group's name")
  func massKill() async throws {
    let script = """
      import os, signal
      target = [int(p) for p in os.listdir('/proc') if p.isdigit()
                and b'\(Self.word)' in open(f'/proc/{p}/cmdline', 'rb').read().split(b'\\0')]
      assert len(target) == 1, target
      tried = 0
      for pid in (-1, -target[0], target[0]):
          for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
              if pid == -1 and number != signal.SIGTERM: continue
              if pid == -1: signal.signal(signal.SIGTERM, signal.SIG_IGN)
              try: os.kill(pid, number)
              except OSError: tried += 1
      for thread in os.listdir(f'/proc/{target[0]}/task'):
          try: os.setpgid(0, target[0])
          except OSError: tried += 1
      print('refused', tried)
      """
    var options = ["--relay", Self.relay]
    for more in [[], ["--disable", "signal_scope"]] {
      options += more
      let files = try TaskDirectory([
        "script.py": Array(script.utf8),
        "relay_target.py": Array(
          Data(contentsOf: URL(fileURLWithPath: Repository.path(Self.attacks + "/relay_target.py")))),
      ])
      let run = try await Self.container(options + ["--script", "/task/script.py"]).run(files)
      let result = try run.result()
      #expect(result.stdoutText == "refused 8\n", "\(result.stderrText)")
      try expectUntouched(run)
    }
  }

  @Test("lose the relay to a deadline, a daemon or the memory watch")
  func sparedAtEveryEnd() async throws {
    let task = try TaskDirectory([
      "script.sh": Array("for i in 1 2 3; do (setsid yes >/dev/null &); done; sleep 60".utf8),
      "relay_target.py": Array(
        Data(contentsOf: URL(fileURLWithPath: Repository.path(Self.attacks + "/relay_target.py")))),
    ])
    for more in [[], ["--disable", "signal_scope"]] {
      let options = ["--relay", Self.relay, "--timeout", "2s", "--grace", "0s", "--script", "/task/script.sh"] + more
      let run = try await Self.container(options).run(task)
      #expect(try run.result().reason == .timeout)
      #expect(run.end == .exited(240))
      let witness = try Self.witness(run)
      #expect(witness.ended && witness.signals.isEmpty)
      #expect(try #require(run.result().exit).processesKilled >= 3)
    }
  }
}
