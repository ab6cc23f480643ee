/// A Kubernetes object as a tree. Members keep their order, so that a manifest reads as a person would have written it.
package indirect enum ManifestNode: Sendable, Equatable {
  case null
  case string(String)
  case integer(Int64)
  /// A number that is no integer of 64 bits, as it was written.
  case number(String)
  case bool(Bool)
  case list([ManifestNode])
  case map([ManifestMember])

  /// Of a map; nil for anything else.
  package var members: [ManifestMember]? {
    if case .map(let members) = self { members } else { nil }
  }

  /// The value at a path of member names, nil where there is none.
  package subscript(path: String...) -> ManifestNode? {
    var node = self
    for name in path {
      guard case .map(let members) = node, let member = members.first(where: { $0.name == name }) else { return nil }
      node = member.value
    }
    return node
  }
}

/// A member of a map, with the comment that says why it is there.
package struct ManifestMember: Sendable, Equatable {
  package let name: String
  package var value: ManifestNode
  /// One line, written after the value of a scalar and above any other; JSON has none.
  package let comment: String?

  package init(_ name: String, _ value: ManifestNode, comment: String? = nil) {
    self.name = name
    self.value = value
    self.comment = comment
  }
}

extension ManifestNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: ManifestNode...) { self = .list(elements) }
}

/// Collects the members of a map, passing over those that have no value.
@resultBuilder
package enum ManifestBuilder {
  package static func buildExpression(_ member: ManifestMember) -> [ManifestMember] { [member] }
  package static func buildExpression(_ members: [ManifestMember]) -> [ManifestMember] { members }
  package static func buildBlock(_ parts: [ManifestMember]...) -> [ManifestMember] { parts.flatMap { $0 } }
  package static func buildOptional(_ part: [ManifestMember]?) -> [ManifestMember] { part ?? [] }
  package static func buildEither(first part: [ManifestMember]) -> [ManifestMember] { part }
  package static func buildEither(second part: [ManifestMember]) -> [ManifestMember] { part }
  package static func buildArray(_ parts: [[ManifestMember]]) -> [ManifestMember] { parts.flatMap { $0 } }
}

extension ManifestNode {
  package static func map(@ManifestBuilder _ members: () -> [ManifestMember]) -> ManifestNode { .map(members()) }
}
