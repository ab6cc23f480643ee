internal import Foundation
internal import WarderFrames

/// Shows a log to a person as it comes: output where it belongs, events and the verdict as lines on standard error.
struct TextPrinter {
  private let presentation: Presentation
  /// Whether the terminal's cursor stands behind a line that the script has not ended.
  private var isMidLine = false

  init(_ presentation: Presentation) {
    self.presentation = presentation
  }

  mutating func print(_ item: LogItem) {
    guard case .frame(let frame) = item else { return }
    switch frame.body {
    case .output(let stream, let bytes): write(bytes, stream)
    case .event(let event) where event.type != "heartbeat": say(Self.text(of: event))
    case .start, .event, .artifact, .exit, .unknown: break
    }
  }

  /// The line of the verdict, and one for everything that is missing.
  mutating func printVerdict(on result: RunResult) {
    let line = VerdictLine(result)
    writeError(presentation.verdict(line))
    if let explanation = line.explanation { say(explanation) }
    for layer in result.start?.isolation ?? [] where result.exit != nil && Self.isWorthALine(layer) {
      say("isolation: \(layer.name) is \(layer.state.text)\(Self.reason(of: layer))", .warning)
    }
    for artifact in result.artifacts where artifact.isComplete {
      say("artifact \(artifact.name.text) came back (\(HumanNumbers.count(artifact.bytes.count, "byte")))")
    }
    if let refused = result.exit?.artifacts?.refused, refused > 0 {
      say("\(HumanNumbers.count(refused, "thing")) in the artifact directory did not come back", .warning)
    }
    if result.missingFrames > 0 {
      say("\(HumanNumbers.count(result.missingFrames, "frame")) missing from the log", .warning)
    }
    if result.noiseLines > 0 {
      let count = HumanNumbers.count(result.noiseLines, "line of the log is no frame", "lines of the log are no frames")
      say(count, .warning)
    }
    for disagreement in result.disagreements { say(disagreement, .warning) }
  }

  /// A line of the tool's own.
  mutating func say(_ text: String, _ ink: Ink? = nil) {
    writeError(presentation.notice(text, ink))
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

  // MARK: - Writing

  private mutating func write(_ bytes: [UInt8], _ stream: WarderFrames.OutputStream) {
    guard let last = bytes.last else { return }
    let handle: FileHandle = stream == .stdout ? .standardOutput : .standardError
    handle.write(Data(presentation.script(bytes, stream)))
    let channel = stream == .stdout ? presentation.stdout : presentation.stderr
    if channel.isTerminal { isMidLine = last != UInt8(ascii: "\n") }
  }

  /// A line of ours begins at a line's beginning.
  private mutating func writeError(_ line: [UInt8]) {
    let start: [UInt8] = isMidLine && presentation.stderr.isTerminal ? [UInt8(ascii: "\n")] : []
    isMidLine = false
    FileHandle.standardError.write(Data(start + line))
  }
}
