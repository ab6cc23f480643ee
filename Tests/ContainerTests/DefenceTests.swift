import Foundation
import TestSupport
import Testing
import WarderFrames

/// Each attack in the container, behind its defences and without them.
@Suite("What a hostile script tries", .needsContainers)
struct DefenceTests {
  /// How much the platform helps.
  enum Surroundings: CaseIterable, CustomTestStringConvertible {
    /// A restricted pod's.
    case restricted
    /// No seccomp profile, privileges to be gained, a bounding set that is not empty: Warder alone has to hold.
    case careless

    var testDescription: String { self == .restricted ? "in a restricted pod" : "with nothing but Warder to hold it" }
  }

  @Test("fails", arguments: Attack.all, Surroundings.allCases)
  func attackFails(_ attack: Attack, _ surroundings: Surroundings) async throws {
    var container = try Self.container(for: attack)
    if surroundings == .careless {
      container.container.outerFilter = .none
      container.container.hasDefaultCapabilities = true
      container.container.mayGainPrivileges = true
    }
    let (report, result) = try await Self.run(attack, container)
    #expect(!report.succeeded, "\(report.ways)")
    #expect(report.ways.count >= attack.getsDone.count)
    // An attack that was ended, or that ended the supervisor, has told us nothing.
    #expect(result.reason == .exited)
    #expect(result.exitCode == 0)
  }

  @Test("succeeds once its defence is off", arguments: Attack.all)
  func attackSucceedsUndefended(_ attack: Attack) async throws {
    var container = try Self.container(for: attack)
    container.container.options += ["--disable", attack.heldBy.joined(separator: ",")]
    if attack.alsoRefusedByPlatform { container.container.outerFilter = .none }
    if attack.needsPrivileges {
      container.container.hasDefaultCapabilities = true
      container.container.mayGainPrivileges = true
    }
    let (report, _) = try await Self.run(attack, container)
    #expect(report.succeeded, "\(report.ways)")
    for way in attack.getsDone {
      let outcome = report.ways[way] ?? "<not tried>"
      #expect(!AttackReport.refusals.contains(outcome) && !outcome.hasPrefix("<"), "\(way): \(outcome)")
    }
  }

  /// Attacks that two walls hold, each by itself.
  @Test(
    "fails with one of two walls gone",
    arguments: [
      ("tcp_connect.py", "seccomp"), ("tcp_connect.py", "landlock"),
      ("supervisor_files.py", "landlock"), ("supervisor_files.py", "non_dumpable"),
      ("share_memory.sh", "landlock"), ("share_memory.sh", "non_dumpable"),
      ("trace_supervisor.py", "seccomp"), ("trace_supervisor.py", "landlock"),
      ("signal_supervisor.py", "signal_scope"),
    ])
  func attackFailsAtTheSecondWall(_ script: String, without layer: String) async throws {
    let attack = try #require(Attack.all.first { $0.script == script })
    var container = try Self.container(for: attack)
    container.container.options += ["--disable", layer]
    let (report, _) = try await Self.run(attack, container)
    #expect(!report.succeeded, "\(report.ways)")
  }

  @Test("network all opens IP sockets and nothing else")
  func networkIsAChoice() async throws {
    let attack = try #require(Attack.all.first { $0.script == "ip_socket.py" })
    var container = try Self.container(for: attack)
    container.container.options += ["--network", "all"]
    let (report, _) = try await Self.run(attack, container)
    for way in ["AF_INET stream", "AF_INET datagram", "AF_INET6 stream", "AF_INET6 datagram"] {
      #expect(report.ways[way] == "OK", "\(way)")
    }
    for way in ["AF_INET raw", "AF_PACKET", "AF_ALG", "AF_VSOCK", "AF_VSOCK with an upper bit"] {
      #expect(AttackReport.refusals.contains(report.ways[way] ?? ""), "\(way)")
    }
  }

  /// A process of the same user that does not belong to the script: a probe, or somebody's `kubectl exec`.
  @Test("read the environment of an exec session", arguments: [true, false])
  func siblings(defended: Bool) async throws {
    var container = Container(.test, defended ? [] : ["--disable", "landlock,signal_scope"])
    container.environment = ["DATABASE_PASSWORD": "hunter2"]
    let task = try TaskDirectory("siblings.py", in: "Tests/ContainerTests/Attacks")
    let run = try await container.run(task) { running in
      try await running.waitUntilRunning()
      _ = try await running.execute(["/usr/bin/sleep", "4"], environment: ["SESSION_TOKEN": "hunter2"])
    }
    let report = try Self.report(try run.result())
    #expect(!report.ways.isEmpty)
    #expect(report.succeeded == !defended, "\(report.ways)")
  }

  /// SIGIO with a signal of one's choice looks as if it came from the kernel, and kills where process 1 is not protected
  /// by being process 1.
  @Test("kill a supervisor that is not process 1")
  func killSupervisor() async throws {
    let attack = ["--", "SIGKILL", "1"]
    let runs = try await SupervisorLoop.run(
      TaskDirectory("signal_supervisor.py", in: "Tests/ContainerTests/Attacks"),
      [attack, ["--disable", "seccomp,landlock,signal_scope"] + attack])

    let defended = try runs[0].result()
    #expect(defended.reason == .exited)
    #expect(try !Self.report(defended).succeeded)

    #expect(try runs[1].result().reason == .lost)
    #expect(runs[1].end == .exited(128 + SIGKILL))
  }

