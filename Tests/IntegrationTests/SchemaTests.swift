import Foundation
import TestSupport
import Testing

/// An independent implementation of JSON Schema: Python's jsonschema.
enum SchemaValidator {
  static let python = "/usr/bin/python3"

  /// Where tests must not be skipped, a missing validator is a failure.
  static func isExpected() async throws -> Bool {
    if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
    return try await ProcessCommand(python, ["-c", "import jsonschema"]).run().succeeded
  }

  /// Holds every line of the logs against the shipped schema.
  static func validate(_ logs: [TemporaryPath]) async throws -> ProcessRun {
    let script = Repository.path("Tests/IntegrationTests/Support/validate_frames.py")
    let schema = Repository.path("docs/frames.schema.json")
    return try await ProcessCommand(python, [script, schema] + logs.map { $0.path }).run()
  }
}

/// The frames of real runs, held against the shipped schema by a validator that is not ours.
@Suite(
  "Schema",
  .enabled("needs Python's jsonschema package, which scripts/setup --test installs") {
    try await SchemaValidator.isExpected()
  })
struct SchemaTests {
  /// A run of each kind: every reason that a plain process can have, every body, text, binary and truncated output.
  private static let runs: [(script: String, name: String, options: [String])] = [
    ("print('hello')\n", "script.py", []),
    ("import sys; sys.exit(253)\n", "script.py", ["--id", "a \"quoted\" name, \u{2028} and ü"]),
    ("kill -SEGV $$\n", "script.sh", []),
    ("sleep 60\n", "script.sh", ["--timeout", "100ms", "--grace", "100ms"]),
    ("import os; os.write(1, bytes(range(256)) * 100); os.write(2, b'\\xff')\n", "script.py", []),
    ("yes | head -c 200000\n", "script.sh", ["--stdout-limit", "64Ki"]),
    ("yes\n", "script.sh", ["--stdout-limit", "64Ki", "--output", "kill"]),
    ("sleep 0.5\n", "script.sh", ["--heartbeat", "100ms"]),
    ("echo $(cat /etc/passwd) >&2\n", "script.sh", ["--disable", "landlock,signal_scope", "--cpu-time", "10s"]),
    ("print(1)\n", "script.py", ["--require", "landlock", "--disable", "landlock"]),
    ("", "script.py", []),
    (
      "import os; open('out/a', 'w').write('x' * 9000); open(b'out/\\xff', 'w'); os.symlink('a', 'out/l')\n",
      "script.py", ["--artifacts", "out"]
    ),
    ("print(1)\n", "script.py", ["--trust", "shadow"]), ("print((\n", "script.py", ["--trust", "shadow"]),
    ("print(1)\n", "script.py", ["--timeout", "forever"]),
  ]

  @Test func framesOfRealRunsAreValid() async throws {
    var logs: [TemporaryPath] = []
    var lines = 0
    for run in Self.runs {
      let log = try await WarderInit(run.options).run(TaskDirectory(script: run.script, named: run.name)).log
      lines += log.count(where: { $0 == UInt8(ascii: "\n") })
      logs.append(try TemporaryPath(file: log, permissions: 0o600))
    }
    let validation = try await SchemaValidator.validate(logs)
    #expect(validation.succeeded, "\(validation.outputText)\(validation.errorText)")
    #expect(validation.outputText == "\(lines) valid\n")
    #expect(lines > Self.runs.count * 2)
  }

  /// The validator and the schema do refuse what they should: a test that could not fail would prove nothing.
  @Test(arguments: [
    #"{"seq":0,"t":0.000000,"stdout":"a","stderr":"b"}"#, #"{"seq":-1,"t":0.000000,"stdout":"a"}"#,
    #"{"t":0.000000,"stdout":"a"}"#, #"{"seq":1,"t":0.1,"exit":{"reason":"made_up"}}"#,
  ]) func damagedFramesAreRefused(line: String) async throws {
    let log = try TemporaryPath(file: Array((line + "\n").utf8), permissions: 0o600)
    let validation = try await SchemaValidator.validate([log])
    #expect(validation.end == .exited(1), "\(validation.outputText)")
  }
}
