import Foundation
import TestSupport
import Testing

/// `--check` in good containers and in bad ones: each planted fault is found, and nothing else.
@Suite("Checking a container", .needsContainers)
struct CheckTests {
  /// What a machine of the tests may lack without fault of the container: cgroups without limits, hardware without a quota.
  private static let machines: Set<String> = ["memory limit", "process limit", "CPU limit", "/tmp"]

  struct Planted: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The findings that are not `pass`, with their status, besides those of the machine.
    let found: [String: String]
    let plant: @Sendable (inout Container) -> Void
  }

  static let planted: [Planted] = [
    Planted(testDescription: "nothing", found: [:]) { _ in },
    // Without the capability to become somebody else it stays root, and no task would start.
    Planted(
      testDescription: "root without capabilities",
      found: [
        "user": "fail", "layer: capabilities": "fail", "confinement": "fail", "runtime python": "fail",
        "runtime bash": "fail", "runtimes": "fail",
      ]
    ) { $0.user = .root },
    Planted(
      testDescription: "capabilities and privileges",
      found: ["user": "fail", "capabilities": "fail", "privileges": "warn"]
    ) {
      $0.user = .root
      $0.hasDefaultCapabilities = true
      $0.mayGainPrivileges = true
    },
    Planted(testDescription: "no outer filter", found: ["outer seccomp": "fail"]) { $0.outerFilter = .none },
    Planted(testDescription: "no termination log", found: ["termination log": "warn"]) { $0.hasTerminationLog = false },
    Planted(testDescription: "a service-account token", found: ["service account": "warn"]) {
      $0.mounts["/var/run/secrets/kubernetes.io/serviceaccount"] = $0.mounts.removeValue(forKey: "/secret")
    },
    Planted(testDescription: "a token that the script can read", found: ["service account": "fail"]) {
      let directory = "/var/run/secrets/kubernetes.io/serviceaccount"
      $0.mounts[directory] = $0.mounts.removeValue(forKey: "/secret")
      $0.options += ["--read", directory]
    },
    Planted(
      testDescription: "Landlock off: the secret can be read, the termination log written",
      found: [
        "layer: landlock": "warn", "script: volumes": "fail", "script: writing": "fail",
      ]
    ) { $0.options += ["--disable", "landlock"] },
    Planted(
      testDescription: "seccomp off",
      found: ["layer: seccomp": "warn", "script: sockets": "fail", "refused calls": "warn"]
    ) { $0.options += ["--seccomp", "unconfined"] },
    Planted(testDescription: "a writable root", found: ["root": "warn"]) { $0.hasReadOnlyRoot = false },
    Planted(
      testDescription: "the machine's processes", found: ["process 1": "warn", "processes": "warn"]
    ) { $0.furtherOptions += ["--pid", "host"] },
    Planted(testDescription: "the network: all", found: ["script: sockets": "warn"]) {
      $0.options += ["--network", "all"]
    },
    Planted(testDescription: "a required layer switched off", found: ["layer: supervisor": "warn"]) {
      $0.options += ["--disable", "supervisor"]
    },
  ]

  @Test(arguments: planted) func findsWhatIsWrongAndNothingElse(_ planted: Planted) async throws {
    let secret = try TemporaryPath(permissions: 0o755)
    try Data("hunter2".utf8).write(to: URL(fileURLWithPath: secret.path + "/token"))
    var container = Container(.python, ["--check=json"])
    container.mounts["/secret"] = secret.path
    planted.plant(&container)
    let run = try await container.run(nil)
    withExtendedLifetime(secret) {}

    let report = try JSONDecoder().decode(Report.self, from: Data(run.log))
    var bad: [String: String] = [:]
    for check in report.checks where check.status != "pass" && !Self.machines.contains(check.name) {
      bad[check.name] = check.status
    }
    #expect(bad == planted.found, "\(report.checks.filter { $0.status != "pass" })")
    #expect(report.checks.count > 25)
    #expect(run.end == .exited(bad.values.contains("fail") ? 1 : 0))
  }

  @Test func printsATable() async throws {
    let run = try await Container(.python, ["--check"]).run(nil)
    #expect(run.end == .exited(0))
    #expect(run.logText.contains("pass  process 1"))
    #expect(run.logText.contains("0 failed\n"))
    for line in run.logText.split(separator: "\n") { #expect(line.utf8.count <= 80, "\(line)") }
  }

  @Test func misuseIsSaidInWords() async throws {
    let run = try await ProcessCommand(WarderInit.binary, ["--check", "--tmeout", "3s"]).run()
    #expect(run.end == .exited(2))
    #expect(run.errorText.contains("--timeout"))
    let form = try await ProcessCommand(WarderInit.binary, ["--check=xml"]).run()
    #expect(form.end == .exited(2))
    #expect(form.errorText.contains("json"))
  }

  private struct Report: Decodable {
    let checks: [Check]
    struct Check: Decodable {
      let name: String
      let status: String
      let found: String
    }
  }
}
