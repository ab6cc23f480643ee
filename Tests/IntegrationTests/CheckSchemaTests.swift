import Foundation
import TestSupport
import Testing

/// `--check=json` as a plain process: what it writes is what docs/check.schema.json says.
@Suite(
  "Check",
  .enabled("needs Python's jsonschema package, which scripts/setup --test installs") {
    try await SchemaValidator.isExpected()
  })
struct CheckSchemaTests {
  private static let validation = """
    import json, sys, jsonschema
    jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))
    """

  @Test func theJSONIsWhatTheSchemaSays() async throws {
    let run = try await ProcessCommand(WarderInit.binary, ["--check=json"]).run()
    let schema = Repository.path("docs/check.schema.json")
    let output = try TemporaryPath(file: run.output, permissions: 0o600)
    try await ProcessCommand(SchemaValidator.python, ["-c", Self.validation, output.path, schema]).runSuccessfully()
    // The schema refuses what it should.
    let text = String(decoding: run.output, as: UTF8.self)
    for change in [("\"pass\"", "\"fine\""), ("\"found\"", "\"seen\""), ("\"failed\"", "\"broken\"")] {
      let broken = try TemporaryPath(
        file: Array(text.replacingOccurrences(of: change.0, with: change.1).utf8), permissions: 0o600)
      let refused = try await ProcessCommand(
        SchemaValidator.python, ["-c", Self.validation, broken.path, schema]
      ).run()
      #expect(!refused.succeeded, "\(change)")
    }
  }
}
