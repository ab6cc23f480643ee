import Foundation
import TestSupport

/// `warder` on a pseudo-terminal.
struct Terminal {
  struct Step: Encodable {
    var until: String?
    var after: Double?
    var send: String?
    var columns: Int?
    var signal: Int32?
  }

  struct Outcome {
    /// Every byte that the terminal got.
    let bytes: [UInt8]
    let pipe: String
    let status: Int32

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// What stands on the screen's lines in the end: a carriage return goes to the line's start, EL erases the rest.
    var lines: [String] { Self.lines(text) }

    static func lines(_ text: String) -> [String] {
      var lines: [String] = []
      var line: [Character] = []
      var column = 0
      var rest = text.replacing(/\u{1B}\[[0-9;]*m/, with: "").unicodeScalars[...]
      while let scalar = rest.popFirst() {
        switch scalar {
        case "\n":
          lines.append(String(line))
          line = []
          column = 0
        case "\r": column = 0
        case "\u{1B}":
          rest = rest.dropFirst(2)  // [K
          line = Array(line.prefix(column))
        default:
          if column < line.count { line[column] = Character(scalar) } else { line.append(Character(scalar)) }
          column += 1
        }
      }
      return line.isEmpty ? lines : lines + [String(line)]
    }
  }

  private struct Specification: Encodable {
    let argv: [String]
    let env: [String: String]
    let columns: Int
    let steps: [Step]
    let stdout: String
  }

  private struct Report: Decodable {
    let terminal: Data
    let pipe: Data
    let status: Int32
  }

  static func run(
    _ arguments: [String], environment: [String: String] = [:], columns: Int = 80, steps: [Step] = [],
    outputIsPipe: Bool = false
  ) async throws -> Outcome {
    let specification = Specification(
      argv: [WarderTool.binary] + arguments,
      env: WarderTool.environment(with: ["TERM": "xterm-256color"].merging(environment) { _, new in new }),
      columns: columns, steps: steps, stdout: outputIsPipe ? "pipe" : "terminal")
    var command = ProcessCommand("/usr/bin/python3", [Repository.path("Tests/RunTests/Support/terminal.py")])
    command.input = Array(try JSONEncoder().encode(specification))
    command.timeLimit = .seconds(90)
    let run = try await command.run()
    guard run.succeeded else { throw TestSupportError(run.errorText) }
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output))
    return Outcome(
      bytes: Array(report.terminal), pipe: String(decoding: report.pipe, as: UTF8.self), status: report.status)
  }
}
