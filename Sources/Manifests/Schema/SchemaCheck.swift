internal import Foundation
internal import TaskModel

/// What an object says that its kind does not know, or knows differently: the API server refuses it (strict field validation,
/// the default of kubectl since 1.27) or would pass over it in silence.
package struct SchemaProblem: Sendable {
  package enum Kind: Sendable, Equatable {
    case unknownField
    case wrongType
    case missingField
    case unknownValue
  }

  package let kind: Kind
  package let path: String
  package let place: ManifestPlace
  package let problem: String
  package let fix: String
}

extension KubernetesSchema {
  /// - Returns: nil for a kind that is not in the table.
  package func check(_ document: ManifestDocument) -> [SchemaProblem]? {
    guard let apiVersion = Self.apiVersions[document.kind] else { return nil }
    var problems: [SchemaProblem] = []
    if document.apiVersion != apiVersion, let field = document.root["apiVersion"] {
      problems.append(
        SchemaProblem(
          kind: .unknownValue, path: field.path, place: field.place,
          problem: "a \(document.kind) of the version \(document.apiVersion) is not known",
          fix: "write apiVersion: \(apiVersion)"))
    }
    check(document.root, as: document.kind, &problems)
    return problems
  }

  private func check(_ field: Field, as type: String, _ problems: inout [SchemaProblem]) {
    guard let rules = rules(of: type) else { return }
    guard case .map(let members) = field.node.value else {
      return problems.append(.wrongType(field, expected: "a map"))
    }
    let fields = field.members
    for rule in rules where rule.isRequired && !fields.contains(where: { $0.name == rule.name }) {
      problems.append(
        SchemaProblem(
          kind: .missingField, path: field.path, place: field.place, problem: "\(rule.name) is missing",
          fix: "a \(type) needs \(rule.name)"))
    }
    for member in members where !rules.contains(where: { $0.name == member.name }) {
      let similar = Text.suggestion(
        for: member.name, among: rules.map(\.name), common: 0,
        otherwise: "")
      problems.append(
        SchemaProblem(
          kind: .unknownField, path: field.path.isEmpty ? member.name : "\(field.path).\(member.name)",
          place: ManifestPlace(file: field.file, line: member.line, column: member.column),
          problem: "there is no field \(member.name) in \(type)\(similar)",
          fix: "correct or remove it: the API server refuses it, or passes over it where validation is off"))
    }
    for (name, value) in fields {
      if let rule = rule(name, of: type) { check(value, as: rule.type, &problems) }
    }
  }

  private func check(_ field: Field, as type: FieldType, _ problems: inout [SchemaProblem]) {
    let isRight: Bool
    let expected: String
    switch type {
    case .any: return
    case .object(let name): return check(field, as: name, &problems)
    case .list(let element, _):
      guard case .list = field.node.value else { return problems.append(.wrongType(field, expected: "a list")) }
      for part in field.elements { check(part, as: element, &problems) }
      return
    case .map(let element):
      guard case .map(let members) = field.node.value else {
        return problems.append(.wrongType(field, expected: "a map"))
      }
      // A null among labels or data is an empty string to the API server, and seldom meant.
      for member in members {
        if case .null = member.node.value {
          problems.append(.null(member, in: field))
        }
      }
      for (_, part) in field.members { check(part, as: element, &problems) }
      return
    case .oneOf(let words):
      guard let text = field.string else { return problems.append(.wrongType(field, expected: "a string")) }
      if !words.contains(text) {
        problems.append(
          SchemaProblem(
            kind: .unknownValue, path: field.path, place: field.place,
            problem: "\(field.path.isEmpty ? "" : "\(field.path) ")cannot be \"\(text)\"",
            fix: "write one of \(words.filter { !$0.isEmpty }.joined(separator: ", "))"))
      }
      return
    case .string, .time:
      (isRight, expected) = (field.string != nil, "a string")
    case .integer:
      (isRight, expected) = (field.integer != nil, "a whole number")
    case .bool:
      (isRight, expected) = (field.bool != nil, "true or false")
    case .integerOrString:
      (isRight, expected) = (field.integer != nil || field.string != nil, "a number or a name")
    case .quantity:
      let text = field.quantityText
      (isRight, expected) = (text.map { ResourceQuantity.isValid($0) } ?? false, "a quantity such as 500m, 64Mi or 2")
    case .bytes:
      (isRight, expected) = (
        field.string.map { Data(base64Encoded: $0.filter { !$0.isNewline }) != nil } ?? false, "base64"
      )
    }
    if !isRight { problems.append(.wrongType(field, expected: expected)) }
  }
}

extension SchemaProblem {
  fileprivate static func wrongType(_ field: Field, expected: String) -> SchemaProblem {
    let fix =
      switch (expected, field.node.value) {
      case ("a string", .bool), ("a string", .integer), ("a string", .number): "put it in quotes"
      default: "write \(expected)"
      }
    return SchemaProblem(
      kind: .wrongType, path: field.path, place: field.place,
      problem: "expected \(expected), found \(field.node.value.shown)", fix: fix)
  }

  fileprivate static func null(_ member: SourceMember, in field: Field) -> SchemaProblem {
    SchemaProblem(
      kind: .wrongType, path: "\(field.path).\(member.name)",
      place: ManifestPlace(file: field.file, line: member.line, column: member.column),
      problem: "\(member.name) has no value", fix: "write \"\" where an empty string is meant")
  }
}

extension SourceValue {
  /// The kind, and a short string itself.
  fileprivate var shown: String {
    if case .string(let text) = self, text.utf8.count <= 60 { "the string \"\(text)\"" } else { kind }
  }
}

/// Quantities as the API server reads them, of whatever unit.
enum ResourceQuantity {
  static func isValid(_ text: String) -> Bool {
    do {
      _ = try Quantity.parse(text)
      return true
    } catch {
      return false
    }
  }
}
