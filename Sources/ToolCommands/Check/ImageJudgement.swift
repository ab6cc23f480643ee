/// What an image's own description says of it.
package struct ImageDescription: Sendable {
  package var architecture = ""
  package var user = ""
  package var entryPoint: [String] = []
  /// `NAME=VALUE`.
  package var environment: [String] = []

  package init() {}
}

/// A line of `warder-init --check=json`, run in the image.
package struct InnerCheck: Equatable, Sendable {
  package let name: String
  package let status: String
  package let found: String
  package let advice: String?

  package init(name: String, status: String, found: String, advice: String?) {
    self.name = name
    self.status = status
    self.found = found
    self.advice = advice
  }
}

/// What was found out about an image, as plain values.
package struct ImageFacts: Sendable {
  package var description = ImageDescription()
  /// Of the machine that it is to run on, as Go names it.
  package var wantedArchitecture = "amd64"
  /// Files that are worth a word, see `ImageJudgement.isNotable`.
  package var files: [TarEntries.Entry] = []
  package var hasPolicy = false
  package var hasSupervisor = false
  /// What the image's warder-init calls itself; nil where it did not start.
  package var version: String?
  package var ownVersion = ""
  package var checks: [InnerCheck] = []
  /// Why there are no checks.
  package var startProblem: String?

  package init() {}
}

