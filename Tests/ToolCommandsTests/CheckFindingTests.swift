import Testing

@testable import ToolCommands

@Suite("Findings")
struct CheckFindingTests {
  private let findings = [
    Finding(
      .error, rule: "warder/x", subject: "a\u{1B}[2J.yaml", detail: "spec", reason: "bad\nidea", fix: "do not",
      position: (3, 5)),
    Finding(.warning, rule: "warder/y", subject: "b.yaml", reason: "so so"),
    Finding(.pass, rule: "warder/z", subject: "c.yaml", reason: "good"),
  ]

  @Test("are shown as compilers show theirs, and obey nobody who wrote a name")
  func text() {
    #expect(
      FindingPrinter(isColored: false).text(findings, subject: "all") == """
        a\\u{1b}[2J.yaml:3:5: error: bad\\nidea [warder/x]
          spec
          fix: do not
        b.yaml: warning: so so [warder/y]
        all: 1 error, 1 warning

        """)
    #expect(FindingPrinter(isColored: false, showsPassed: true).text(findings, subject: "all").contains("c.yaml: pass"))
    #expect(FindingPrinter(isColored: true).text(findings, subject: "all").contains("\u{1B}[31merror\u{1B}[0m"))
    #expect(FindingPrinter(isColored: false).text([], subject: "all") == "all: nothing to complain about\n")
  }

  @Test("are printed for programs")
  func json() {
    let text = String(decoding: Finding.json([findings[0]]), as: UTF8.self)
    #expect(
      text == """
        {
          "errors": 1,
          "warnings": 0,
          "findings": [
            {
              "severity": "error",
              "rule": "warder/x",
              "subject": "a\\u001b[2J.yaml",
              "line": 3,
              "column": 5,
              "detail": "spec",
              "reason": "bad\\nidea",
              "fix": "do not"
            }
          ]
        }

        """)
  }
}
