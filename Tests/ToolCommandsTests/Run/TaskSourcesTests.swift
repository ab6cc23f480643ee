import Foundation
import Testing

@testable import ToolCommands

@Suite("Files of a local task") final class TaskSourcesTests {
  private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sources-\(UUID())").path

  init() throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: directory + "/data/deep", withIntermediateDirectories: true)
    for (name, text) in [("script.py", "pass"), ("data/a.csv", "a"), ("data/deep/b.csv", "b"), ("x=y.txt", "z")] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
    }
    try manager.createSymbolicLink(atPath: directory + "/data/link.csv", withDestinationPath: "a.csv")
    try manager.createSymbolicLink(atPath: directory + "/data/..data", withDestinationPath: "deep")
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  private func names(_ argument: String) throws -> [String] {
    try TaskSources.files(argument).map { "\($0.name)=\(String(decoding: $0.bytes, as: UTF8.self))" }
  }

  @Test func filesKeepTheirNamesOrGetOthers() throws {
    #expect(try names("\(directory)/data/a.csv") == ["a.csv=a"])
    #expect(try names("in/b.csv=\(directory)/data/a.csv") == ["in/b.csv=a"])
    #expect(try names("\(directory)/x=y.txt") == ["x=y.txt=z"], "a file that is there is no assignment")
  }

  @Test func directoriesComeWhole() throws {
    let expected = ["data/a.csv=a", "data/deep/b.csv=b", "data/link.csv=a"]
    #expect(try names("\(directory)/data") == expected)
    #expect(try TaskSources.directory(directory + "/data").map(\.name) == ["a.csv", "deep/b.csv", "link.csv"])
  }

  @Test("a link in a circle ends with words", .timeLimit(.minutes(1)))
  func circle() throws {
    try FileManager.default.createSymbolicLink(atPath: directory + "/data/deep/up", withDestinationPath: "..")
    #expect(throws: TaskSourceProblem.self) { _ = try TaskSources.directory(directory + "/data") }
  }

  @Test(arguments: ["../x=", "/abs=", "a/../b=", "=", "..data="])
  func namesThatLeadOut(_ prefix: String) {
    #expect(throws: TaskSourceProblem.self) { _ = try TaskSources.files("\(prefix)\(directory)/script.py") }
  }

  @Test func whatCannotBeRead() {
    func message(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? TaskSourceProblem)?.message }
      return nil
    }
    #expect(
      message { _ = try TaskSources.script("/nowhere.py") } == "cannot read /nowhere.py: No such file or directory")
    #expect(message { _ = try TaskSources.script("/etc") } == "/etc is a directory; expected a file")
    #expect(message { _ = try TaskSources.script("/dev/null") } == "/dev/null is no regular file")
    #expect(message { _ = try TaskSources.directory("/etc/passwd") } == "/etc/passwd is no directory")
  }
}
