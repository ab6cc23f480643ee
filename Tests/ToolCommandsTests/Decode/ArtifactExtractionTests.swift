import Foundation
import Testing
import WarderFrames

@testable import ToolCommands

/// `warder decode --artifacts DIR` writes into DIR, only there, and only what is whole.
@Suite struct ArtifactExtractionTests {
  private let base = "/tmp/warder-extraction-\(UInt64.random(in: 0 ... .max))"
  private var directory: String { base + "/dir" }

  private func artifacts(_ files: [(name: String, contents: String)], damaged: Bool = false) -> [Artifact] {
    var assembler = RunAssembler()
    for (number, file) in files.enumerated() {
      guard let name = ArtifactName(Array(file.name.utf8)) else { continue }
      let contents = Array(file.contents.utf8)
      let end = ArtifactEnd(
        bytes: Int64(contents.count), sha256: SHA256Digest.hexadecimal(of: damaged ? contents + [0] : contents))
      let chunk = ArtifactChunk(name: name, offset: 0, bytes: contents, end: end)
      assembler.add(
        .frame(Frame(sequence: UInt64(number), time: FrameTime(microseconds: 0), body: .artifact(chunk))))
    }
    return assembler.results[0].artifacts
  }

  private func extract(_ artifacts: [Artifact], folder: String? = nil) throws -> [String] {
    try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
    let extraction = try ArtifactExtraction(into: directory)
    defer { extraction.close() }
    return extraction.write(artifacts, folder: folder)
  }

  /// Every file below `base`, by its path there.
  private func files() throws -> Set<String> {
    let all = try FileManager.default.subpathsOfDirectory(atPath: base)
    return Set(
      all.filter { path in
        (try? FileManager.default.attributesOfItem(atPath: base + "/" + path)[.type]) as? FileAttributeType
          == .typeRegular
      })
  }

  private func clean() { try? FileManager.default.removeItem(atPath: base) }

  @Test func filesLieUnderTheirNames() throws {
    defer { clean() }
    #expect(try extract(artifacts([("a", "1"), ("b/c/d", "22"), ("b/e", "")])) == [])
    #expect(try files() == ["dir/a", "dir/b/c/d", "dir/b/e"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory + "/b/c/d")) == Data("22".utf8))
    #expect(try extract(artifacts([("a", "1")]), folder: "2") == [])
    #expect(try files().contains("dir/2/a"))
  }

  @Test(arguments: ["../escaped", "/tmp/warder-extraction-escaped", "b/../../escaped", "a\nb", ".", "a//b"])
  func nothingIsWrittenElsewhere(_ name: String) throws {
    defer { clean() }
    let problems = try extract(artifacts([(name, "x"), ("good", "1")]))
    #expect(problems.count == 1 && problems[0].hasSuffix("its name is no safe path"))
    #expect(try files() == ["dir/good"])
    #expect(!FileManager.default.fileExists(atPath: "/tmp/warder-extraction-escaped"))
  }

  /// What lies in the directory already, or was put there by the same log, leads nowhere.
  @Test func linksInTheDirectoryAreNotFollowed() throws {
    defer { clean() }
    let manager = FileManager.default
    try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try manager.createDirectory(atPath: base + "/outside", withIntermediateDirectories: true)
    try Data("old".utf8).write(to: URL(fileURLWithPath: base + "/outside/file"))
    try manager.createSymbolicLink(atPath: directory + "/folder", withDestinationPath: base + "/outside")
    try manager.createSymbolicLink(atPath: directory + "/file", withDestinationPath: base + "/outside/file")
    try manager.createSymbolicLink(atPath: directory + "/new", withDestinationPath: base + "/outside/new")
    // Who just writes to the path writes outside.
    try Data("naive".utf8).write(to: URL(fileURLWithPath: directory + "/folder/naive"))
    #expect(manager.fileExists(atPath: base + "/outside/naive"))

    let problems = try extract(artifacts([("folder/evil", "x"), ("file", "x"), ("new", "x")]))
    #expect(problems.count == 3, "\(problems)")
    #expect(try files() == ["outside/file", "outside/naive"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: base + "/outside/file")) == Data("old".utf8))
  }

  @Test func nothingIsOverwritten() throws {
    defer { clean() }
    #expect(try extract(artifacts([("a", "1")])) == [])
    #expect(try extract(artifacts([("a", "2"), ("a/b", "3")])).count == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: directory + "/a")) == Data("1".utf8))
  }

  @Test func whatIsNotWholeIsNotWritten() throws {
    defer { clean() }
    let problems = try extract(artifacts([("a", "1")], damaged: true))
    #expect(problems.count == 1 && problems[0].hasSuffix("do not have the recorded digest"))
    #expect(try files() == [])
  }
}
