internal import JSON

// Values as JSON: what a file says, and what a variable says for the two kinds that have no form of their own in one word.

extension ConfigurationValue {
  /// Reads the value of a key from a file.
  ///
  /// A duration is a string, or the number 0; a size is a string or a whole number of bytes; a count is a whole number;
  /// lists are arrays of strings, and environment variables an object of strings.
  static func read(_ node: JSONNode, as kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .number(let unit, _, _, _):
      if case .number(let number) = node.value { return try inRange(try integer(number, unit), kind) }
      guard unit != .count else { throw .wrongType(expected: "a number", found: node.value.kind) }
      return try parse(try string(node, unit.expectation), as: kind, inFile: true)
    case .command:
      if case .string(let text) = node.value { return .texts(try RelayCommand.words(text)) }
      return .texts(try RelayCommand.checked(try strings(node)))
    case .choice, .choiceOrPath, .text:
      return try parse(try string(node, "a string"), as: kind, inFile: true)
    case .paths, .names, .secretSources, .logTargets, .arguments, .layers:
      return try list(of: try strings(node).map { $0.bytes }, as: kind)
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

  /// The strings of an array.
  static func strings(_ node: JSONNode) throws(ValueError) -> [String] {
    guard case .array(let items) = node.value else {
      throw .wrongType(expected: "an array of strings", found: node.value.kind)
    }
    var strings: [String] = []
    for item in items { strings.append(try string(item, "an array of strings")) }
    return strings
  }

  private static func string(_ node: JSONNode, _ expected: String) throws(ValueError) -> String {
    guard case .string(let text) = node.value else {
      throw .wrongType(expected: "\(expected)", found: node.value.kind)
    }
    return text
  }

  private static func integer(_ number: JSONNumber, _ unit: NumberUnit) throws(ValueError) -> Int64 {
    let integer = number.integer
    // Nobody knows whether 30 was meant as seconds or milliseconds; 0 is the same in both.
    if unit == .milliseconds, integer != 0 {
      throw .wrongType(expected: "\(unit.expectation)", found: Text.joined(["the number ", number.text], ""))
    }
    guard let integer else { throw ValueError(.malformed, "expected a whole number, found \(number.text)") }
    return integer
  }

  private static func assignments(_ node: JSONNode) throws(ValueError) -> [[UInt8]] {
    guard case .object(let members) = node.value else {
      throw .wrongType(expected: "an object of strings", found: node.value.kind)
    }
    var items: [[UInt8]] = []
    for member in members {
      let name = member.name.bytes
      if name.contains(ASCII.equals) { throw .malformed(expected: "a name without =", found: name) }
      let value = try string(member.node, "an object of strings").bytes
      items.append(EnvironmentVariable(name: name, value: value).assignment)
    }
    return items
  }
}
