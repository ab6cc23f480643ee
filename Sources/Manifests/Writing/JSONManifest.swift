internal import JSON

extension ManifestNode {
  /// As indented JSON, for which kubectl takes one object; several become a List.
  package static func json(of documents: [ManifestNode]) -> [UInt8] {
    let whole: ManifestNode =
      documents.count == 1
      ? documents[0]
      : .map {
        ManifestMember("apiVersion", "v1")
        ManifestMember("kind", "List")
        ManifestMember("items", .list(documents))
      }
    var writer = JSONWriter(indented: true)
    whole.write(to: &writer)
    return writer.takeBytes()
  }

  private func write(to writer: inout JSONWriter) {
    switch self {
    case .string(let text): writer.string(text)
    case .integer(let value): writer.integer(value)
    case .number(let text): writer.raw(text)
    case .null: writer.null()
    case .bool(let value): writer.bool(value)
    case .list(let elements):
      writer.beginArray()
      for element in elements { element.write(to: &writer) }
      writer.endArray()
    case .map(let members):
      writer.beginObject()
      for member in members {
        writer.key(member.name)
        member.value.write(to: &writer)
      }
      writer.endObject()
    }
  }
}
