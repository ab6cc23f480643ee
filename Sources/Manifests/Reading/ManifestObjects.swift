internal import Foundation

/// What ConfigMaps and Secrets of the file hold, by name and key.
struct ManifestObjects {
  let file: ManifestFile

  /// The contents of a ConfigMap or Secret, nil where the file has none of the name.
  func contents(_ kind: String, _ name: String) -> [(key: String, bytes: [UInt8])]? {
    guard let root = file.document(kind, named: name)?.root else { return nil }
    var contents: [String: [UInt8]] = [:]
    func add(_ section: String, isBase64: Bool) {
      for (key, field) in root[section]?.members ?? [] {
        guard let text = field.string else { continue }
        contents[key] = isBase64 ? Self.decode(text) : Array(text.utf8)
      }
    }
    add("data", isBase64: kind == "Secret")
    add("binaryData", isBase64: true)
    // What stringData says is written over data when the object is created.
    add("stringData", isBase64: false)
    return contents.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func decode(_ text: String) -> [UInt8] {
    Array(Data(base64Encoded: text.filter { !$0.isNewline }) ?? Data())
  }
}
