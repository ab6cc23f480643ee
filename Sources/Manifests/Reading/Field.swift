internal import TaskModel

/// A value of a manifest with its path from the object's root: `spec.template.spec.containers[0].args[1]`.
///
/// Reading is lenient: what is absent, null or of another type is nil. Whoever must know of wrong types has the document
/// checked against its schema first (`KubernetesSchema`).
package struct Field: Sendable {
  package let node: SourceNode
  package let path: String
  package let file: String
  /// Of the member's name, where it has one; of the value otherwise.
  package let place: ManifestPlace

  init(root: SourceNode, file: String) {
    node = root
    path = ""
    self.file = file
    place = ManifestPlace(file: file, line: root.line, column: root.column)
  }

  private init(_ node: SourceNode, path: String, place: ManifestPlace) {
    self.node = node
    self.path = path
    file = place.file
    self.place = place
  }

  /// A member, nil where there is none or it is null.
  package subscript(name: String) -> Field? {
    members.first { $0.name == name }?.field
  }

  /// A member of members.
  package subscript(first: String, second: String, more: String...) -> Field? {
    var field = self[first]?[second]
    for name in more { field = field?[name] }
    return field
  }

  package var members: [(name: String, field: Field)] {
    guard case .map(let members) = node.value else { return [] }
    return members.compactMap { member in
      if case .null = member.node.value { return nil }
      let simple = member.name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      let path =
        if path.isEmpty { member.name } else if simple { "\(self.path).\(member.name)" } else {
          "\(self.path)[\"\(member.name)\"]"
        }
      let place = ManifestPlace(file: file, line: member.line, column: member.column)
      return (member.name, Field(member.node, path: path, place: place))
    }
  }

  package var elements: [Field] {
    guard case .list(let elements) = node.value else { return [] }
    return elements.enumerated().map { index, element in
      Field(
        element, path: "\(path)[\(index)]",
        place: ManifestPlace(file: file, line: element.line, column: element.column))
    }
  }

  package var string: String? { if case .string(let text) = node.value { text } else { nil } }
  package var bool: Bool? { if case .bool(let value) = node.value { value } else { nil } }
  package var integer: Int64? { if case .integer(let value) = node.value { value } else { nil } }
  package var strings: [String] { elements.compactMap(\.string) }

  /// A quantity may be a string or a number.
  package var quantityText: String? {
    switch node.value {
    case .string(let text), .number(let text): text
    case .integer(let value): String(value)
    case .null, .bool, .list, .map: nil
    }
  }

  /// A number of bytes.
  package var bytes: Int64? { quantityText.flatMap { try? Quantity.parse($0) } }
  package var cpu: CPUQuantity? { quantityText.flatMap { try? CPUQuantity($0) } }

  package func error(_ problem: String) -> ManifestError {
    ManifestError(path.isEmpty ? problem : "\(path): \(problem)", at: place)
  }
}
