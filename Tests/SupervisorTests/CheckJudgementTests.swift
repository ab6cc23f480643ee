import Foundation
import Testing

@testable import Supervisor

/// What `--check` makes of plain facts: of good surroundings, and of each fault by itself.
@Suite("What a check says of its surroundings")
struct CheckJudgementTests {
  private typealias Finding = (name: String, status: CheckFinding.Status)

  /// A restricted pod on a recent kernel.
  static let good: CheckFacts = {
    var facts = CheckFacts()
    facts.kernel = "6.18.0"
    facts.unixSeconds = 1_800_000_000
    facts.hasUserNamespace = false
    facts.temporary = .init(isInMemory: true, sizeBytes: 64 << 20, isNoexec: false)
    facts.memoryLimitBytes = 256 << 20
    facts.processLimit = 1024
    facts.policy = ("/etc/warder/policy.json", false)
    facts.interfaces = [("lo", false), ("eth0", false)]
    facts.layers = ["capabilities", "seccomp", "landlock"].map {
      .init(name: $0, isActive: true, state: "active", reason: nil, isRequired: true)
    }
    facts.runtimes = [("python", nil)]
    return facts
  }()

  @Test func goodSurroundingsPassWhole() {
    let findings = CheckJudgement.findings(Self.good)
    #expect(findings.count > 20)
    for finding in findings { #expect(finding.status == .pass, "\(finding.name): \(finding.found)") }
  }

  /// A fault, and the one finding that it makes.
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let name: String
    let status: CheckFinding.Status
    let plant: @Sendable (inout CheckFacts) -> Void

    init(
      _ name: String, _ status: CheckFinding.Status, _ words: String,
      _ plant: @escaping @Sendable (inout CheckFacts) -> Void
    ) {
      testDescription = words
      self.name = name
      self.status = status
      self.plant = plant
    }
  }

  static let faults: [Fault] = [
    Fault("user", .fail, "root") { $0.userID = 0 },
    Fault("capabilities", .fail, "capabilities") { $0.effectiveCapabilities = "00000000a80425fb" },
    Fault("capabilities", .warn, "a bounding set") { $0.boundingCapabilities = "00000000a80425fb" },
    Fault("privileges", .warn, "privilege escalation") { $0.noNewPrivileges = false },
    Fault("user namespace", .warn, "an unreadable uid_map") { $0.hasUserNamespace = nil },
    Fault("outer seccomp", .fail, "no outer filter") { $0.hasOuterFilter = false },
    Fault("outer seccomp", .warn, "a loose outer filter") { $0.unfilteredCalls = ["unshare"] },
    Fault("clock", .warn, "1970") { $0.unixSeconds = 60 },
    Fault("root", .warn, "a writable root") { $0.rootIsReadOnly = false },
    Fault("/tmp", .fail, "no /tmp") { $0.temporary = nil },
    Fault("/tmp", .warn, "a /tmp as large as the memory limit") { $0.temporary?.sizeBytes = 256 << 20 },
    Fault("memory limit", .warn, "no memory limit") { $0.memoryLimitBytes = nil },
    Fault("process limit", .warn, "no process limit") { $0.processLimit = nil },
    Fault("CPU limit", .warn, "no CPU limit") { $0.hasProcessorQuota = false },
    Fault("termination log", .warn, "no termination log") { $0.terminationLog = .missing },
    Fault("termination log", .warn, "a read-only termination log") { $0.terminationLog = .readOnly },
    Fault("service account", .warn, "a token") { $0.tokenIsMounted = true },
    Fault("service account", .fail, "a readable token") {
      $0.tokenIsMounted = true; $0.tokenIsReadable = true
    },
    Fault("process 1", .warn, "another process 1") { $0.ownProcess = 7 },
    Fault("processes", .warn, "a shared process namespace") { $0.otherProcesses = ["pause (1)"] },
    Fault("network", .fail, "the node's network") { $0.interfaces = [("eth0", true)] },
    Fault("unix sockets", .warn, "a socket") { $0.sockets = ["/run/spire/agent.sock"] },
    Fault("unix sockets", .fail, "an engine's socket") { $0.sockets = ["/var/run/docker.sock"] },
    Fault("script: sockets", .warn, "network all") { $0.networkIsWanted = true },
    Fault("script: sockets", .fail, "sockets for the script") { $0.socketFamilies = ["AF_INET"] },
    Fault("script: writing", .fail, "a writable place") { $0.writablePlaces = ["/data"] },
    Fault("script: volumes", .fail, "a readable secret") { $0.readableVolumes = ["/etc/db-credentials"] },
    Fault("script: supervisor", .fail, "a supervisor within reach") {
      $0.reachesSupervisor = ["signal the supervisor"]
    },
    Fault("refused calls", .warn, "no listener") { $0.refusalsAreCounted = false },
    Fault("confinement", .fail, "no confined process") { $0.confinedProblem = "no" },
    Fault("configuration", .fail, "a wrong configuration") { $0.configurationProblem = "no" },
    Fault("policy", .fail, "a writable policy") { $0.policy = ("/etc/warder/policy.json", true) },
    Fault("runtime python", .fail, "a runtime that does not start") {
      $0.runtimes = [("python", "not found"), ("bash", nil)]
    },
    Fault("layer: landlock", .fail, "a required layer") {
      $0.layers[2] = .init(name: "landlock", isActive: false, state: "unavailable", reason: "no", isRequired: true)
    },
    Fault("layer: landlock", .warn, "a layer that is not required") {
      $0.layers[2] = .init(name: "landlock", isActive: false, state: "disabled", reason: nil, isRequired: false)
    },
  ]

  @Test(arguments: faults) func oneFaultIsOneFinding(_ fault: Fault) {
    var facts = Self.good
    fault.plant(&facts)
    let bad = CheckJudgement.findings(facts).filter { $0.status != .pass }
    #expect(bad.map(\.name) == [fault.name])
    #expect(bad.map(\.status) == [fault.status])
  }

  @Test func theTableFitsATerminal() {
    var facts = Self.good
    for fault in Self.faults { fault.plant(&facts) }
    let table = CheckOutput.table(CheckJudgement.findings(facts))
    for line in table.split(separator: "\n") { #expect(line.utf8.count <= 80, "\(line)") }
    #expect(table.contains("fail  user                the container was started as root"))
    #expect(table.contains("-> set readOnlyRootFilesystem: true"))
    #expect(table.hasSuffix("failed\n"))
  }

  @Test func theJSONHasWhatTheTableHas() throws {
    var facts = Self.good
    facts.userID = 0
    let findings = CheckJudgement.findings(facts)
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(CheckOutput.json(findings))) as? [String: Any])
    let checks = try #require(json["checks"] as? [[String: String]])
    #expect(checks.map { $0["name"] } == findings.map { $0.name })
    #expect(checks[0]["status"] == "fail" && checks[0]["advice"] != nil)
    #expect(json["failed"] as? Int == 1 && json["warned"] as? Int == 0)
  }

  @Test func statusFilesAreReadByKey() {
    let content = Array("Name:\tx\nCapEff:\t00000000a80425fb\nSeccomp:\t2\nSeccomp_filters:\t1\n".utf8)
    #expect(StatusFile.value(of: "CapEff", in: content) == "00000000a80425fb")
    #expect(StatusFile.value(of: "Seccomp", in: content) == "2")
    #expect(StatusFile.value(of: "Cap", in: content) == nil)
  }
}
