internal import Foundation

/// Shows findings to a person: colour on a terminal, plain text in a pipe.
///
///     job.yaml:31:9: error: privileged containers are not allowed [restricted/privileged]
///       spec.template.spec.containers[0].securityContext.privileged
///       fix: remove privileged
package struct FindingPrinter: Sendable {
  let isColoured: Bool
  let showsPassed: Bool

  package init(isColoured: Bool, showsPassed: Bool = false) {
    self.isColoured = isColoured
    self.showsPassed = showsPassed
  }

  /// Colour where standard output is a terminal and nobody forbids it (no-color.org).
  package static func forStandardOutput(showsPassed: Bool = false) -> FindingPrinter {
    let environment = ProcessInfo.processInfo.environment
    let isWanted = environment["NO_COLOR"]?.isEmpty ?? true && environment["TERM"] != "dumb"
    return FindingPrinter(isColoured: isatty(STDOUT_FILENO) == 1 && isWanted, showsPassed: showsPassed)
  }

  /// All findings, in the order given, and a line that counts them.
  package func text(_ findings: [Finding], subject: String) -> String {
    var text = ""
    for finding in findings where showsPassed || finding.severity != .pass {
      text += self.text(finding)
    }
    return text + summary(findings, subject: subject)
  }

  private func text(_ finding: Finding) -> String {
    let word =
      switch finding.severity {
      case .error: style("error", "1;31")
      case .warning: style("warning", "1;33")
      case .pass: style("pass", "1;32")
      }
    var lines = "\(style(Self.harmless(finding.place), "1")): \(word): \(Self.harmless(finding.reason)) "
    lines += style("[\(finding.rule)]", "2") + "\n"
    if let detail = finding.detail { lines += "  " + style(Self.harmless(detail), "2") + "\n" }
    if let fix = finding.fix { lines += "  fix: \(Self.harmless(fix))\n" }
    return lines
  }

  private func summary(_ findings: [Finding], subject: String) -> String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count { $0.severity == .warning }
    if errors + warnings == 0 { return style("\(Self.harmless(subject)): nothing to complain about", "32") + "\n" }
    func counted(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    return "\(Self.harmless(subject)): \(counted(errors, "error")), \(counted(warnings, "warning"))\n"
  }

  private func style(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// Names and values come from files that others wrote.
  private static func harmless(_ text: String) -> String {
    String(decoding: TerminalText.neutralized(Array(text.utf8)), as: UTF8.self).replacing("\n", with: "\\n")
  }
}
