/// Shows findings to a person: colour on a terminal, plain text in a pipe.
///
///     job.yaml:31:9: error: privileged containers are not allowed [restricted/privileged]
///       spec.template.spec.containers[0].securityContext.privileged
///       fix: remove privileged
struct FindingPrinter: Sendable {
  let isColored: Bool
  let showsPassed: Bool

  init(isColored: Bool, showsPassed: Bool = false) {
    self.isColored = isColored
    self.showsPassed = showsPassed
  }

  /// All findings, in the order given, and a line that counts them.
  func text(_ findings: [Finding], subject: String) -> String {
    var text = ""
    for finding in findings where showsPassed || finding.severity != .pass {
      text += self.text(finding)
    }
    return text + summary(findings, subject: subject)
  }

  private func text(_ finding: Finding) -> String {
    let word =
      switch finding.severity {
      case .error: paint("error", .failure)
      case .warning: paint("warning", .warning)
      case .pass: paint("pass", .success)
      }
    var lines = "\(paint(Self.harmless(finding.place), .strong)): \(word): \(Self.harmless(finding.reason)) "
    lines += paint("[\(finding.rule)]", .faint) + "\n"
    if let detail = finding.detail { lines += "  " + paint(Self.harmless(detail), .faint) + "\n" }
    if let fix = finding.fix { lines += "  fix: \(Self.harmless(fix))\n" }
    return lines
  }

  private func summary(_ findings: [Finding], subject: String) -> String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count { $0.severity == .warning }
    if errors + warnings == 0 { return paint("\(Self.harmless(subject)): nothing to complain about", .success) + "\n" }
    let counts = "\(HumanNumbers.count(errors, "error")), \(HumanNumbers.count(warnings, "warning"))"
    return "\(Self.harmless(subject)): \(counts)\n"
  }

  private func paint(_ text: String, _ ink: Ink) -> String { isColored ? ink.paint(text) : text }

  /// Names and values come from files that others wrote.
  private static func harmless(_ text: String) -> String {
    TerminalText.oneLine(text)
  }
}
