import Foundation
import TestSupport
import Testing

/// Programs as people use them, each of which checks what it can and prints the rest: the same text and the same status
/// with Warder as without it.
@Suite("Programs", .enabled(if: ContainerEngine.isExpected, Comment(rawValue: ContainerEngine.whyNot)))
struct ProgramTests {
  static let scripts = "Tests/WorkloadTests/Scripts"

  /// The script, and a part of what it prints, so that two runs that did nothing are not taken for success.
  struct Program: Sendable, CustomTestStringConvertible {
    let script: String
    let prints: String

    var testDescription: String { script }
  }

  @Test(arguments: [
    Program(script: "tables.py", prints: "peak of the spectrum 20"),
    Program(script: "concurrency.py", prints: "to a thread 144"),
    Program(script: "database.py", prints: "integrity ok"),
    Program(script: "packages.sh", prints: "4 passed, 1 xfailed"),
    Program(script: "project.sh", prints: "5 words, hash"),
    Program(script: "repository.sh", prints: "conflict: numbers"),
    Program(script: "runtime.mjs", prints: "workers 499999500000 4"),
    Program(script: "pipeline.sh", prints: "a hundred processes: 100\n"),
  ])
  func runsAsWithout(_ program: Program) async throws {
    let workload = Workload(task: try Self.task(program.script))
    async let plainly = workload.runPlain()
    let confined = try await workload.runConfined()
    let plain = try await plainly
    #expect(plain.status == 0, "\(plain.errorText)")
    #expect(plain.outputText.contains(program.prints))
    #expect(confined.status == 0, "\(confined.summary)\n\(confined.errorText)")
    #expect(confined.outputText == plain.outputText)
  }

  @Test("matplotlib makes the same PNG, which comes back as a file")
  func plot() async throws {
    let workload = Workload(task: try Self.task("plot.py"))
    async let plainly = workload.runPlain()
    let confined = try await workload.runConfined(["--artifacts", "out"])
    let plain = try await plainly
    #expect(plain.status == 0, "\(plain.errorText)")
    #expect(confined.status == 0, "\(confined.summary)\n\(confined.errorText)")
    let picture = Data(try #require(confined.files["plot.png"]))
    #expect(try PNG(picture) == PNG(width: 800, height: 600))
    #expect(picture.count > 20_000)
    #expect(confined.output == plain.output)
    #expect(Data(base64Encoded: plain.outputText.trimmingCharacters(in: .newlines)) == picture)
  }

  static func task(_ script: String) throws -> TaskDirectory {
    let file = URL(fileURLWithPath: Repository.path("\(scripts)/\(script)"))
    return try TaskDirectory(["script." + file.pathExtension: Array(Data(contentsOf: file))])
  }
}
