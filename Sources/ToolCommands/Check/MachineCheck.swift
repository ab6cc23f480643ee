internal import Foundation
internal import LinuxSystem
internal import TaskModel

/// `warder check` without a subject: what this machine has for each engine, found out by trying.
struct MachineCheck {
  let environment: [String: String]
  private static let subject = "this machine"

  func findings() -> [Finding] {
    kernel() + control() + engines() + programs()
  }

  private func finding(_ severity: Finding.Severity, _ rule: String, _ reason: String, _ fix: String? = nil) -> Finding
  {
    Finding(severity, rule: "machine/" + rule, subject: Self.subject, reason: reason, fix: fix)
  }

  private func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  // MARK: - Kernel

  private func kernel() -> [Finding] {
    var findings = [finding(.pass, "kernel", "Linux \(text("/proc/sys/kernel/osrelease") ?? "of unknown version")")]
    do throws(SystemCallError) {
      let abi = try Landlock.abi()
      findings.append(
        abi >= Landlock.scopeABI
          ? finding(.pass, "landlock", "Landlock ABI \(abi)")
          : finding(
            .warning, "landlock", "Landlock ABI \(abi) has no signal scope; Linux 6.12 brought it",
            "docs/kernels.md says what is lost"))
    } catch {
      findings.append(
        finding(
          .error, "landlock", "no Landlock: \(error.reason); scripts do not start unless it is relaxed",
          "boot with landlock in lsm=…, or --require capabilities,no_new_privs,seccomp,rlimits"))
    }
    let actions = text("/proc/sys/kernel/seccomp/actions_avail") ?? ""
    findings.append(
      actions.split(separator: " ").contains("user_notif")
        ? finding(.pass, "seccomp", "seccomp with notifications: refused calls are counted")
        : finding(.warning, "seccomp", "seccomp notifications are not to be seen: refused calls may not be counted"))
    return findings
  }

  private func control() -> [Finding] {
    var findings: [Finding] = []
    let namespaces = text("/proc/sys/user/max_user_namespaces").flatMap { Int($0) } ?? 0
    findings.append(
      namespaces > 0
        ? finding(.pass, "user-namespaces", "users may have up to \(namespaces) user namespaces")
        : finding(
          .warning, "user-namespaces", "users may have no user namespaces: bubblewrap needs root here",
          "sysctl user.max_user_namespaces=15000"))
    if text("/sys/fs/cgroup/cgroup.controllers") != nil {
      findings.append(finding(.pass, "cgroup", "cgroup version 2"))
    } else if FileManager.default.fileExists(atPath: "/sys/fs/cgroup/memory") {
      findings.append(
        finding(
          .warning, "cgroup", "cgroup version 1: it works, and OOM kills take single processes", "boot with cgroup v2"))
    } else {
      findings.append(
        finding(.warning, "cgroup", "no cgroup is to be seen at /sys/fs/cgroup: give memory a size of its own", nil))
    }
    return findings
  }

  // MARK: - Engines

  private func engines() -> [Finding] {
    EngineKind.allCases.map { kind in
      let rule = "engine-\(kind.rawValue)"
      do throws(EngineProbe.Problem) {
        let found = try attempt(kind)
        return finding(.pass, rule, "\(kind.rawValue): \(found)")
      } catch {
        // There is always another engine, but for the last.
        let message = EngineSelection.explain(error.message, kind)
        return finding(kind == .process ? .error : .warning, rule, "\(kind.rawValue) cannot be used: \(message)")
      }
    }
  }

  private func attempt(_ kind: EngineKind) throws(EngineProbe.Problem) -> String {
    let probe = EngineProbe(environment: environment)
    switch kind {
    case .bubblewrap:
      let found = try probe.bubblewrap()
      let words = ["--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "/bin/true"]
      try succeed(EnginePlan(engine: kind, program: found.path, supervisorArguments: words, environment: environment))
      return "\(found.path) makes its namespaces"
    case .podman, .docker:
      let client = try probe.client(kind)
      let plan = EnginePlan(
        engine: kind, program: client.path, supervisorArguments: ["info", "--format", "{{json .}}"],
        environment: environment)
      return "version " + (try Self.version(in: try succeed(plan)))
    case .process: return try supervised()
    }
  }

  /// The engine's version from what `info` says of it: docker's form or podman's, which often goes by docker's name.
  private static func version(in output: String) throws(EngineProbe.Problem) -> String {
    let info = (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any]
    let version = info?["ServerVersion"] as? String ?? (info?["version"] as? [String: Any])?["Version"] as? String
    if let version, !version.isEmpty { return version }
    let errors = (info?["ServerErrors"] as? [String])?.joined(separator: "; ")
    throw EngineProbe.Problem(message: errors ?? "it does not tell its version")
  }

  @discardableResult
  private func succeed(_ plan: EnginePlan) throws(EngineProbe.Problem) -> String {
    let outcome: BriefRun.Outcome
    do throws(EngineProcess.Problem) { outcome = try BriefRun.run(plan) } catch {
      throw EngineProbe.Problem(message: error.message)
    }
    guard outcome.succeeded else { throw EngineProbe.Problem(message: outcome.complaint) }
    return outcome.output
  }

  /// `warder-init --check` as a plain process: whether the layers that a task needs are in force and a runtime starts.
  private func supervised() throws(EngineProbe.Problem) -> String {
    let supervisor: SupervisorBinary
    do throws(SupervisorBinary.Problem) {
      supervisor = try SupervisorBinary.find(named: nil, environment: environment)
    } catch { throw EngineProbe.Problem(message: error.message) }
    var plan = EnginePlan(
      engine: .process, program: supervisor.path, supervisorArguments: ["--check=json"],
      environment: ["PATH": PodPaths.searchPath])
    if geteuid() == 0 { plan.user = EnginePlan.unprivileged }
    let outcome: BriefRun.Outcome
    do throws(EngineProcess.Problem) { outcome = try BriefRun.run(plan, seconds: 60) } catch {
      throw EngineProbe.Problem(message: error.message)
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any],
      let checks = object["checks"] as? [[String: String]]
    else { throw EngineProbe.Problem(message: outcome.complaint) }
    let needed = checks.filter { ($0["name"] ?? "").hasPrefix("layer: ") || $0["name"] == "runtimes" }
    let failing = needed.filter { $0["status"] == "fail" }
    guard failing.isEmpty else {
      let reasons = failing.map { "\($0["name"] ?? ""): \($0["found"] ?? "")" }
      throw EngineProbe.Problem(message: reasons.joined(separator: "; "))
    }
    let runtimes = checks.filter { ($0["name"] ?? "").hasPrefix("runtime ") && $0["status"] == "pass" }
    return "every required layer is in force; "
      + runtimes.compactMap { $0["name"]?.dropFirst(8) }.joined(separator: ", ") + " run under it"
  }

  private func programs() -> [Finding] {
    let probe = EngineProbe(environment: ["PATH": PodPaths.searchPath])
    let found = ["python3", "bash", "sh", "node", "ruby", "perl", "Rscript"].filter { probe.find($0) != nil }
    return [
      finding(
        found.isEmpty ? .warning : .pass, "runtimes",
        found.isEmpty ? "no interpreter was found" : "interpreters: \(found.joined(separator: ", "))",
        found.isEmpty ? "install python3 or bash, or use an image" : nil)
    ]
  }
}
