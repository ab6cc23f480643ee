import Foundation
import Testing
import WarderFrames

/// The code of the article on reading logs: what the article shows stands here, where the compiler sees it.
private enum ReadingLogs {
  static func aLogThatIsWhole(_ log: [UInt8]) {
    let results = RunAssembler.results(ofLog: log)
    for result in results {
      print(result.reason.text, result.exitCode ?? -1)
      print(String(decoding: result.stdout, as: UTF8.self))
    }
  }

  static func whatIsMissing(_ result: RunResult) {
    if !result.isComplete {
      if result.exit == nil { print("nobody knows how it ended") }
      for gap in result.gaps { print("frames \(gap.lowerBound) to \(gap.upperBound) are missing") }
      if let bytes = result.lostBytes(of: .stdout), bytes > 0 { print("\(bytes) bytes of stdout are missing") }
      for sentence in result.disagreements { print(sentence) }
    }
  }

  static func aLogThatIsStillBeingWritten(_ pieces: [[UInt8]]) -> [RunResult] {
    var decoder = FrameDecoder()
    var assembler = RunAssembler()
    for piece in pieces {
      decoder.feed(piece.span) { item, source in
        guard case .added = assembler.add(item, from: source), case .frame(let frame) = item else { return }
        switch frame.body {
        case .output(.stdout, let bytes): print(String(decoding: bytes, as: UTF8.self), terminator: "")
        case .event(let event): print("event: \(event.type)")
        default: break
        }
      }
    }
    decoder.finish { item, source in assembler.add(item, from: source) }
    let results = assembler.results
    return results
  }

  static func filesThatCameBack(_ result: RunResult) {
    for artifact in result.artifacts {
      guard artifact.isComplete else { continue }
      if artifact.name.isSafePath {
        print("\(artifact.name.text): \(artifact.bytes.count) bytes")
      }
    }
  }
}

@Suite struct ReadingLogsArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")

  @Test func theArticleShowsWhatIsCompiledHere() throws {
    let article = try String(
      contentsOf: Self.root.appending(path: "Sources/WarderFrames/WarderFrames.docc/ReadingLogs.md"), encoding: .utf8)
    let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let blocks = article.matches(of: /```swift\n([^`]*)```/).map { String($0.output.1) }
    #expect(blocks.count == 4)
    for block in blocks {
      let indented = block.split(separator: "\n").map { "    \($0)\n" }.joined()
      #expect(source.contains(indented), "not compiled anywhere: \(block)")
    }
  }

  @Test func theCodeDoesWhatTheArticleSays() throws {
    let folder = Self.root.appending(path: "Tests/Vectors")
    let log = try Array(Data(contentsOf: folder.appending(path: "artifacts.log")))
    let pieces = stride(from: 0, to: log.count, by: 1000).map { Array(log[$0..<min(log.count, $0 + 1000)]) }
    #expect(ReadingLogs.aLogThatIsStillBeingWritten(pieces) == RunAssembler.results(ofLog: log))
    ReadingLogs.aLogThatIsWhole(log)
    for name in ["gap", "artifacts"] {
      let result = RunAssembler.results(ofLog: try Array(Data(contentsOf: folder.appending(path: "\(name).log"))))[0]
      ReadingLogs.whatIsMissing(result)
      ReadingLogs.filesThatCameBack(result)
    }
  }
}
