internal import WarderFrames

// Every string of a frame that is not Warder's own word.

extension Redaction {
  func frame(_ frame: StartFrame) -> StartFrame {
    guard isActive else { return frame }
    var frame = frame
    frame.id = frame.id.map { text($0) }
    frame.runtime = text(frame.runtime)
    frame.script.path = text(frame.script.path)
    frame.withheldEnvironment = frame.withheldEnvironment.map { text($0) }
    for index in frame.isolation.indices { frame.isolation[index].details = fields(frame.isolation[index].details) }
    return frame
  }

  func frame(_ frame: EventFrame) -> EventFrame {
    guard isActive else { return frame }
    return EventFrame(frame.type, fields(frame.fields))
  }

  func frame(_ frame: ExitFrame) -> ExitFrame {
    guard isActive else { return frame }
    var frame = frame
    frame.message = text(frame.message)
    for index in frame.denied.indices { frame.denied[index].syscall = text(frame.denied[index].syscall) }
    return frame
  }

  private func fields(_ fields: [Field]) -> [Field] {
    fields.map { field in
      guard case .string(let value) = field.value else { return field }
      return Field(field.name, text(value))
    }
  }
}
