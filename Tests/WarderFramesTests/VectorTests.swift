import Foundation
import Testing
import WarderFrames

/// Logs with the results that every reader must come to: those of `Tests/Vectors`, which the decoder in Python is held to as
/// well.
@Suite struct VectorTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../Vectors")

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".log") }.map { String($0.dropLast(4)) }.sorted()

  @Test func thereAreVectors() {
    #expect(Self.names.count >= 25)
  }

  @Test(arguments: names) func theResultIsTheOneThatIsWritten(name: String) throws {
    let log = try Data(contentsOf: Self.folder.appending(path: "\(name).log"))
    let results = RunAssembler.results(ofLog: Array(log)).map { $0.json() + [UInt8(ascii: "\n")] }
    let found = String(decoding: results.joined(), as: UTF8.self)
    let file = Self.folder.appending(path: "\(name).json")
    if ProcessInfo.processInfo.environment["WARDER_WRITE_GENERATED"] == "1" {
      try Data(found.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == found)
  }
}
