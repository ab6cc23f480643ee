import Foundation
import TestSupport
import Testing

/// `warder check` without a subject: it says of each engine whether it can be used, and that is what `warder run` finds.
@Suite("This machine") struct MachineCheckTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      let severity: String
      let rule: String
      let reason: String
      let fix: String?
    }

    let errors: Int
    let warnings: Int
    let findings: [Finding]

    subscript(_ rule: String) -> Finding? { findings.first { $0.rule == "machine/" + rule } }
  }

  private func check(_ environment: [String: String] = [:]) async throws -> (Report, ProcessRun.End) {
    var tool = WarderTool(["check", "--json"])
    tool.environment = environment
    tool.timeLimit = .seconds(120)
    let run = try await tool.run()
    #expect(run.errorText == "")
    return (try JSONDecoder().decode(Report.self, from: Data(run.output)), run.end)
  }

  @Test("what is there can be used")
  func present() async throws {
    let (report, end) = try await check()
    for engine in Engines.present {
      #expect(report["engine-\(engine)"]?.severity == "pass", "\(engine): \(report["engine-\(engine)"]?.reason ?? "")")
    }
    #expect(report["engine-process"]?.reason.contains("python") == true)
    for rule in ["kernel", "landlock", "seccomp", "user-namespaces", "cgroup", "runtimes"] {
      #expect(report[rule] != nil, "\(rule)")
    }
    #expect(report.errors == report.findings.count { $0.severity == "error" })
    #expect(report.warnings == report.findings.count { $0.severity == "warning" })
    #expect(end == .exited(report.errors == 0 ? 0 : 1))
  }

  @Test("an engine that does not work is a warning with its own words: there are others")
  func broken() async throws {
    let broken = "#!/bin/sh\necho 'not today' >&2\nexit 1\n"
    let space = try Workspace(["bwrap": broken, "podman": broken, "docker": broken])
    for name in ["bwrap", "podman", "docker"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(space.path)/\(name)")
    }
    let (report, end) = try await check(["PATH": "\(space.path):/usr/bin:/bin"])
    for engine in ["bubblewrap", "podman", "docker"] {
      let finding = try #require(report["engine-\(engine)"])
      #expect(finding.severity == "warning", "\(engine): \(finding.reason)")
      #expect(finding.reason.contains("cannot be used: not today"), "\(finding.reason)")
    }
    #expect(report["engine-process"]?.severity == "pass")
    #expect(end == .exited(0))
  }

  @Test("a supervisor that does not run is an error: no engine works without it")
  func withoutSupervisor() async throws {
    let (report, end) = try await check(["WARDER_INIT": "/usr/bin/env"])
    #expect(report["engine-process"]?.severity == "error")
    #expect(end == .exited(1))
  }
}
