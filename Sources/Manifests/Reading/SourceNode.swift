internal import JSON

/// A value of a manifest that was read, and where it stands.
package struct SourceNode: Sendable {
  package let value: SourceValue
  package let line: Int
  package let column: Int

  package init(_ value: SourceValue, line: Int, column: Int) {
    self.value = value
    self.line = line
    self.column = column
  }
}

/// What JSON can say: Kubernetes turns every manifest into it before it looks at it.
package indirect enum SourceValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Any other number, as it was written.
  case number(String)
  case string(String)
  case list([SourceNode])
  case map([SourceMember])

  /// What the value is, with its article, for messages.
  package var kind: String {
    switch self {
    case .null: "nothing (null)"
    case .bool(let value): "the boolean \(value)"
    case .integer(let value): "the number \(value)"
    case .number(let text): "the number \(text)"
    case .string: "a string"
    case .list: "a list"
    case .map: "a map"
    }
  }
}

/// A member of a map. Names are unique within their map.
package struct SourceMember: Sendable {
  package let name: String
  /// Of the name.
  package let line: Int
  package let column: Int
  package let node: SourceNode

  package init(name: String, line: Int, column: Int, node: SourceNode) {
    self.name = name
    self.line = line
    self.column = column
    self.node = node
  }
}

extension SourceNode {
  /// The value without its places and comments, as it can be written or patched.
  package var manifestNode: ManifestNode {
    switch value {
    case .null: .null
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    // 09 and .5 are numbers to YAML and not to JSON, which is what becomes of them; a quantity may be a string too.
    case .number(let text): JSONNumberText.isValid(text) ? .number(text) : .string(text)
    case .string(let text): .string(text)
    case .list(let elements): .list(elements.map(\.manifestNode))
    case .map(let members): .map(members.map { ManifestMember($0.name, $0.node.manifestNode) })
    }
  }
}

private enum JSONNumberText {
  static func isValid(_ text: String) -> Bool {
    guard case .number? = try? JSONParser.parse(Array(text.utf8), limits: .standard).value else { return false }
    return true
  }
}
