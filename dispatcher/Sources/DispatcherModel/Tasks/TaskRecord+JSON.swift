internal import JSON
internal import WarderFrames

extension TaskRecord {
  /// The task as clients see it.
  ///
  /// - Parameter result: the result, as JSON, where it is asked for and there is one.
  package func json(result: [UInt8]? = nil) -> [UInt8] {
    var writer = JSONWriter()
    func write(_ name: String, _ text: String?) {
      guard let text else { return }
      writer.key(name)
      writer.string(text)
    }
    func write(_ name: String, _ number: Int64?) {
      guard let number else { return }
      writer.key(name)
      writer.integer(number)
    }
    writer.beginObject()
    write("id", id)
    write("state", state.name)
    write("detail", detail)
    write("runtime", runtime)
    write("trust", trust)
    write("client", client)
    write("engine", engine)
    write("created_at", Self.time(createdAt))
    write("started_at", startedAt.map(Self.time))
    write("finished_at", finishedAt.map(Self.time))
    write("timeout_ms", timeoutMilliseconds)
    writer.key("cancel_requested")
    writer.bool(isCancelRequested)
    write("reason", reason)
    write("exit_code", exitCode)
    write("duration_ms", durationMilliseconds)
    writer.key("script")
    writer.beginObject()
    write("name", script.name)
    write("bytes", Int64(script.bytes))
    write("sha256", script.sha256)
    writer.endObject()
    if let result {
      writer.key("result")
      writer.raw(String(decoding: result, as: UTF8.self))
    }
    writer.endObject()
    return writer.takeBytes()
  }

  package static func time(_ milliseconds: Int64) -> String {
    Timestamp.text(unixNanoseconds: milliseconds * 1_000_000)
  }
}
