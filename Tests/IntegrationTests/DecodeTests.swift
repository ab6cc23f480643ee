import Foundation
import TestSupport
import Testing

/// `warder decode` as a person or a program calls it.
@Suite("warder decode") struct DecodeTests {
  /// The tool that lies beside these tests.
  private static let warder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("warder").path

  private func decode(_ log: [UInt8], _ options: [String] = []) async throws -> ProcessRun {
    let tool =
      FileManager.default.isExecutableFile(atPath: Self.warder)
      ? Self.warder : Repository.path(".build/debug/warder")
    var command = ProcessCommand(tool, ["decode"] + options)
    command.input = log
    return try await command.run()
  }

  private func log(_ script: String, _ options: [String] = []) async throws -> [UInt8] {
    try await WarderInit(options).run(TaskDirectory(script: script, named: "script.sh")).log
  }

  @Test func streamsGoWhereTheirNamesSay() async throws {
    let run = try await decode(try await log("echo out; echo err >&2; exit 3"))
    #expect(run.end == .exited(0))
    #expect(run.outputText == "out\n")
    #expect(run.errorText.hasPrefix("err\nwarder: ✗ exited 3 in "))
  }

  @Test func resultAsJSON() async throws {
    let run = try await decode(try await log("echo out; echo err >&2; exit 3"), ["--json"])
    let result = try #require(JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any])
    #expect(result["stdout"] as? String == "out\n")
    #expect(result["stderr"] as? String == "err\n")
    #expect(result["exit_code"] as? Int == 3)
    #expect(result["reason"] as? String == "exited")
    #expect(result["complete"] as? Bool == true)
  }

  @Test func bytesComeBackExactly() async throws {
    let log = try await log("printf '\\xff\\x00\\x1b[31m'; printf '\\xfe' >&2")
    #expect(try await decode(log, ["--stdout"]).output == [0xFF, 0x00] + Array("\u{1B}[31m".utf8))
    #expect(try await decode(log, ["--stderr"]).output == [0xFE])
  }

  @Test func aLogWithoutItsEndIsNotTakenForAVerdict() async throws {
    let lines = try await log("echo out").split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let cut = Array(lines.dropLast(2).joined(separator: [UInt8(ascii: "\n")])) + Array("\nnoise\n".utf8)
    let run = try await decode(cut)
    #expect(run.end == .exited(1))
    #expect(run.outputText == "out\n")
    #expect(run.errorText.contains("no verdict"))
    #expect(run.errorText.contains("1 line of the log is no frame"))
    let json = try await decode(cut, ["--json"])
    #expect(json.end == .exited(1))
    #expect(json.outputText.contains(#""reason":"lost""#))
  }

  @Test func aLogThatCannotBeRead() async throws {
    let run = try await decode([], ["/nonexistent/log"])
    #expect(run.end == .exited(66))
    #expect(run.errorText.contains("/nonexistent/log: No such file or directory"))
  }
}
