import JSON

/// The bodies, member by member.
extension FrameParser {
  static func start(_ value: JSONValue) -> StartFrame? {
    guard let members = value.members,
      let number = members.count("protocol"), let version = members.string("version"), let run = members.string("run"),
      let runtime = members.string("runtime"), let script = members.value("script").flatMap(script),
      let limits = members.value("limits")?.members, let isolation = members.value("isolation").flatMap(layers),
      let startedAt = members.string("started_at"), let others = members.countIfPresent("env_withheld_others")
    else { return nil }
    var frame = StartFrame(
      version: version, run: run, runtime: runtime, script: script, limits: fields(limits), isolation: isolation,
      withheldOthers: others, startedAt: startedAt)
    frame.protocolNumber = number
    if let id = members.value("id") {
      guard let text = id.string else { return nil }
      frame.id = text
    }
    if let trust = members.value("trust") {
      guard let text = trust.string else { return nil }
      frame.trust = text
    }
    frame.isCheck = members.isCheck
    if let withheld = members.value("env_withheld") {
      guard let names = withheld.elements else { return nil }
      for name in names {
        guard let text = name.value.string else { return nil }
        frame.withheldEnvironment.append(text)
      }
    }
    return frame
  }

  private static func script(_ value: JSONValue) -> StartFrame.Script? {
    guard let members = value.members, let path = members.string("path"), let bytes = members.count("bytes"),
      let sha256 = members.string("sha256")
    else { return nil }
    return StartFrame.Script(path: path, bytes: bytes, sha256: sha256)
  }

  private static func layers(_ value: JSONValue) -> [IsolationLayer]? {
    guard let members = value.members else { return nil }
    var layers: [IsolationLayer] = []
    for member in members {
      guard let details = member.node.value.members,
        let state = details.string("state").flatMap({ IsolationLayer.State(text: $0) })
      else { return nil }
      layers.append(IsolationLayer(member.name, state, details: fields(details, except: "state")))
    }
    return layers
  }

  static func event(_ value: JSONValue) -> EventFrame? {
    guard let members = value.members, let type = members.string("type") else { return nil }
    return EventFrame(type, fields(members, except: "type"))
  }

  static func artifact(_ value: JSONValue) -> ArtifactChunk? {
    guard let members = value.members, let offset = members.count("offset"), let bytes = members.value("b64")?.base64
    else { return nil }
    let name = members.string("name").map { Array($0.utf8) } ?? members.value("name_b64")?.base64
    guard let name = name.flatMap({ ArtifactName($0) }) else { return nil }
    var chunk = ArtifactChunk(name: name, offset: offset, bytes: bytes)
    if members.value("sha256") != nil {
      guard let sha256 = members.string("sha256"), let size = members.count("bytes") else { return nil }
      chunk.end = ArtifactEnd(bytes: size, sha256: sha256)
    }
    return chunk
  }

  /// Demands little: even the frame that a dying supervisor gets out is worth reading.
  static func exit(_ value: JSONValue) -> ExitFrame? {
    guard let members = value.members, let word = members.string("reason"), let message = members.string("message"),
      let duration = members.countIfPresent("duration_ms"), let user = members.countIfPresent("cpu_user_ms"),
      let system = members.countIfPresent("cpu_system_ms"), let resident = members.countIfPresent("max_rss_bytes"),
      let killed = members.countIfPresent("processes_killed"), let others = members.countIfPresent("denied_others")
    else { return nil }
    var frame = ExitFrame(
      reason: Reason(text: word), durationMilliseconds: duration, cpuUserMilliseconds: user,
      cpuSystemMilliseconds: system, maximumResidentBytes: resident, processesKilled: killed, deniedOthers: others,
      message: message)
    if frame.reason == .unrecognized { frame.unrecognizedReason = word }
    if let run = members.value("run") {
      guard let name = run.string else { return nil }
      frame.run = name
    }
    if let code = members.value("exit_code") {
      guard let number = code.integer else { return nil }
      frame.exitCode = number
    }
    if let signal = members.value("signal") {
      guard let name = signal.string else { return nil }
      frame.signal = name
    }
    if let totals = members.value("stdout") {
      guard let stdout = self.totals(totals) else { return nil }
      frame.stdout = stdout
    }
    if let totals = members.value("stderr") {
      guard let stderr = self.totals(totals) else { return nil }
      frame.stderr = stderr
    }
    frame.isCheck = members.isCheck
    if let totals = members.value("artifacts") {
      guard let artifacts = artifactTotals(totals) else { return nil }
      frame.artifacts = artifacts
    }
    if let denied = members.value("denied") {
      guard let calls = denied.elements else { return nil }
      for call in calls {
        guard let members = call.value.members, let name = members.string("syscall"), let count = members.count("count")
        else { return nil }
        frame.denied.append(DeniedCall(syscall: name, family: members.string("family"), count: count))
      }
    }
    return frame
  }

  private static func totals(_ value: JSONValue) -> StreamTotals? {
    guard let members = value.members, let bytes = members.count("bytes"), let frames = members.count("frames"),
      let dropped = members.count("dropped_bytes"), let redactions = members.countIfPresent("redactions")
    else { return nil }
    return StreamTotals(bytes: bytes, frames: frames, droppedBytes: dropped, redactions: redactions)
  }

  private static func artifactTotals(_ value: JSONValue) -> ArtifactTotals? {
    guard let members = value.members, let files = members.count("files"), let bytes = members.count("bytes"),
      let refused = members.count("refused")
    else { return nil }
    return ArtifactTotals(files: files, bytes: bytes, refused: refused)
  }

  private static func fields(_ members: [JSONMember], except name: String? = nil) -> [Field] {
    var fields: [Field] = []
    for member in members {
      if let name, member.name.hasSameBytes(as: name) { continue }
      if let value = member.node.value.field { fields.append(Field(member.name, value)) }
    }
    return fields
  }
}