/// What the facts mean for somebody who wants to run untrusted scripts in the image. Pure.
package enum ImageJudgement {
  package static let policyPath = "/etc/warder/policy.json"
  package static let supervisorPath = "/warder-init"

  /// Whether a file's entry alone is a reason to look at it.
  package static func isNotable(_ entry: TarEntries.Entry) -> Bool {
    if entry.path == policyPath || entry.path == supervisorPath { return true }
    if entry.hasCapabilities || entry.kind == .file && entry.mode & 0o6000 != 0 { return true }
    return isOpenToAll(entry)
  }

  /// Anybody may change it; a directory with the sticky bit is meant to be so.
  private static func isOpenToAll(_ entry: TarEntries.Entry) -> Bool {
    guard entry.mode & 0o002 != 0, entry.kind == .file || entry.kind == .directory else { return false }
    if entry.kind == .directory, entry.mode & 0o1000 != 0 { return false }
    return !["/dev", "/proc", "/sys", "/tmp"].contains { entry.path == $0 || entry.path.hasPrefix($0 + "/") }
  }

  static func findings(_ facts: ImageFacts, image: String) -> [Finding] {
    func finding(
      _ severity: Finding.Severity, _ rule: String, _ reason: String, _ fix: String?, path: String? = nil
    ) -> Finding {
      Finding(severity, rule: "image/" + rule, subject: image, detail: path, reason: reason, fix: fix)
    }
    var findings: [Finding] = []
    let description = facts.description
    if description.architecture != facts.wantedArchitecture {
      findings.append(
        finding(
          .error, "architecture", "it is for \(description.architecture), and \(facts.wantedArchitecture) is wanted",
          "build it for \(facts.wantedArchitecture), or say --arch"))
    }
    if isRoot(description.user) {
      findings.append(
        finding(
          .error, "user",
          description.user.isEmpty
            ? "it has no USER, so that it runs as root" : "its USER is root (\(description.user))",
          "USER 1000:1000; runAsNonRoot in a pod refuses a name, so give a number"))
    } else if description.user.prefix(while: { $0 != ":" }).contains(where: { !$0.isNumber }) {
      findings.append(
        finding(
          .warning, "user", "its USER is a name (\(description.user)), which runAsNonRoot cannot check",
          "give the number: USER 1000:1000"))
    }
    if description.entryPoint.first.map({ !$0.hasSuffix("/warder-init") }) ?? true {
      let found =
        description.entryPoint.isEmpty ? "it has no ENTRYPOINT" : "its ENTRYPOINT is \(description.entryPoint[0])"
      findings.append(
        finding(
          .error, "entrypoint", found + ", so that scripts would run without warder-init",
          "ENTRYPOINT [\"/warder-init\"]"))
    }
    for name in secretNames(description.environment) {
      findings.append(
        finding(
          .warning, "secret", "ENV \(name) looks like a secret; whoever has the image has it",
          "take it out, and out of the layers before; the script does not get it in any case", path: name))
    }
    findings += files(facts, finding)
    findings += inner(facts, finding)
    return findings
  }

  private typealias Make = (Finding.Severity, String, String, String?, String?) -> Finding

  static func isRoot(_ user: String) -> Bool {
    let name = user.prefix { $0 != ":" }
    return name.isEmpty || name == "root" || UInt64(name) == 0
  }

  private static func secretNames(_ environment: [String]) -> [String] {
    let marks = [
      "PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIAL", "ACCESS_KEY",
    ]
    return environment.compactMap { variable in
      guard let equal = variable.firstIndex(of: "="), variable.index(after: equal) != variable.endIndex else {
        return nil
      }
      let name = String(variable[..<equal])
      return marks.contains { name.uppercased().contains($0) } ? name : nil
    }
  }

  private static func files(
    _ facts: ImageFacts, _ finding: (Finding.Severity, String, String, String?, String?) -> Finding
  ) -> [Finding] {
    var findings: [Finding] = []
    let uid = UInt64(facts.description.user.prefix { $0 != ":" }) ?? 0
    for entry in facts.files {
      let mode = String(entry.mode, radix: 8)
      let isOwn = entry.path == policyPath || entry.path == supervisorPath
      if isOwn, entry.kind != .link, entry.mode & 0o002 != 0 || uid != 0 && entry.user == uid {
        findings.append(
          finding(
            .error, "own-files", "the user that scripts run as may change it (mode \(mode), uid \(entry.user))",
            "let root own it, mode \(entry.path == policyPath ? "0644" : "0755")", entry.path))
      } else if isOpenToAll(entry) {
        findings.append(
          finding(
            .warning, "world-writable",
            "everybody may change this \(entry.kind == .file ? "file" : "directory") (mode \(mode))",
            "chmod o-w; with a read-only root it stays closed all the same", entry.path))
      }
      if entry.kind == .file, entry.mode & 0o6000 != 0 {
        let what = entry.mode & 0o4000 != 0 ? "set-user-ID" : "set-group-ID"
        findings.append(
          finding(
            .warning, "setuid", "\(what) (mode \(mode)); no_new_privs takes its effect away, where it is in force",
            "chmod a-s, or leave the package out", entry.path))
      }
      if entry.hasCapabilities {
        findings.append(
          finding(
            .warning, "file-capabilities",
            "it has file capabilities; no_new_privs takes their effect away, where it is in force",
            "setcap -r", entry.path))
      }
    }
    return findings
  }

  /// Of the checks inside only those that are about the image: limits, filters and mounts are the platform's.
  private static let aboutImage = ["configuration", "policy", "runtimes"]

  private static let missingRuntime = "install it in the image, or correct its argv in the policy"

  private static func inner(
    _ facts: ImageFacts, _ finding: (Finding.Severity, String, String, String?, String?) -> Finding
  ) -> [Finding] {
    var findings: [Finding] = []
    if let problem = facts.startProblem {
      return [
        finding(
          .error, "warder-init",
          facts.hasSupervisor ? "warder-init does not run in it: \(problem)" : "it has no /warder-init: \(problem)",
          "COPY --from=…/warder-init /warder-init /warder-init", supervisorPath)
      ]
    }
    if let version = facts.version, version != facts.ownVersion {
      findings.append(
        finding(
          .warning, "version", "its warder-init is version \(version), and this is \(facts.ownVersion)",
          "build it anew with the present one", supervisorPath))
    }
    if !facts.hasPolicy {
      findings.append(
        finding(
          .warning, "policy",
          "it has no policy: the built-in one lets a task set its own limits, and knows python, bash and sh",
          "COPY policy.json \(policyPath)", policyPath))
    }
    for check in facts.checks where check.status != "pass" {
      let isRuntime = check.name.hasPrefix("runtime ")
      guard isRuntime || aboutImage.contains(check.name) else { continue }
      findings.append(
        finding(
          check.status == "fail" ? .error : .warning, isRuntime ? "runtime" : check.name,
          "\(check.name): \(check.found)",
          check.advice ?? (isRuntime ? missingRuntime : nil) ?? "see docs/configuration.md", nil))
    }
    return findings
  }
}
