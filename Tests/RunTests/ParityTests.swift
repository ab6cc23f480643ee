import Foundation
import TestSupport
import Testing

/// `warder run --json` says the same, whatever engine runs the script.
@Suite("The engines agree", .serialized) struct ParityTests {
  struct Outcome: Equatable, CustomStringConvertible {
    var reason: String
    var exitCode: Int?
    var signal: String?
    var stdout: String
    var stderr: String
    var isComplete: Bool
    var isTruncated: Bool
    var status: Int32

    var description: String {
      "\(reason), status \(status), exit code \(exitCode.map(String.init) ?? "none"), \(signal ?? "no signal"), "
        + "complete \(isComplete), truncated \(isTruncated), stdout \(stdout.prefix(300)), stderr \(stderr.prefix(300))"
    }
  }

  @Test("about a script", arguments: ParityScript.all)
  func agree(_ script: ParityScript) async throws {
    var outcomes: [(engine: String, outcome: Outcome)] = []
    for engine in Engines.present {
      outcomes.append((engine, try await run(script, engine)))
    }
    #expect(outcomes.count >= 1)
    for (engine, outcome) in outcomes {
      #expect(outcome.reason == script.reason, "\(engine): \(outcome)")
      #expect(outcome.status == script.status, "\(engine): \(outcome)")
      #expect(outcome.isComplete, "\(engine): \(outcome)")
      if let stdout = script.stdout { #expect(outcome.stdout == stdout, "\(engine): \(outcome)") }
      if let stderr = script.stderr { #expect(outcome.stderr == stderr, "\(engine): \(outcome)") }
      #expect(outcome == outcomes[0].outcome, "\(engine) and \(outcomes[0].engine) differ")
    }
  }

  private func run(_ script: ParityScript, _ engine: String) async throws -> Outcome {
    let space = try Workspace(script.files.merging([script.script: script.code]) { given, _ in given })
    var tool = WarderTool(
      ["run", "--json"] + (try await Engines.options(engine)) + script.options + [script.script] + script.arguments)
    tool.directory = space.path
    tool.input = Array(script.input.utf8)
    let run = try await tool.run()
    guard let json = try? JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any],
      case .exited(let status) = run.end
    else { throw TestSupportError("\(engine), \(script): \(run.end) \(run.outputText) \(run.errorText)") }
    var outcome = Outcome(
      reason: json["reason"] as? String ?? "", exitCode: json["exit_code"] as? Int,
      signal: json["signal"] as? String, stdout: Self.bytes(json, "stdout"), stderr: Self.bytes(json, "stderr"),
      isComplete: json["complete"] as? Bool ?? false, isTruncated: json["truncated"] as? Bool ?? false, status: status)
    if script.outputVaries {
      outcome.stdout = ""
      outcome.stderr = ""
      outcome.exitCode = nil
      outcome.signal = nil
    }
    return outcome
  }

  /// Exactly what was written; the name of the working directory is another one each time.
  private static func bytes(_ json: [String: Any], _ name: String) -> String {
    if let base64 = json["\(name)_b64"] as? String { return base64 }
    let text = json[name] as? String ?? ""
    return text.replacing(/\/tmp\/(warder-run-[0-9a-f]+\/scratch\/)?warder-[0-9a-f]{12}/, with: "/tmp/warder-…")
  }
}
