import Foundation
import LinuxSystem
import Testing

/// What a walk adds up is what du(1) does, whatever lies in the way.
@Suite("Walk through a directory") struct DiskWalkTests {
  private let directory = try? FileFixture([:])

  private var path: String {
    get throws { try #require(directory).path }
  }

  /// Walks in steps of that many entries until a pass is through.
  private func total(inStepsOf entries: Int = 7) throws -> UInt64 {
    var walk = try DiskWalk(path)
    for _ in 0..<1_000_000 {
      if walk.step(entries: entries) { return walk.lastTotal }
    }
    Issue.record("the walk did not end")
    return 0
  }

  private func du() throws -> UInt64 {
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/du")
    process.arguments = ["--summarize", "--block-size=1", try path]
    let output = Foundation.Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let own = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64)
    // du counts the directory itself too.
    let sum = try #require(text.split(separator: "\t").first.flatMap { UInt64($0) })
    return sum - min(sum, blocks(of: try path, atLeast: own))
  }

  private func blocks(of path: String, atLeast size: UInt64) -> UInt64 {
    var status = stat()
    return lstat(path, &status) == 0 ? UInt64(status.st_blocks) * 512 : size
  }

  @Test func anEmptyDirectoryHasNothing() throws {
    #expect(try total() == 0)
  }

  @Test func filesInManyDirectoriesAreAddedUp() throws {
    for outer in 0..<20 {
      for inner in 0..<5 {
        let folder = try "\(path)/\(outer)/\(inner)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in 0..<7 { try Data(count: file * 5_000).write(to: URL(fileURLWithPath: "\(folder)/\(file)")) }
      }
    }
    let expected = try du()
    #expect(expected > 0)
    for entries in [1, 2, 3, 100, 100_000] { #expect(try total(inStepsOf: entries) == expected, "\(entries)") }
  }

  @Test func holesAndFurtherNamesWeighNothing() throws {
    try Data(count: 8_192).write(to: URL(fileURLWithPath: path + "/file"))
    for number in 0..<7 { #expect(link(try path + "/file", try path + "/name\(number)") == 0) }
    let sparse = open(try path + "/sparse", O_CREAT | O_WRONLY, 0o600)
    #expect(ftruncate(sparse, 1 << 40) == 0)
    close(sparse)
    #expect(try total() == 8_192)
  }

  @Test func linksAreNotFollowed() throws {
    #expect(symlink("/usr", try path + "/usr") == 0)
    #expect(symlink(".", try path + "/loop") == 0)
    #expect(try total() < 16_384)
  }

  @Test func depthIsBounded() throws {
    let start = FileManager.default.currentDirectoryPath
    let descriptor = open(try path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    _ = start
    var current = dup(descriptor)
    for _ in 0..<(DiskWalk.deepest + 20) {
      #expect(mkdirat(current, "d", 0o700) == 0)
      let inner = openat(current, "d", O_RDONLY | O_DIRECTORY)
      close(current)
      current = inner
    }
    close(current)
    var walk = try DiskWalk(path)
    while !walk.step(entries: 1_000) {}
    let isIncomplete = walk.isIncomplete
    #expect(isIncomplete)
    // FileManager's own removal does not go so deep either.
    let process = Foundation.Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/rm")
    process.arguments = ["-rf", try path]
    try process.run()
    process.waitUntilExit()
  }

  @Test func aDirectoryThatGoesAwayMeanwhileEndsThePass() throws {
    for number in 0..<50 {
      try FileManager.default.createDirectory(atPath: "\(path)/\(number)/in", withIntermediateDirectories: true)
    }
    var walk = try DiskWalk(path)
    _ = walk.step(entries: 10)
    for number in 0..<50 { try FileManager.default.removeItem(atPath: "\(path)/\(number)") }
    var turns = 0
    while !walk.step(entries: 10), turns < 1_000 { turns += 1 }
    #expect(turns < 1_000)
    while !walk.step(entries: 10), turns < 1_000 { turns += 1 }
    let total = walk.lastTotal
    #expect(total == 0)
  }
}
