import Foundation
import JSON
import RandomInput
import Testing

/// Damaged documents: never a crash, and nothing is read that another strict reader refuses.
@Suite struct MutationTests {
  @Test func whatIsReadIsReadTheSameByFoundation() throws {
    var accepted = 0
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var writer = JSONWriter(indented: generator.oneIn(2))
      writer.write(JSONValue.random(depth: 3, using: &generator))
      let document = generator.mutate(writer.bytes)
      guard let node = try? JSONParser.parse(document) else { continue }
      accepted += 1
      // Foundation turns numbers into doubles, and refuses those that are none.
      let rendered = Array(node.value.rendered.utf8)
      let theirs = try? JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed)
      let ours = try? JSONSerialization.jsonObject(with: Data(rendered), options: .fragmentsAllowed)
      if theirs == nil && containsHugeNumber(node.value) { continue }
      #expect(theirs != nil, "seed \(seed): \(String(decoding: document, as: UTF8.self))")
      #expect((theirs as? NSObject) == (ours as? NSObject), "seed \(seed)")
    }
    #expect(accepted > 2_000, "the mutations leave too little to compare")
  }

  private func containsHugeNumber(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let number): (Double(number.text)?.isFinite ?? false) == false || number.text.count > 15
    case .array(let nodes): nodes.contains { containsHugeNumber($0.value) }
    case .object(let members): members.contains { containsHugeNumber($0.node.value) }
    default: false
    }
  }

  @Test func randomBytesNeverCrash() {
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let document = generator.bytes(count: generator.size(below: 100))
      do throws(JSONError) {
        _ = try JSONParser.parse(document)
      } catch {
        #expect(error.offset >= 0 && error.offset <= document.count, "seed \(seed)")
        #expect(!error.message.isEmpty)
      }
    }
  }
}
