/// The fields and types of the objects that Warder reads and writes, as of Kubernetes 1.34 (the OpenAPI document of the API
/// server; enumerations from the validation of k8s.io/kubernetes/pkg/apis, merge keys from `x-kubernetes-patch-merge-key`).
///
/// A table in text: a type's name, and below it its fields as `name:type`, `name!:type` where it is required. `[T]` is a list,
/// `{T}` a map by names, `[T]@key` a list that a patch merges by that member (`@.` by the values themselves), and
/// `string(A|B)` one of those words.
package struct KubernetesSchema: Sendable {
  package static let version = "1.34"

  package indirect enum FieldType: Sendable {
    case string
    case oneOf([String])
    case integer
    case bool
    case quantity
    case integerOrString
    /// Base64.
    case bytes
    case time
    /// Not looked into.
    case any
    case list(FieldType, mergeKey: String?)
    case map(FieldType)
    case object(String)
  }

  package struct FieldRule: Sendable {
    package let name: String
    package let type: FieldType
    package let isRequired: Bool
  }

  private let types: [String: [FieldRule]]

  package static let current = KubernetesSchema([workloads, containers, volumes, cluster])

  /// The kinds that are known, with the version of their API.
  package static let apiVersions = [
    "Job": "batch/v1", "CronJob": "batch/v1", "Pod": "v1", "ConfigMap": "v1", "Secret": "v1", "Namespace": "v1",
    "ResourceQuota": "v1", "LimitRange": "v1", "NetworkPolicy": "networking.k8s.io/v1",
  ]

  private init(_ tables: [String]) {
    var types: [String: [FieldRule]] = [:]
    for table in tables {
      var current = ""
      for line in table.split(separator: "\n") {
        if !line.hasPrefix(" ") {
          current = String(line)
          types[current] = []
        } else {
          types[current, default: []] += line.split(separator: " ").compactMap { Self.rule(String($0)) }
        }
      }
    }
    self.types = types
  }

  package func rules(of type: String) -> [FieldRule]? { types[type] }

  package func rule(_ name: String, of type: String) -> FieldRule? { types[type]?.first { $0.name == name } }

  private static func rule(_ text: String) -> FieldRule? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = text[..<colon]
    return FieldRule(
      name: String(name.hasSuffix("!") ? name.dropLast() : name),
      type: fieldType(String(text[text.index(after: colon)...])), isRequired: name.hasSuffix("!"))
  }

  private static func fieldType(_ text: String) -> FieldType {
    if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
      let key = text[text.index(after: end)...]
      return .list(
        fieldType(String(text[text.index(after: text.startIndex)..<end])),
        mergeKey: key.isEmpty ? nil : String(key.dropFirst()))
    }
    if text.hasPrefix("{") { return .map(fieldType(String(text.dropFirst().dropLast()))) }
    if text.hasPrefix("string(") {
      return .oneOf(
        text.dropFirst(7).dropLast().split(separator: "|", omittingEmptySubsequences: false).map(String.init))
    }
    return switch text {
    case "string": .string
    case "int": .integer
    case "bool": .bool
    case "quantity": .quantity
    case "intOrString": .integerOrString
    case "bytes": .bytes
    case "time": .time
    case "any": .any
    default: .object(text)
    }
  }
}
