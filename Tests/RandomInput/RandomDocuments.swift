package import JSON

/// What the tests of this module share: rendering a parsed value, and random values to parse.
extension JSONValue {
  /// The value as compact JSON: two values are the same if this is.
  package var rendered: String {
    var writer = JSONWriter()
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  package static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .number(JSONNumber(text: randomNumber(using: &generator)))
    case 3, 4: return .string(generator.text(scalars: generator.size(below: 40)))
    case 5:
      let count = generator.size(below: 8)
      return .array((0..<count).map { _ in JSONNode(value: random(depth: depth - 1, using: &generator), offset: 0) })
    default:
      var names: [String] = []
      for _ in 0..<generator.size(below: 8) {
        let name = generator.text(scalars: generator.size(below: 6))
        if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { names.append(name) }
      }
      return .object(
        names.map { name in
          let value = random(depth: depth - 1, using: &generator)
          return JSONMember(name: name, nameOffset: 0, node: JSONNode(value: value, offset: 0))
        })
    }
  }

  private static func randomNumber(using generator: inout SeededGenerator) -> String {
    func digits(_ generator: inout SeededGenerator) -> String {
      (0...generator.size(below: 20)).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
    }
    var text = generator.oneIn(3) ? "-" : ""
    text += generator.oneIn(4) ? "0" : "\(Int.random(in: 1...9, using: &generator))" + digits(&generator)
    if generator.oneIn(3) { text += "." + digits(&generator) }
    if generator.oneIn(3) {
      text += ["e", "E", "e+", "e-"][Int.random(in: 0..<4, using: &generator)] + digits(&generator)
    }
    return text
  }
}

extension JSONWriter {
  package mutating func write(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let number): raw(number.text)
    case .string(let text): string(text)
    case .array(let nodes):
      beginArray()
      for node in nodes { write(node.value) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.name)
        write(member.node.value)
      }
      endObject()
    }
  }
}

/// Parses text, for documents short enough to stand in a test.
package func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSONNode {
  try JSONParser.parse(Array(text.utf8), limits: limits)
}
