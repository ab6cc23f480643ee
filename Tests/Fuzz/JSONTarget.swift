import JSON
import RandomInput

extension FuzzTarget {
  /// The JSON parser: random values damaged, soups of tokens, and plain bytes.
  static let json = FuzzTarget(name: "json", share: 37) { generator in
    let document: [UInt8]
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: document = generator.bytes(count: generator.size(below: 100))
    case 1: document = tokenSoup(using: &generator)
    default:
      var writer = JSONWriter(indented: generator.oneIn(2))
      writer.write(JSONValue.random(depth: 4, using: &generator))
      document = generator.oneIn(8) ? writer.bytes : generator.mutate(writer.bytes)
    }
    let limits =
      generator.oneIn(2)
      ? JSONLimits.standard
      : JSONLimits(
        maximumBytes: generator.size(below: 400), maximumDepth: generator.size(below: 6),
        maximumMembers: generator.size(below: 6), maximumValues: 1 + generator.size(below: 30))
    return problem(document, limits: limits)
  }

  private static func problem(_ document: [UInt8], limits: JSONLimits) -> String? {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONParser.parse(document, limits: limits)
    } catch {
      if error.offset < 0 || error.offset > document.count || error.position.line < 1 || error.position.column < 1 {
        return "the mistake lies outside the document: \(quoted(document))"
      }
      return error.message.isEmpty ? "no message: \(quoted(document))" : nil
    }
    let once = root.value.rendered
    guard let again = try? JSONParser.parse(Array(once.utf8)).value.rendered, again.utf8.elementsEqual(once.utf8) else {
      return "written again it is not read the same: \(quoted(document))"
    }
    return nil
  }

  private static func tokenSoup(using generator: inout SeededGenerator) -> [UInt8] {
    let tokens = [
      "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"a\":", "\\u", "\\ud83d", "\\ude00", "null", "true", "false", "0",
      "-",
      "1e5", ".5", " ", "\n", "é", "\u{FEFF}",
    ]
    return (0..<generator.size(below: 60)).flatMap { _ in
      Array(tokens[Int.random(in: 0..<tokens.count, using: &generator)].utf8)
    }
  }
}
