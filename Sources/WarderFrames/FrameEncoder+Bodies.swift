import JSON

/// The bodies that people and programs read, besides the output.
extension FrameEncoder {
  /// Appends the frame that says what is about to run.
  public mutating func start(_ frame: StartFrame, at time: FrameTime, into output: inout [UInt8]) {
    line(#""start":"#, at: time, into: &output) { writer, room in
      writer.beginObject()
      writer.integer(frame.protocolNumber, for: "protocol")
      writer.string(frame.version, for: "version", room: Self.shortRoom)
      if let id = frame.id { writer.string(id, for: "id", room: room) }
      writer.string(frame.run, for: "run", room: Self.shortRoom)
      if frame.isCheck { writer.string(StartFrame.checkMode, for: "mode", room: Self.shortRoom) }
      if let trust = frame.trust { writer.string(trust, for: "trust", room: Self.shortRoom) }
      writer.string(frame.runtime, for: "runtime", room: room)
      writer.key("script")
      writer.beginObject()
      writer.string(frame.script.path, for: "path", room: room)
      writer.integer(frame.script.bytes, for: "bytes")
      writer.string(frame.script.sha256, for: "sha256", room: Self.shortRoom)
      writer.endObject()
      writer.key("limits")
      writer.beginObject()
      for field in frame.limits.prefix(StartFrame.mostLimits) { writer.field(field, room: room) }
      writer.endObject()
      writer.key("isolation")
      writer.beginObject()
      for layer in frame.isolation.prefix(StartFrame.mostLayers) { writer.layer(layer, room: room) }
      writer.endObject()
      writer.withheld(frame, room: room)
      writer.string(frame.startedAt, for: "started_at", room: Self.shortRoom)
      writer.endObject()
    }
  }

  /// Appends an event.
  public mutating func event(_ frame: EventFrame, at time: FrameTime, into output: inout [UInt8]) {
    line(#""event":"#, at: time, into: &output) { writer, room in
      writer.beginObject()
      writer.string(frame.type, for: "type", room: room)
      for field in frame.fields.prefix(EventFrame.mostFields) { writer.field(field, room: room) }
      writer.endObject()
    }
  }

  /// Appends the verdict, after which no other frame comes.
  public mutating func exit(_ frame: ExitFrame, at time: FrameTime, into output: inout [UInt8]) {
    line(#""exit":"#, at: time, into: &output) { writer, room in
      writer.beginObject()
      writer.string(frame.unrecognizedReason ?? frame.reason.text, for: "reason", room: Self.shortRoom)
      if let run = frame.run { writer.string(run, for: "run", room: Self.shortRoom) }
      if frame.isCheck { writer.string(StartFrame.checkMode, for: "mode", room: Self.shortRoom) }
      if let code = frame.exitCode { writer.integer(code, for: "exit_code") }
      if let signal = frame.signal { writer.string(signal, for: "signal", room: Self.shortRoom) }
      writer.integer(frame.durationMilliseconds, for: "duration_ms")
      writer.integer(frame.cpuUserMilliseconds, for: "cpu_user_ms")
      writer.integer(frame.cpuSystemMilliseconds, for: "cpu_system_ms")
      writer.integer(frame.maximumResidentBytes, for: "max_rss_bytes")
      writer.integer(frame.processesKilled, for: "processes_killed")
      if let totals = frame.stdout { writer.totals(totals, for: "stdout") }
      if let totals = frame.stderr { writer.totals(totals, for: "stderr") }
      if let totals = frame.artifacts { writer.totals(totals) }
      writer.denied(frame, room: room)
      writer.string(frame.message, for: "message", room: room)
      writer.endObject()
    }
  }

  /// Room for strings that are short by nature (a version, a digest, a signal's name) and must not suffer for the
  /// length of others.
  private static let shortRoom = 64
}

extension JSONWriter {
  fileprivate mutating func integer(_ value: Int64, for name: String) {
    key(name)
    integer(value)
  }

  fileprivate mutating func string(_ value: String, for name: String, room: Int) {
    key(name)
    string(value, room: room)
  }

  fileprivate mutating func field(_ field: Field, room: Int) {
    guard Field.isName(field.name) else { return }
    key(field.name)
    switch field.value {
    case .string(let text): string(text, room: room)
    case .integer(let value): integer(value)
    case .bool(let value): bool(value)
    case .null: null()
    }
  }

  fileprivate mutating func layer(_ layer: IsolationLayer, room: Int) {
    guard Field.isName(layer.name) else { return }
    key(layer.name)
    beginObject()
    string(layer.state.text, for: "state", room: room)
    for field in layer.details.prefix(StartFrame.mostDetails) { self.field(field, room: room) }
    endObject()
  }

  fileprivate mutating func withheld(_ frame: StartFrame, room: Int) {
    let listed = frame.withheldEnvironment.prefix(StartFrame.mostNames)
    let others = frame.withheldOthers + Int64(frame.withheldEnvironment.count - listed.count)
    if !listed.isEmpty {
      key("env_withheld")
      beginArray()
      for name in listed { string(name, room: room) }
      endArray()
    }
    if others > 0 { integer(others, for: "env_withheld_others") }
  }

  fileprivate mutating func totals(_ totals: StreamTotals, for name: String) {
    key(name)
    beginObject()
    integer(totals.bytes, for: "bytes")
    integer(totals.frames, for: "frames")
    integer(totals.droppedBytes, for: "dropped_bytes")
    if totals.redactions > 0 { integer(totals.redactions, for: "redactions") }
    endObject()
  }

  fileprivate mutating func totals(_ totals: ArtifactTotals) {
    key("artifacts")
    beginObject()
    integer(totals.files, for: "files")
    integer(totals.bytes, for: "bytes")
    integer(totals.refused, for: "refused")
    endObject()
  }

  fileprivate mutating func denied(_ frame: ExitFrame, room: Int) {
    var others = frame.deniedOthers
    key("denied")
    beginArray()
    for (index, call) in frame.denied.enumerated() {
      if index >= ExitFrame.mostDenied {
        others += call.count
        continue
      }
      beginObject()
      string(call.syscall, for: "syscall", room: min(room, 64))
      if let family = call.family { string(family, for: "family", room: min(room, 64)) }
      integer(call.count, for: "count")
      endObject()
    }
    endArray()
    if others > 0 { integer(others, for: "denied_others") }
  }
}
