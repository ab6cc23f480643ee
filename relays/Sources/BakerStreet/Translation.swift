package import WarderFrames

/// From a log's frames to what Baker Street is told.
package struct Translation: Sendable {
  private var nextSequence: UInt64 = 0
  private var output = Tail(capacity: 256 * 1024)
  private var errors = Tail(capacity: 8 * 1024)
  private var files: [String] = []
  /// The beginning of a line whose end has not come: programs write lines in pieces.
  private var held: (stream: OutputStream, bytes: [UInt8], sequence: UInt64)?
  package private(set) var exit: ExitFrame?

  /// The longest message of output, but for a frame that is longer by itself.
  private static let longestMessage = 8_000

  package init() {}

  /// What is to be published for a frame.
  package mutating func messages(for frame: Frame) -> [ProgressMessage] {
    var messages: [ProgressMessage] = []
    if frame.sequence > nextSequence {
      messages += release()
      messages.append(Self.gap(frame.sequence - nextSequence, before: frame.sequence))
    }
    nextSequence = frame.sequence + 1
    switch frame.body {
    case .start(let start):
      messages += release()
      messages.append(
        ProgressMessage(
          .milestone, "started", detail: "\(start.runtime), \(start.script.bytes) bytes, sha256 \(start.script.sha256)",
          sequence: frame.sequence))
    case .output(let stream, let bytes):
      if let held, held.stream != stream || held.bytes.count + bytes.count > Self.longestMessage {
        messages += release()
      }
      if stream == .stdout { output.append(bytes) } else { errors.append(bytes) }
      held = (stream, (held?.bytes ?? []) + bytes, frame.sequence)
      if bytes.last == UInt8(ascii: "\n") { messages += release() }
    case .event(let event) where event.type != "heartbeat":
      messages += release()
      let words = event.fields.map { "\($0.name)=\(Self.text($0.value))" }
      messages.append(
        ProgressMessage(
          .milestone, event.type, detail: words.isEmpty ? nil : words.joined(separator: " "), sequence: frame.sequence))
    case .artifact(let chunk):
      if chunk.end != nil { files.append(String(decoding: chunk.name.bytes, as: UTF8.self)) }
    case .exit(let exit):
      self.exit = exit
      messages += release()
      messages.append(
        ProgressMessage(.milestone, exit.reason.text, detail: exit.message, sequence: frame.sequence))
    case .event, .unknown: break
    }
    return messages
  }

  package func result() -> ResultMessage {
    guard let exit else {
      var result = ResultMessage(
        .failed, reason: "lost", error: "there is no verdict: the supervisor was ended from outside")
      fill(&result)
      return result
    }
    let status: ResultMessage.Status =
      exit.reason == .timeout ? .timeout : exit.reason == .exited && exit.exitCode == 0 ? .completed : .failed
    var result = ResultMessage(status, reason: exit.reason.text)
    if status != .completed {
      let said = errors.text
      result.error = said.isEmpty ? exit.message : exit.message + "\n" + said
    }
    result.exitCode = exit.exitCode
    result.durationMilliseconds = exit.durationMilliseconds
    fill(&result)
    return result
  }

  private func fill(_ result: inout ResultMessage) {
    result.result = output.text
    result.filesChanged = files
  }

  package var isHolding: Bool { held != nil }

  /// What is held back of a line, once nothing more came of it for a while.
  package mutating func release() -> [ProgressMessage] {
    guard let (stream, bytes, sequence) = held else { return [] }
    held = nil
    let isText = String(validating: bytes, as: UTF8.self) != nil
    return [
      ProgressMessage(
        .log, String(decoding: bytes, as: UTF8.self), detail: stream == .stdout ? "stdout" : "stderr",
        sequence: sequence, exactBytes: isText ? nil : bytes)
    ]
  }

  private static func gap(_ count: UInt64, before sequence: UInt64) -> ProgressMessage {
    ProgressMessage(
      .log, "[\(count) frames left out: the relay did not keep up]", detail: "relay", sequence: sequence - 1)
  }

  private static func text(_ value: FieldValue) -> String {
    switch value {
    case .string(let text): text
    case .integer(let number): String(number)
    case .bool(let flag): String(flag)
    case .null: "null"
    }
  }
}

/// The last bytes of a stream.
struct Tail: Sendable {
  private var bytes: [UInt8] = []
  private var dropped = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  mutating func append(_ more: [UInt8]) {
    bytes += more
    guard bytes.count > 2 * capacity else { return }
    dropped += bytes.count - capacity
    bytes.removeFirst(bytes.count - capacity)
  }

  /// What is lacking is said, and what is no UTF-8 is U+FFFD.
  var text: String {
    let kept = bytes.suffix(capacity)
    let missing = dropped + bytes.count - kept.count
    let text = String(decoding: kept.drop { missing > 0 && $0 & 0xC0 == 0x80 }, as: UTF8.self)
    return missing == 0 ? text : "[\(missing) bytes left out]\n" + text
  }
}
