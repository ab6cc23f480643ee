import TestSupport
import WarderFrames

/// A program that runs twice in the same container: once as it is, once under Warder.
///
/// Image, user, read-only root, memory-backed `/tmp`, network and the platform's own filter are the same for both, so that
/// whatever differs is Warder's doing.
struct Workload {
  /// What is mounted at `/task`: the program is called `script` with an ending that says its runtime.
  let task: TaskDirectory
  var arguments: [String] = []
  var timeLimit: Duration = .seconds(300)

  /// The program and where it lies in the image, by the ending of the script.
  enum Interpreter: String, CaseIterable {
    case python = ".py"
    case bash = ".sh"
    case node = ".mjs"

    var path: String {
      switch self {
      case .python: "/usr/bin/python3"
      case .bash: "/usr/bin/bash"
      case .node: "/usr/bin/node"
      }
    }
  }

  /// What a run wrote, and with which status it ended.
  struct Outcome {
    let status: Int64?
    let output: [UInt8]
    let errors: [UInt8]
    /// The files that came back whole, by their names.
    var files: [String: [UInt8]] = [:]
    /// How it ended, in words; for messages.
    let summary: String

    var outputText: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }
  }

  /// Runs it without Warder.
  func runPlain() async throws -> Outcome {
    let scripts = Interpreter.allCases.filter { task.files["script" + $0.rawValue] != nil }
    guard let interpreter = scripts.first, scripts.count == 1 else {
      throw TestSupportError("a workload is one script.py, script.sh or script.mjs")
    }
    var container = container(["/task/script" + interpreter.rawValue] + arguments)
    container.entryPoint = interpreter.path
    // The root is read-only; under Warder the working directory lies here as well.
    container.workingDirectory = "/tmp"
    let run = try await container.run(task)
    let status: Int64? = if case .exited(let status) = run.end { Int64(status) } else { nil }
    return Outcome(status: status, output: run.log, errors: run.errors, summary: "\(run.end)")
  }

  /// Runs it under Warder as it comes, but for time and output, which the tests need more of.
  func runConfined(_ options: [String] = []) async throws -> Outcome {
    var container = container(
      ["--timeout", "1h", "--stdout-limit", "64Mi", "--stderr-limit", "64Mi", "--log-limit", "256Mi"] + options)
    container.scriptArguments = arguments
    let result = try await container.run(task).result()
    guard result.isComplete else { throw TestSupportError("the log is not complete: \(result.disagreements)") }
    let files = result.artifacts.filter { $0.isComplete }.map { ($0.name.text, $0.bytes) }
    return Outcome(
      status: result.exitCode, output: result.stdout, errors: result.stderr,
      files: Dictionary(files, uniquingKeysWith: { first, _ in first }),
      summary: "\(result.reason): \(result.exit?.message ?? "")")
  }

  private func container(_ options: [String]) -> Container {
    var container = Container(.workloads, options)
    container.timeLimit = timeLimit
    container.temporarySize = "256m"
    return container
  }
}
