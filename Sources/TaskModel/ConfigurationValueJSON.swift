internal import JSON

// Values as JSON: what a file says, and what a variable says for the two kinds that have no form of their own in one word.

extension ConfigurationValue {
  /// Reads the value of a key from a file.
  ///
  /// A duration is a string, or the number 0; a size is a string or a whole number of bytes; a count is a whole number;
  /// lists are arrays of strings, and environment variables an object of strings.
  static func read(_ node: JSONNode, as kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .duration(let minimum, let maximum, let zero):
      if case .number(let number) = node.value {
        guard number.integer == 0 else {
          throw ValueError(.wrongType, "expected a string with a unit such as \"30s\", found the number \(number.text)")
        }
        return try inRange(.zero, minimum, maximum, zero)
      }
      return try parse(try string(node, "a string such as \"30s\""), as: kind, inFile: true)
    case .bytes(let minimum, let maximum, let zero):
      if case .number(let number) = node.value {
        return try inRange(try integer(number), minimum, maximum, zero, kind)
      }
      return try parse(try string(node, "a string such as \"64Mi\", or a number"), as: kind, inFile: true)
    case .count(let minimum, let maximum):
      guard case .number(let number) = node.value else {
        throw ValueError(.wrongType, "expected a number, found \(node.value.kind)")
      }
      return try inRange(try integer(number), minimum, maximum, .literal, kind)
    case .choice, .text:
      return try parse(try string(node, "a string"), as: kind, inFile: true)
    case .paths, .names, .arguments, .layers:
      return try list(of: try strings(node), as: kind)
    case .assignments:
      return try list(of: try assignments(node), as: kind)
    }
  }

  /// Reads a JSON text that stands in a variable.
  static func parseJSON(_ bytes: [UInt8], as kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    let node: JSONNode
    do {
      node = try JSONParser.parse(bytes, limits: .standard)
    } catch {
      let form = if case .assignments = kind { "{\"NAME\": \"value\"}" } else { "[\"first\", \"second\"]" }
      throw ValueError(.malformed, "expected JSON such as \(form): \(error.message)")
    }
    return try read(node, as: kind)
  }

  private static func string(_ node: JSONNode, _ expected: String) throws(ValueError) -> String {
    guard case .string(let text) = node.value else {
      throw ValueError(.wrongType, "expected \(expected), found \(node.value.kind)")
    }
    return text
  }

  private static func integer(_ number: JSONNumber) throws(ValueError) -> Int64 {
    guard let integer = number.integer else {
      throw ValueError(.malformed, "expected a whole number, found \(number.text)")
    }
    return integer
  }

  private static func strings(_ node: JSONNode) throws(ValueError) -> [[UInt8]] {
    guard case .array(let items) = node.value else {
      throw ValueError(.wrongType, "expected an array of strings, found \(node.value.kind)")
    }
    var strings: [[UInt8]] = []
    for item in items { strings.append(Array(try string(item, "an array of strings").utf8)) }
    return strings
  }

  private static func assignments(_ node: JSONNode) throws(ValueError) -> [[UInt8]] {
    guard case .object(let members) = node.value else {
      throw ValueError(.wrongType, "expected an object of strings, found \(node.value.kind)")
    }
    var items: [[UInt8]] = []
    for member in members {
      guard !member.name.utf8.contains(ASCII.equals) else {
        throw ValueError(.malformed, "expected a name without =, found \(Text.quoted(member.name))")
      }
      let value = try string(member.node, "an object of strings")
      items.append(EnvironmentVariable(member.name, value).assignment)
    }
    return items
  }
}
