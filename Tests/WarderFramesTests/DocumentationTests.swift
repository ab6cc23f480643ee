import Foundation
import RandomInput
import Testing
import WarderFrames

/// What the documentation shows is what the code writes and reads.
@Suite struct DocumentationTests {
  static let documents = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs")

  static func schema() throws -> [String: Any] {
    let data = try Data(contentsOf: documents.appending(path: "frames.schema.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func theExamplesAreFrames() throws {
    let text = try String(contentsOf: Self.documents.appending(path: "log-format.md"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("{\"seq\"") }
    #expect(lines.count == 8)
    let items = decoded(Array(lines.joined(separator: "\n").utf8))
    #expect(noise(items).isEmpty && frames(items).count == lines.count)
    let results = RunAssembler.results(ofLog: Array(lines.joined(separator: "\n").utf8))
    #expect(results.count == 2 && results.allSatisfy { $0.isComplete })
    #expect(results[0].stdout == Array("hello\n".utf8) + [0xFF, 0xFE, 0xFD])
    for reason in Reason.allCases where reason != .unrecognized {
      #expect(text.contains("`\(reason.text)`"), "\(reason.text) is not explained")
    }
  }

  @Test func theSchemaHasTheWordsOfTheCode() throws {
    let definitions = try #require(try Self.schema()["$defs"] as? [String: [String: Any]])
    func words(_ definition: String, _ property: String) -> Set<String> {
      let properties = definitions[definition]?["properties"] as? [String: [String: Any]]
      return Set(properties?[property]?["enum"] as? [String] ?? [])
    }
    // Those that only readers say are no part of frames.
    let readers: Set<Reason> = [
      .lost, .oomKilled, .evicted, .deadlineExceeded, .unschedulable, .admissionRefused, .imagePull, .nodeLost,
      .unrecognized,
    ]
    #expect(words("exit", "reason") == Set(Reason.allCases.filter { !readers.contains($0) }.map(\.text)))
    #expect(words("layer", "state") == Set(IsolationLayer.State.allCases.map(\.text)))
  }

  /// Every member that the encoder writes is in the schema, and the other way round.
  @Test func theSchemaHasTheMembersOfTheFrames() throws {
    let schema = try Self.schema()
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    var written: [String: Set<String>] = [:]
    for seed in 0..<60 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      for line in SampleLog(outputSize: 100, using: &generator).lines {
        let frame = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        written["frame", default: []].formUnion(frame.keys)
        for (name, body) in frame {
          if let body = body as? [String: Any] { written[name, default: []].formUnion(body.keys) }
        }
      }
    }
    func properties(_ object: [String: Any]?) -> Set<String> {
      Set((object?["properties"] as? [String: Any] ?? [:]).keys)
    }
    #expect(written["frame"] == properties(schema))
    for name in ["start", "exit", "artifact"] { #expect(written[name] == properties(definitions[name]), "\(name)") }
    let counts = definitions["start"]?["properties"] as? [String: [String: Any]]
    #expect(counts?["limits"]?["maxProperties"] as? Int == StartFrame.mostLimits)
    #expect(counts?["isolation"]?["maxProperties"] as? Int == StartFrame.mostLayers)
    #expect(counts?["env_withheld"]?["maxItems"] as? Int == StartFrame.mostNames)
    #expect(definitions["layer"]?["maxProperties"] as? Int == StartFrame.mostDetails + 1)
    #expect(definitions["event"]?["maxProperties"] as? Int == EventFrame.mostFields + 1)
  }
}
