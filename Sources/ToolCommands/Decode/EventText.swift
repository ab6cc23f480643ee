internal import WarderFrames

/// An event as words for a person.
enum EventText {
  /// nil for what is not worth a line.
  static func text(of event: EventFrame) -> String? {
    switch event.type {
    case "heartbeat": return nil
    case "denied": return denied(event)
    case "truncated":
      guard let bytes = event.integer("dropped_bytes"), let stream = event.string("stream") else { break }
      return "\(HumanNumbers.count(bytes, "byte")) of \(stream) left out here: a limit was reached"
    case "artifact_refused":
      guard let name = event.string("name"), let reason = event.string("reason") else { break }
      return "artifact \(name) does not come back: \(reason)\(rest(of: event, but: ["name", "reason"]))"
    case "cancelled":
      guard let signal = event.string("signal") else { break }
      return "cancelled from outside by \(signal)"
    default: break
    }
    return event.type + rest(of: event, but: [])
  }

  /// `denied: socket(AF_INET) ×3: EPERM, process 7`
  private static func denied(_ event: EventFrame) -> String {
    var call = event.string("syscall") ?? "a system call"
    if let family = event.string("family") { call += "(\(family))" }
    if let count = event.integer("count"), count > 1 { call += " ×\(HumanNumbers.grouped(count))" }
    if let number = event.string("errno") { call += ": \(number)" }
    if let process = event.integer("pid") { call += ", process \(process)" }
    return "denied: \(call)" + rest(of: event, but: ["syscall", "family", "count", "errno", "pid"])
  }

  /// `, name value, name value`
  private static func rest(of event: EventFrame, but told: [String]) -> String {
    event.fields.filter { !told.contains($0.name) }.map { field in
      switch field.value {
      case .string(let text): ", \(field.name) \(text)"
      case .integer(let number): ", \(field.name) \(number)"
      case .bool(let flag): ", \(field.name) \(flag)"
      case .null: ", \(field.name)"
      }
    }.joined()
  }
}

extension EventFrame {
  fileprivate func string(_ name: String) -> String? {
    guard case .string(let text)? = fields.first(where: { $0.name == name })?.value else { return nil }
    return text
  }

  fileprivate func integer(_ name: String) -> Int64? {
    guard case .integer(let number)? = fields.first(where: { $0.name == name })?.value else { return nil }
    return number
  }
}
