internal import Foundation
internal import WarderFrames

/// Shows a log to a person as it comes: output where it belongs, events and the verdict as lines on standard error.
struct TextPrinter {
  private let outputIsTerminal = isatty(STDOUT_FILENO) == 1
  private let errorIsTerminal = isatty(STDERR_FILENO) == 1

  mutating func print(_ item: LogItem) {
    guard case .frame(let frame) = item else { return }
    switch frame.body {
    case .output(.stdout, let bytes): write(bytes, to: .standardOutput, isTerminal: outputIsTerminal)
    case .output(.stderr, let bytes): write(bytes, to: .standardError, isTerminal: errorIsTerminal)
    case .event(let event) where event.type != "heartbeat": Self.say(Self.text(of: event))
    case .start, .event, .artifact, .exit, .unknown: break
    }
  }

  /// One line: `warder: the script exited with status 0 (1.2 s, 11.5 MB)`, and one for everything that is missing.
  func printVerdict(on result: RunResult) {
    if let exit = result.exit {
      let seconds = Double(exit.durationMilliseconds) / 1000
      let megabytes = Double(exit.maximumResidentBytes) / 1_000_000
      Self.say("\(exit.message) " + String(format: "(%.1f s, %.1f MB)", seconds, megabytes))
      for layer in result.start?.isolation ?? [] where Self.isWorthALine(layer) {
        Self.say("isolation: \(layer.name) is \(layer.state.text)\(Self.reason(of: layer))")
      }
    } else {
      Self.say("the log has no verdict: the supervisor was killed, or the end of the log is lost")
    }
    for artifact in result.artifacts where artifact.isComplete {
      Self.say("artifact \(artifact.name.text) came back (\(artifact.bytes.count) bytes)")
    }
    if let refused = result.exit?.artifacts?.refused, refused > 0 {
      Self.say("\(refused) things in the artifact directory did not come back")
    }
    if result.missingFrames > 0 { Self.say("\(result.missingFrames) frames are missing from the log") }
    if result.noiseLines > 0 { Self.say("\(result.noiseLines) lines of the log are no frames") }
    for disagreement in result.disagreements { Self.say(disagreement) }
  }

  /// A wall that is missing or lower than it should be. A watch is `disabled` where nobody asked for its limit.
  private static func isWorthALine(_ layer: IsolationLayer) -> Bool {
    switch layer.state {
    case .active: false
    case .degraded, .unavailable: true
    case .disabled: !layer.name.hasSuffix("_watch")
    }
  }

  private static func reason(of layer: IsolationLayer) -> String {
    for detail in layer.details where detail.name == "reason" {
      if case .string(let reason) = detail.value { return ": " + reason }
    }
    return ""
  }

  private static func text(of event: EventFrame) -> String {
    let fields = event.fields.map { field in
      switch field.value {
      case .string(let text): "\(field.name) \(text)"
      case .integer(let number): "\(field.name) \(number)"
      case .bool(let flag): "\(field.name) \(flag)"
      case .null: field.name
      }
    }
    return ([event.type] + fields).joined(separator: ", ")
  }

  /// Everything but the script's own bytes in a pipe may hold text that the script chose.
  static func say(_ text: String) {
    let line = Array("warder: \(text)".utf8)
    var shown: [UInt8] = []
    // A name with a newline in it must not make a line of its own.
    for byte in TerminalText.neutralized(line) {
      if byte == UInt8(ascii: "\n") { shown += Array("\\n".utf8) } else { shown.append(byte) }
    }
    FileHandle.standardError.write(Data(shown + [UInt8(ascii: "\n")]))
  }

  private func write(_ bytes: [UInt8], to handle: FileHandle, isTerminal: Bool) {
    handle.write(Data(isTerminal ? TerminalText.neutralized(bytes) : bytes))
  }
}
