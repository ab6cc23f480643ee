import Foundation
import Testing

@testable import TaskModel

/// `docs/trust.md` has the levels of the code.
@Suite struct TrustDocumentationTests {
  private static let document = "docs/trust.md"

  @Test func theTableIsTheCodes() throws {
    var rows = [["key"] + TrustLevel.allCases.map { "`\($0.name)`" }]
    rows.append(["the script"] + TrustLevel.allCases.map { $0 == .shadow ? "is only checked" : "runs" })
    for key in ConfigurationKey.allCases {
      let cells = TrustLevel.allCases.map { cell(key, $0) }
      if cells.contains(where: { $0 != "any" }) { rows.append(["`\(key.row.name)`"] + cells) }
    }
    var lines = rows.map { "| " + $0.joined(separator: " | ") + " |" }
    lines.insert("|" + String(repeating: " --- |", count: rows[0].count), at: 1)
    try GeneratedSection(Self.document, "trust", "levels").check(is: "\n" + lines.joined(separator: "\n") + "\n")
  }

  private func cell(_ key: ConfigurationKey, _ level: TrustLevel) -> String {
    let bound: String
    switch level.bound(of: key) {
    case nil: bound = "any"
    case .choices(let mask)?:
      let names: [String]
      switch key.row.kind {
      case .choice(let choices), .choiceOrPath(let choices, _): names = choices
      default: return "?"
      }
      bound = "at most `" + (names.indices.last { mask & (1 << UInt32($0)) != 0 }.map { names[$0] } ?? "?") + "`"
    case .texts(let texts)?: bound = texts.map { "`\($0)`" }.joined(separator: ", ")
    case .directories(let directories)?: bound = "beneath " + directories.map { "`\($0)`" }.joined(separator: ", ")
    case .names(let names)?: bound = names.isEmpty ? "none" : names.joined(separator: ", ")
    case .atMostLayers(let layers)?: bound = layers.isEmpty ? "none" : layers.names.joined(separator: ", ")
    case .atLeastLayers(let layers)?: bound = "with " + layers.names.map { "`\($0)`" }.joined(separator: ", ")
    case .atMost?: bound = "?"
    }
    guard let preset = level.preset(of: key) else { return bound }
    return bound + "; preset `\(preset.text(for: key.row.kind))`"
  }

  @Test func theLevelsAreNamed() throws {
    let text = try String(contentsOf: GeneratedSection.url(Self.document), encoding: .utf8)
    for level in TrustLevel.allCases { #expect(text.contains("`\(level.name)`")) }
    let example = #"{"defaults": {"trust": "read-only"}, "ceilings": {"trust": "limited-write"}}"#
    #expect(text.contains(example))
    _ = try Policy.parse(example.bytes, path: "policy.json")
  }

  /// The check of the images is the built-in one.
  @Test(arguments: ["python", "bash", "busybox"]) func imagesCheckAsTheBuiltInRuntimesDo(_ image: String) throws {
    let file = GeneratedSection.url("images/\(image)/policy.json")
    let policy = try Policy.parse(Array(try Data(contentsOf: file)), path: "policy.json")
    for runtime in policy.runtimes {
      #expect(!runtime.check.isEmpty, "\(runtime.name)")
      if runtime.name == "python" { #expect(runtime.check == Runtime.builtIn[0].check) }
    }
  }
}
