internal import DispatcherModel
internal import Foundation
internal import JSON
internal import Manifests

/// A configuration file: JSON if it begins with a brace, else YAML.
enum ConfigurationFile {
  static func read(_ path: String) throws(ServiceConfigurationError) -> ServiceConfiguration {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw ServiceConfigurationError("the configuration \(path) cannot be read")
    }
    let bytes = Array(contents)
    if bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
      return try ServiceConfiguration(file: bytes, path: path)
    }
    let documents: [SourceNode]
    do throws(ManifestError) { documents = try YAMLReader.documents(bytes, file: path) } catch {
      throw ServiceConfigurationError(error.description)
    }
    guard documents.count == 1 else {
      throw ServiceConfigurationError("\(path): expected one document, found \(documents.count)")
    }
    return try ServiceConfiguration(document: tree(documents[0]), path: path) { place($0) }
  }

  // A place in YAML is a line and a column, where JSON has an offset: one number holds both.
  private static let columns = 1 << 20

  private static func offset(_ line: Int, _ column: Int) -> Int { line * columns + min(column, columns - 1) }

  private static func place(_ offset: Int) -> (line: Int, column: Int) { (offset / columns, offset % columns) }

  private static func tree(_ node: SourceNode) -> JSONNode {
    let value: JSONValue =
      switch node.value {
      case .null: .null
      case .bool(let value): .bool(value)
      case .integer(let value): .number(JSONNumber(text: "\(value)"))
      // 09 and .5 are numbers to YAML; as text they are refused by name where a number is wanted.
      case .number(let text): .string(text)
      case .string(let text): .string(text)
      case .list(let nodes): .array(nodes.map(tree))
      case .map(let members):
        .object(
          members.map {
            JSONMember(name: $0.name, nameOffset: offset($0.line, $0.column), node: tree($0.node))
          })
      }
    return JSONNode(value: value, offset: offset(node.line, node.column))
  }
}
