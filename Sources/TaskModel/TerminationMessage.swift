internal import JSON

/// The short verdict that Kubernetes shows as the container's termination message.
///
/// Two lines of JSON. The first is complete in itself, because pods with more than three containers get less than 4,096
/// bytes for each and what is beyond is cut; the second has the ends of the output.
package enum TerminationMessage {
  /// What Kubernetes reads, in bytes.
  package static let longest = 4_096
  /// The first line with its line feed, in bytes.
  package static let longestFirstLine = 1_000

  private static let roomForIdentifier = 200
  private static let roomForRun = 64

  /// The message about a task that has ended.
  ///
  /// - Parameters:
  ///   - run: the random id of this start of the container.
  ///   - identifier: the key `id`.
  ///   - duration: of the script; nil where it never ran.
  package static func compose(
    _ verdict: Verdict, run: String, identifier: String?, duration: Duration?, standardOutput: OutputTail,
    standardError: OutputTail
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("reason")
    writer.string(verdict.reason.text)
    if let exitCode = verdict.exitCode {
      writer.key("exit_code")
      writer.integer(Int64(exitCode))
    }
    if let signal = verdict.signal {
      writer.key("signal")
      writer.string(SignalName.name(of: signal))
    }
    if let duration {
      writer.key("duration_ms")
      writer.integer(duration.wholeMilliseconds)
    }
    finishFirstLine(&writer, run: run, identifier: identifier, message: verdict.message)

    appendTails(standardOutput, standardError, to: &writer.bytes)
    return writer.bytes
  }

  /// The message to write before the script starts: it stays where the supervisor itself is killed.
  package static func provisional(run: String, identifier: String?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("reason")
    writer.string(ReaderReason.lost.text)
    finishFirstLine(
      &writer, run: run, identifier: identifier,
      message: "the supervisor was killed before it could say how the task ended")
    return writer.bytes
  }

  private static func finishFirstLine(
    _ writer: inout JSONWriter, run: String, identifier: String?, message: String
  ) {
    writer.key("run")
    writer.string(run, room: roomForRun)
    if let identifier {
      writer.key("id")
      writer.string(identifier, room: roomForIdentifier)
    }
    writer.key("message")
    let ending = "\"\"}\n".utf8.count
    writer.string(message, room: longestFirstLine - writer.bytes.count - ending)
    writer.endObject()
    writer.bytes.append(ASCII.newline)
  }

  private static func appendTails(_ standardOutput: OutputTail, _ standardError: OutputTail, to bytes: inout [UInt8]) {
    let (output, outputIsExact) = standardOutput.text()
    let (error, errorIsExact) = standardError.text()
    let frame = "{\"stdout_tail\":\"\",\"stderr_tail\":\"\",\"output_complete\":false}\n".utf8.count
    let room = longest - bytes.count - frame

    // Each has half of the room, and what the other one leaves.
    let errorAlone = escapedLength(error, from: OutputTail.start(of: error, room: room / 2))
    let outputStart = OutputTail.start(of: output, room: room - errorAlone)
    let outputLength = escapedLength(output, from: outputStart)
    let errorStart = OutputTail.start(of: error, room: room - outputLength)

    var writer = JSONWriter(appendingTo: bytes)
    writer.beginObject()
    writer.key("stdout_tail")
    writer.string(utf8: output.span.extracting(outputStart...))
    writer.key("stderr_tail")
    writer.string(utf8: error.span.extracting(errorStart...))
    writer.key("output_complete")
    writer.bool(outputIsExact && errorIsExact && outputStart == 0 && errorStart == 0)
    writer.endObject()
    writer.bytes.append(ASCII.newline)
    bytes = writer.bytes
  }

  private static func escapedLength(_ text: [UInt8], from start: Int) -> Int {
    var escaped: [UInt8] = []
    _ = JSONEscape.append(text.span, from: start, room: longest, to: &escaped)
    return escaped.count
  }
}
