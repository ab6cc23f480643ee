internal import JSON

extension EffectiveConfiguration {
  /// What `--print-config` writes: an indented JSON object with value and layer of every key, and `worst_case`, the longest
  /// time from the script's start to the end of the process. With a line feed at its end.
  package func printed() -> [UInt8] {
    var writer = JSONWriter(indented: true)
    writer.beginObject()
    for key in ConfigurationKey.allCases {
      writer.key(key.row.name)
      writer.beginObject()
      writer.key("value")
      write(self[key].value, key.row.kind, to: &writer)
      writer.key("layer")
      writer.string(self[key].layer.name)
      writer.endObject()
    }
    writer.key("worst_case")
    writer.beginObject()
    writer.key("value")
    writer.string(WallDuration.format(worstCase))
    writer.key("milliseconds")
    writer.integer(worstCase.wholeMilliseconds)
    writer.endObject()
    writer.endObject()
    return writer.bytes + [ASCII.newline]
  }

  private func write(_ value: ConfigurationValue?, _ kind: ValueKind, to writer: inout JSONWriter) {
    switch (value, kind) {
    case (nil, _):
      writer.null()
    case (.number(let number)?, .number(.count, _, _, _)):
      writer.integer(number)
    case (.texts(let texts)?, _):
      write(texts, to: &writer)
    case (.layers(let layers)?, _):
      write(layers.names, to: &writer)
    case (.byteStrings(let items)?, .assignments):
      writer.beginObject()
      for variable in EnvironmentVariable.list(items) {
        writer.key(String(repairing: variable.name))
        writer.string(String(repairing: variable.value))
      }
      writer.endObject()
    case (.byteStrings(let items)?, _):
      write(items.map { String(repairing: $0) }, to: &writer)
    case (let value?, _):
      writer.string(value.text(for: kind))
    }
  }

  private func write(_ texts: [String], to writer: inout JSONWriter) {
    writer.beginArray()
    for text in texts { writer.string(text) }
    writer.endArray()
  }
}
