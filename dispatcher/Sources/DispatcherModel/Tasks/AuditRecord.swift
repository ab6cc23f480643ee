internal import JSON
internal import WarderFrames

/// What is kept of an ended task for those who ask later who ran what, behind which walls, and what came of it: no output, no
/// code, but the digests of both.
package enum AuditRecord {
  /// The number of the form that `line` writes.
  static let version = 1

  /// One line of JSON, with its end. docs/dispatcher.md describes it.
  ///
  /// - Parameters:
  ///   - task: what ran; nil where that cannot be read any more.
  ///   - finishedAt: milliseconds since 1970.
  package static func line(
    _ record: TaskRecord, _ task: TaskSpecification?, _ outcome: TaskOutcome, finishedAt: Int64
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("audit", Int64(version))
    writer.member("time", TaskRecord.time(finishedAt))
    writer.member("task", record.id)
    writer.member("client", record.client)
    writer.member("trust", record.trust)
    writer.member("engine", record.engine)
    writer.member("runtime", record.runtime)
    writer.key("script")
    writer.beginObject()
    writer.member("name", record.script.name)
    writer.member("bytes", Int64(record.script.bytes))
    writer.member("sha256", record.script.sha256)
    writer.endObject()
    writer.key("inputs")
    write(inputsOf: task, to: &writer)
    writer.member("created_at", TaskRecord.time(record.createdAt))
    writer.member("started_at", record.startedAt.map(TaskRecord.time))
    writer.member("finished_at", TaskRecord.time(finishedAt))
    writer.key("cancel_requested")
    writer.bool(record.isCancelRequested)
    write(verdict: outcome, to: &writer)
    write(confinement: outcome.result.start, to: &writer)
    writer.key("output")
    writer.beginObject()
    write(outcome.result.stdout, "stdout", to: &writer)
    write(outcome.result.stderr, "stderr", to: &writer)
    writer.endObject()
    write(artifacts: outcome.result.artifacts, to: &writer)
    writer.endObject()
    return writer.takeBytes() + [UInt8(ascii: "\n")]
  }

  private static func write(verdict outcome: TaskOutcome, to writer: inout JSONWriter) {
    writer.key("verdict")
    writer.beginObject()
    writer.member("reason", outcome.reason)
    writer.member("from", outcome.source.rawValue)
    writer.member("exit_code", outcome.exitCode)
    writer.member("signal", outcome.signal)
    writer.member("duration_ms", outcome.durationMilliseconds)
    writer.member("message", outcome.message)
    writer.key("complete")
    writer.bool(outcome.isComplete)
    writer.key("truncated")
    writer.bool(outcome.result.isTruncated)
    writer.endObject()
  }

  /// What the supervisor said before the script's first instruction; null where it never said anything.
  private static func write(confinement start: StartFrame?, to writer: inout JSONWriter) {
    writer.key("limits")
    if let start {
      writer.beginObject()
      for limit in start.limits {
        writer.key(limit.name)
        switch limit.value {
        case .integer(let value): writer.integer(value)
        case .string(let text): writer.string(text)
        case .bool(let value): writer.bool(value)
        case .null: writer.null()
        }
      }
      writer.endObject()
    } else {
      writer.null()
    }
    writer.key("isolation")
    guard let start else { return writer.null() }
    writer.beginObject()
    for layer in start.isolation { writer.member(layer.name, layer.state.text) }
    writer.endObject()
  }

  private static func write(inputsOf task: TaskSpecification?, to writer: inout JSONWriter) {
    guard let task else { return writer.null() }
    writer.beginArray()
    var inputs = task.files
    if let input = task.standardInput { inputs.append(TaskSpecification.File(path: "", bytes: input)) }
    for file in inputs {
      writer.beginObject()
      // Standard input has no name.
      writer.member("name", file.path.isEmpty ? nil : file.path)
      writer.member("bytes", Int64(file.bytes.count))
      writer.member("sha256", SHA256Digest.hexadecimal(of: file.bytes))
      writer.endObject()
    }
    writer.endArray()
  }

  private static func write(_ bytes: [UInt8], _ name: String, to writer: inout JSONWriter) {
    writer.key(name)
    writer.beginObject()
    writer.member("bytes", Int64(bytes.count))
    writer.member("sha256", SHA256Digest.hexadecimal(of: bytes))
    writer.endObject()
  }

  private static func write(artifacts: [Artifact], to writer: inout JSONWriter) {
    writer.key("artifacts")
    writer.beginArray()
    for artifact in artifacts {
      writer.beginObject()
      writer.member("name", artifact.name.text)
      writer.member("bytes", Int64(artifact.bytes.count))
      writer.member("sha256", SHA256Digest.hexadecimal(of: artifact.bytes))
      writer.key("complete")
      writer.bool(artifact.isComplete)
      writer.endObject()
    }
    writer.endArray()
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ text: String?) {
    key(name)
    write(text)
  }

  fileprivate mutating func member(_ name: String, _ number: Int64?) {
    key(name)
    write(number)
  }
}
