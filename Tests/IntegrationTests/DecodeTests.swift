import Foundation
import TestSupport
import Testing

/// `warder decode` as a person or a program calls it.
@Suite("warder decode") struct DecodeTests {
  /// The tool that lies beside these tests.
  private static let warder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("warder").path

  static var tool: String {
    FileManager.default.isExecutableFile(atPath: warder) ? warder : Repository.path(".build/debug/warder")
  }

  private func decode(_ log: [UInt8], _ options: [String] = []) async throws -> ProcessRun {
    var command = ProcessCommand(Self.tool, ["decode"] + options)
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
    #expect(run.end == .exited(2))
    #expect(run.outputText == "out\n")
    #expect(run.errorText.contains("no verdict"))
    #expect(run.errorText.contains("1 line of the log is no frame"))
    let json = try await decode(cut, ["--json"])
    #expect(json.end == .exited(2))
    #expect(json.outputText.contains(#""reason":"lost""#))
  }

  @Test func aLogThatCannotBeRead() async throws {
    let run = try await decode([], ["/nonexistent/log"])
    #expect(run.end == .exited(66))
    #expect(run.errorText.contains("/nonexistent/log: No such file or directory"))
    #expect(run.output.isEmpty)
    #expect(try await decode([], ["--json", "/nonexistent/log"]).output.isEmpty)
    #expect(try await decode([], ["/tmp"]).errorText.contains("it is a directory"))
    // What can be read is read all the same.
    let vector = Repository.path("Tests/Vectors/plain.log")
    let both = try await decode([], ["--json", "/nonexistent/log", vector])
    #expect(both.end == .exited(66) && both.outputText.contains(#""exit_code":3"#))
  }

  /// Each exit status, by a log that has it.
  @Test(arguments: [
    ("plain", 0), ("gap", 1), ("damaged-artifact", 1), ("newer", 1), ("restarted", 2), ("nothing", 3), ("no-frames", 3),
  ])
  func statuses(vector: String, status: Int32) async throws {
    for options in [[], ["--json"], ["--stdout"], ["--events"]] as [[String]] {
      let run = try await decode([], options + [Repository.path("Tests/Vectors/\(vector).log")])
      #expect(run.end == .exited(status), "\(vector) \(options): \(run.errorText)")
      if status > 0 {
        #expect(
          run.errorText.contains("missing") || run.errorText.contains("no frame") || run.errorText.contains("recorded")
            || run.errorText.contains("protocol"), "\(vector) \(options)")
      }
    }
  }

  /// Every vector, from a file and from a pipe, gives the result that is written beside it.
  @Test func vectorsFromFilesAndPipes() async throws {
    let folder = Repository.path("Tests/Vectors")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }
    #expect(names.count >= 25)
    for name in names {
      let log = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      let expected = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name.dropLast(4)).json"))
      #expect(try await decode([], ["--json", "\(folder)/\(name)"]).output == Array(expected), "\(name)")
      #expect(try await decode(Array(log), ["--json"]).output == Array(expected), "\(name)")
    }
  }

  @Test func severalFilesKeepTheirNames() async throws {
    let paths = ["plain", "nothing", "denied"].map { Repository.path("Tests/Vectors/\($0).log") }
    let run = try await decode([], ["--json"] + paths)
    #expect(run.end == .exited(3))
    let sources = try run.outputText.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["source"] as? String
    }
    #expect(sources == paths)
    #expect(try await decode([], ["--follow"] + paths).end == .exited(64))
  }

  @Test func eventsAreLinesOfJSON() async throws {
    let run = try await decode([], ["--events", Repository.path("Tests/Vectors/denied.log")])
    let events = try run.outputText.split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(events.count >= 2 && events.allSatisfy { $0["type"] as? String == "denied" && $0["t"] is Double })
  }

  /// Two copies of a frame, and a frame late: the streams are whole, and nothing comes twice, from a file or from a pipe.
  @Test(arguments: ["twice", "late", "plain", "prefixes"]) func streamsAreTheSameLiveOrNot(vector: String) async throws
  {
    let log = try Data(contentsOf: URL(fileURLWithPath: Repository.path("Tests/Vectors/\(vector).log")))
    for option in ["--stdout", "--stderr"] {
      let file = try await decode([], [option, Repository.path("Tests/Vectors/\(vector).log")])
      #expect(try await decode(Array(log), [option]).output == file.output, "\(vector) \(option)")
    }
    let text = try await decode(Array(log))
    let stdout = try await decode(Array(log), ["--stdout"])
    #expect(text.output.sorted() == stdout.output.sorted(), "\(vector)")
  }

  @Test func whatCannotBeWrittenIsAFailure() async throws {
    let vector = Repository.path("Tests/Vectors/plain.log")
    let command = ProcessCommand("/bin/sh", ["-c", "exec \"$0\" decode --json \"$1\" > /dev/full", Self.tool, vector])
    let run = try await command.run()
    #expect(run.end == .exited(74) && run.errorText.contains("No space left on device"))
  }
}
