import JSON

extension RunResult {
  /// The result as JSON, for programs.
  ///
  /// `stdout` and `stderr` are always there as text, with U+FFFD for what is no UTF-8; then `stdout_b64` and
  /// `stderr_b64` have the bytes. What is not known is null. Of files that came back there are name, size and digest; their
  /// contents are in `artifacts`.
  ///
  /// - Parameter indented: in many lines, for people.
  /// - Returns: one JSON object without a line end.
  public func json(indented: Bool = false) -> [UInt8] {
    var writer = JSONWriter(indented: indented)
    writer.beginObject()
    writer.write(output: stdout, "stdout", base64Name: "stdout_b64")
    writer.write(output: stderr, "stderr", base64Name: "stderr_b64")
    writer.write("checked_only", isCheck)
    writer.write("exit_code", exitCode)
    writer.write("reason", exit?.unrecognizedReason ?? reason.text)
    writer.write("signal", signal)
    writer.write("duration_ms", exit?.durationMilliseconds)
    writer.write("message", exit?.message)
    writer.write("truncated", isTruncated)
    writer.write("complete", isComplete)
    writer.write("missing_frames", Int64(clamping: missingFrames))
    writer.write(gaps)
    writer.write("stdout_lost_bytes", lostBytes(of: .stdout))
    writer.write("stderr_lost_bytes", lostBytes(of: .stderr))
    writer.write("left_out_frames", Int64(leftOutFrames))
    writer.write("duplicate_frames", Int64(duplicateFrames))
    writer.write("unknown_frames", Int64(unknownFrames))
    writer.write("noise_lines", Int64(noiseLines))
    writer.write(strings: disagreements, "disagreements")
    writer.write("source", source)
    writer.write("run", run)
    writer.write(artifacts)
    writer.write("artifacts_refused", exit?.artifacts?.refused)
    writer.write(events)
    if let start { writer.write(start) }
    if let exit { writer.write(exit) }
    writer.endObject()
    return writer.takeBytes()
  }
}

extension RunResult.Event {
  /// The event as a JSON object without a line end, as it stands in the result's: `t` in seconds, `type`, and its fields.
  public func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.write(self)
    return writer.takeBytes()
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ name: String, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  fileprivate mutating func write(_ name: String, _ value: Int64?) {
    key(name)
    if let value { integer(value) } else { null() }
  }

  fileprivate mutating func write(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  fileprivate mutating func write(strings: [String], _ name: String) {
    key(name)
    beginArray()
    for text in strings { string(text) }
    endArray()
  }

  /// `[[3,5],[9,9]]`: the first and the last number of each gap.
  fileprivate mutating func write(_ gaps: [ClosedRange<UInt64>]) {
    key("missing_ranges")
    beginArray()
    for gap in gaps {
      beginArray()
      unsigned(gap.lowerBound)
      unsigned(gap.upperBound)
      endArray()
    }
    endArray()
  }

  fileprivate mutating func write(base64 bytes: [UInt8], _ name: String) {
    var encoded: [UInt8] = []
    Base64.append(bytes.span, to: &encoded)
    key(name)
    string(utf8: encoded.span)
  }

  /// Bytes as text, and exactly where they are no text.
  fileprivate mutating func write(output bytes: [UInt8], _ name: String, base64Name: String) {
    let isText = UTF8Scan(bytes.span).end == bytes.count
    key(name)
    if isText { string(utf8: bytes.span) } else { string(String(decoding: bytes, as: UTF8.self)) }
    if !isText { write(base64: bytes, base64Name) }
  }

  fileprivate mutating func write(_ artifacts: [Artifact]) {
    key("artifacts")
    beginArray()
    for artifact in artifacts {
      beginObject()
      write(output: artifact.name.bytes, "name", base64Name: "name_b64")
      write("bytes", artifact.end?.bytes ?? Int64(artifact.bytes.count))
      write("sha256", artifact.end?.sha256)
      write("complete", artifact.isComplete)
      endObject()
    }
    endArray()
  }

  fileprivate mutating func write(_ events: [RunResult.Event]) {
    key("events")
    beginArray()
    for event in events { write(event) }
    endArray()
  }

  fileprivate mutating func write(_ event: RunResult.Event) {
    beginObject()
    key("t")
    raw(event.time)
    write("type", event.frame.type)
    for field in event.frame.fields where !field.name.hasSameBytes(as: "t") { write(field) }
    endObject()
  }

  private mutating func raw(_ time: FrameTime) {
    var text: [UInt8] = []
    text.appendDecimal(time.microseconds / 1_000_000)
    text.append(UInt8(ascii: "."))
    text.appendDecimal(time.microseconds % 1_000_000, digits: 6)
    raw(String(decoding: text, as: UTF8.self))
  }

  private mutating func write(_ field: Field) {
    switch field.value {
    case .string(let text): write(field.name, text)
    case .integer(let value): write(field.name, value)
    case .bool(let value): write(field.name, value)
    case .null:
      key(field.name)
      null()
    }
  }

  fileprivate mutating func write(_ start: StartFrame) {
    write("protocol", start.protocolNumber)
    write("version", start.version)
    write("id", start.id)
    write("trust", start.trust)
    write("runtime", start.runtime)
    key("script")
    beginObject()
    write("path", start.script.path)
    write("bytes", start.script.bytes)
    write("sha256", start.script.sha256)
    endObject()
    write("started_at", start.startedAt)
    key("limits")
    beginObject()
    for limit in start.limits { write(limit) }
    endObject()
    key("isolation")
    beginObject()
    for layer in start.isolation {
      key(layer.name)
      beginObject()
      write("state", layer.state.text)
      for detail in layer.details { write(detail) }
      endObject()
    }
    endObject()
    write(strings: start.withheldEnvironment, "env_withheld")
    write("env_withheld_others", start.withheldOthers)
  }

  fileprivate mutating func write(_ exit: ExitFrame) {
    write("cpu_user_ms", exit.cpuUserMilliseconds)
    write("cpu_system_ms", exit.cpuSystemMilliseconds)
    write("max_rss_bytes", exit.maximumResidentBytes)
    write("processes_killed", exit.processesKilled)
    write("stdout_dropped_bytes", exit.stdout?.droppedBytes)
    write("stderr_dropped_bytes", exit.stderr?.droppedBytes)
    write("stdout_redactions", exit.stdout?.redactions)
    write("stderr_redactions", exit.stderr?.redactions)
    key("denied")
    beginArray()
    for call in exit.denied {
      beginObject()
      write("syscall", call.syscall)
      if let family = call.family { write("family", family) }
      write("count", call.count)
      endObject()
    }
    endArray()
    write("denied_others", exit.deniedOthers)
  }
}
