import Foundation
import Testing

@testable import TaskModel

/// `docs/configuration.md` has the tables of the code, so that neither can change without the other.
@Suite struct ConfigurationDocumentationTests {
  private static let document = "docs/configuration.md"

  @Test func sectionsAreTheCodes() throws {
    for (name, expected) in [
      ("keys", "\n" + Self.keys + "\n"), ("errors", "\n" + Self.errors + "\n"),
      ("exit codes", "\n" + Self.exitCodes + "\n"), ("drain", Self.drain),
    ] {
      try GeneratedSection(Self.document, "configuration", name).check(is: expected)
    }
  }

  private static func table(_ rows: [[String]]) -> String {
    var lines = rows.map { "| " + $0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
    lines.insert("|" + String(repeating: " --- |", count: rows[0].count), at: 1)
    return lines.joined(separator: "\n")
  }

  private static var keys: String {
    let rows = ConfigurationKey.allCases.map { key in
      let row = key.row
      let setBy =
        switch row.standing {
        case .request: "task"
        case .authority: "authority"
        case .location: "location"
        case .flag: "flag"
        }
      let ceiling = row.ceilingDescription.map { " (ceiling \($0))" } ?? ""
      let values =
        switch row.kind {
        case .layers(let allowed, _): allowed.names.joined(separator: ", ")
        default: row.kind.rangeText ?? row.placeholder
        }
      return ["`\(row.name)`", setBy, row.defaultDescription + ceiling, values, row.help]
    }
    return table([["key", "set by", "default", "values", "meaning"]] + rows)
  }

  private static var errors: String {
    let examples: [ConfigurationError?] = [
      problem(task: "{\n  \"timeout\": \"2h\"\n}"), problem(task: "{\n  \"timout\": \"30s\"\n}"),
      problem(task: "{\n  \"network\": \"all\"\n}"), problem(task: "{\"open_files\": 4}"),
      problem(task: "{\"timeout\": \"5m\",}"), problem(policy: #"{"ceilings": {"timeout": "1m"}}"#),
      problem(environment: [("WARDER_TIMEOUT", "30")]), problem(environment: [("WARDER_TIMOUT", "30s")]),
      problem(policy: #"{"ceilings": {"read": ["/data"]}}"#, flags: ["--read", "/etc/keys"]),
      problem(flags: ["--stdout-limit", "4MB"]), problem(flags: ["script.py"]),
    ]
    return "```\n" + examples.map { ($0?.message ?? "no error") + "\n" }.joined() + "```"
  }

  private static var exitCodes: String {
    func code(_ verdict: Verdict) -> [String] {
      ExitCodeMode.allCases.map { "\(ProcessExitCode.code(for: verdict, mode: $0))" }
    }
    var rows = [["what happened"] + ExitCodeMode.allCases.map { "`\(ExitCodeMode.names[$0.rawValue])`" }]
    rows.append(["the script exited with 0"] + code(Verdict(.exited, exitCode: 0, message: "")))
    rows.append(["the script exited with 3"] + code(Verdict(.exited, exitCode: 3, message: "")))
    rows.append(["the script exited with 245"] + code(Verdict(.exited, exitCode: 245, message: "")))
    rows.append(["signal 11 ended the script"] + code(Verdict(.signaled, signal: 11, message: "")))
    for reason in ExitReason.allCases where reason.ownExitCode != nil {
      rows.append(["`\(reason.text)`"] + code(Verdict(reason, message: "")))
    }
    return table(rows)
  }

  private static var drain: String {
    "\(WallDuration.format(TimeBounds.heldPipes)) for pipes that children still hold, "
      + "\(WallDuration.format(TimeBounds.finalDrain)) for the killed tree and what is left in its pipes, and "
      + "\(WallDuration.format(TimeBounds.logFlush)) for a slow reader of the log."
  }

  // MARK: - What is written by hand

  @Test func theExamplePolicyIsOne() throws {
    let text = try String(contentsOf: GeneratedSection.url(Self.document), encoding: .utf8)
    let opening = try #require(text.range(of: "```json\n"))
    let closing = try #require(text.range(of: "```", range: opening.upperBound..<text.endIndex))
    let json = text[opening.upperBound..<closing.lowerBound]
    let policy = try Policy.parse(Array(json.utf8), path: "policy.json")
    #expect(policy.runtimes.map { $0.name } == ["python"])
    #expect(policy.passedNames == ["LC_ALL"])
    #expect(problem(policy: String(json), flags: ["--timeout", "11m"])?.kind == .exceedsCeiling)
  }

  @Test func everyFlagAndVariableExists() throws {
    let text = try String(contentsOf: GeneratedSection.url(Self.document), encoding: .utf8)
    let flags = Set(
      ConfigurationKey.allCases.map { $0.flag } + ActionFlag.allCases.map { $0.flag } + ["--timout"])
    var seen = 0
    for match in text.matches(of: /[^-!<a-z](--[a-z][a-z-]*)/) {
      #expect(flags.contains(String(match.1)), "\(match.1)")
      seen += 1
    }
    let variables = Set(ConfigurationKey.allCases.map { $0.variable })
    for match in text.matches(of: /WARDER_[A-Z_]+/) where !["WARDER_", "WARDER_TIMOUT"].contains(match.0) {
      let isServiceLink = match.0.hasPrefix("WARDER_PORT") || match.0.hasPrefix("WARDER_SERVICE")
      #expect(isServiceLink || variables.contains(String(match.0)), "\(match.0)")
      seen += 1
    }
    #expect(seen > 15)
  }

  @Test func builtInRuntimesAreNamed() throws {
    let text = try String(contentsOf: GeneratedSection.url(Self.document), encoding: .utf8)
    for runtime in Runtime.builtIn {
      for name in [runtime.name] + runtime.aliases + runtime.extensions {
        #expect(text.contains("`\(name)`"), "\(name)")
      }
    }
  }
}
