internal import JSON
internal import WarderFrames

extension TaskOutcome {
  /// The contents of all artifacts together that a result has; the others are had one by one.
  package static let mostArtifactBytes = 8 << 20

  /// The result as clients get it: what `warder decode --json` prints of the log, with the merged verdict, the task's name
  /// and the contents of its artifacts.
  package func json(taskID: String) -> [UInt8] {
    let decoded = result.json()
    // The library's own output: as large as the log allows.
    let limits = JSONLimits(
      maximumBytes: decoded.count, maximumDepth: 16, maximumMembers: 1 << 20, maximumValues: 1 << 24)
    guard let node = try? JSONParser.parse(decoded, limits: limits), case .object(let members) = node.value else {
      preconditionFailure("a result is an object")
    }
    var writer = JSONWriter()
    writer.beginObject()
    for member in members {
      writer.key(member.name)
      switch member.name {
      case "reason": writer.string(reason)
      case "exit_code": writer.write(exitCode)
      case "signal": writer.write(signal)
      case "duration_ms": writer.write(durationMilliseconds)
      case "message": writer.string(message)
      case "complete": writer.bool(isComplete)
      case "artifacts": write(artifacts: member.node, to: &writer)
      default: writer.write(member.node)
      }
    }
    writer.key("job_id")
    writer.string(taskID)
    writer.key("verdict_from")
    writer.string(source.rawValue)
    writer.key("platform")
    writer.beginObject()
    writer.key("reason")
    writer.write(platform.platformReason)
    writer.key("message")
    writer.write(platform.message)
    writer.endObject()
    writer.endObject()
    return writer.takeBytes()
  }

  private func write(artifacts node: JSONNode, to writer: inout JSONWriter) {
    guard case .array(let items) = node.value else { return writer.write(node) }
    var room = Self.mostArtifactBytes
    writer.beginArray()
    for (item, artifact) in zip(items, result.artifacts) {
      guard case .object(let members) = item.value else { continue }
      writer.beginObject()
      for member in members {
        writer.key(member.name)
        writer.write(member.node)
      }
      writer.key("b64")
      if artifact.bytes.count <= room {
        room -= artifact.bytes.count
        var encoded: [UInt8] = []
        Base64.append(artifact.bytes.span, to: &encoded)
        writer.string(utf8: encoded.span)
      } else {
        writer.null()
      }
      writer.endObject()
    }
    writer.endArray()
  }
}

extension JSONWriter {
  mutating func write(_ text: String?) {
    if let text { string(text) } else { null() }
  }

  mutating func write(_ number: Int64?) {
    if let number { integer(number) } else { null() }
  }

  /// A value as it was read.
  mutating func write(_ node: JSONNode) {
    switch node.value {
    case .null: null()
    case .bool(let value): bool(value)
    case .number(let number): raw(number.text)
    case .string(let text): string(text)
    case .array(let nodes):
      beginArray()
      for node in nodes { write(node) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.name)
        write(member.node)
      }
      endObject()
    }
  }
}