  @Test("forge a cancellation, by every way to send SIGTERM")
  func forgeCancellation() async throws {
    let attack = try #require(Attack.all.first { $0.script == "signal_supervisor.py" })
    var container = try Self.container(for: attack)
    container.container.scriptArguments = ["SIGTERM", "1"]
    let (report, result) = try await Self.run(attack, container)
    #expect(!report.succeeded, "\(report.ways)")
    #expect(result.reason == .exited)
  }

  /// An abstract socket belongs to a network namespace, which the containers of a pod share.
  @Test("connect to somebody else's abstract socket", arguments: [true, false])
  func abstractSocket(defended: Bool) async throws {
    let name = "warder-test-" + randomName()
    let listening = """
      import socket, sys, time
      endpoint = socket.socket(socket.AF_UNIX); endpoint.bind("\\0" + sys.argv[1]); endpoint.listen(); time.sleep(60)
      """
    let listener = Task {
      try await ProcessCommand("/usr/bin/env", ["python3", "-c", listening, name]).run()
    }
    defer { listener.cancel() }
    try await waitUntil("the listener is there") {
      try String(contentsOfFile: "/proc/net/unix", encoding: .utf8).contains(name)
    }
    let warder = WarderInit(defended ? [] : ["--disable", "landlock,signal_scope"], scriptArguments: [name])
    let run = try await warder.run(TaskDirectory("abstract_socket.py", in: "Tests/ContainerTests/Attacks"))
    let report = try Self.report(run.result())
    #expect(report.succeeded == !defended, "\(report.ways)")
  }

  /// Whoever starts the supervisor may have forgotten to close something: here a file and a high number.
  @Test("inherit a descriptor", arguments: [true, false])
  func descriptors(defended: Bool) async throws {
    let opening = ["/bin/bash", "-c", "exec 7</etc/passwd 200>/dev/null; exec \"$@\"", "bash"]
    let task = try TaskDirectory("inherited.py", in: "Tests/ContainerTests/Attacks")
    if defended {
      var warder = WarderInit()
      warder.wrapper = opening
      let report = try Self.report(try await warder.run(task).result())
      #expect(!report.succeeded, "\(report.ways)")
    } else {
      // Without Warder between them, so that the attack is known to find what there is.
      let words = opening + ["/usr/bin/env", "python3", task.path + "/script.py"]
      let run = try await ProcessCommand(words[0], Array(words.dropFirst())).runSuccessfully()
      let report = try JSONDecoder().decode(AttackReport.self, from: Data(run.output))
      #expect(report.ways["descriptors"] == "OK")
    }
  }

  @Test("in a pod, read its secret and its environment")
  func secretsOfPod() async throws {
    let attacks = "Tests/ContainerTests/Attacks/"
    var files: [String: String] = [:]
    for (name, source) in ["attack.py": "attack.py", "script.py": "read_secret.py"] {
      files[name] = try String(contentsOfFile: Repository.path(attacks + source), encoding: .utf8)
    }
    var pod = Pod(.python, files: files, arguments: ["--", "/etc/db-credentials/password"])
    let held = try Self.report(try await pod.run().result())
    #expect(!held.succeeded, "\(held.ways)")

    pod.arguments = ["--disable", "landlock,signal_scope"] + pod.arguments
    let open = try Self.report(try await pod.run().result())
    #expect(open.ways["/etc/db-credentials/password"] == "OK", "\(open.ways)")

    pod.files["script.py"] = try String(contentsOfFile: Repository.path(attacks + "inherited.py"), encoding: .utf8)
    pod.arguments = ["--", "DATABASE_PASSWORD"]
    let inherited = try Self.report(try await pod.run().result())
    #expect(!inherited.succeeded, "\(inherited.ways)")
  }

  @Test("programs that the script wrote itself run, and get no more than it does")
  func ownProgramsRun() async throws {
    let attack = try #require(Attack.all.first { $0.script == "execute_own.py" })
    let (report, _) = try await Self.run(attack, try Self.container(for: attack))
    #expect(Set(report.ways.values) == ["<ran, and got nothing>"], "\(report.ways)")
  }

  // MARK: -

  /// A container and what is mounted into it, which must live as long.
  struct Prepared {
    var container: Container
    let secret: TemporaryPath
  }

  static func container(for attack: Attack) throws -> Prepared {
    let secret = try TemporaryPath(permissions: 0o755)
    try Data("hunter2".utf8).write(to: URL(fileURLWithPath: secret.path + "/password"))
    var container = Container(.test, attack.options, scriptArguments: attack.arguments)
    container.environment = ["DATABASE_PASSWORD": "hunter2"]
    container.writableDirectories = ["/data"]
    for directory in Attack.secrets { container.mounts[directory] = secret.path }
    return Prepared(container: container, secret: secret)
  }

  static func run(_ attack: Attack, _ prepared: Prepared) async throws -> (AttackReport, RunResult) {
    let task = try TaskDirectory(attack.script, in: "Tests/ContainerTests/Attacks")
    let run = try await prepared.container.run(task)
    withExtendedLifetime(prepared) {}
    let result = try run.result()
    return (try report(result), result)
  }

  static func report(_ result: RunResult) throws -> AttackReport {
    try AttackReport(of: result)
  }
}
