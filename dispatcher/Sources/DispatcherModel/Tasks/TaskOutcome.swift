internal import JSON
package import WarderFrames

/// What became of a task: what its log says, what the platform says, and which of them counts.
package struct TaskOutcome: Sendable {
  /// Who said how it ended.
  package enum Source: String, Sendable {
    /// The verdict in the log.
    case log
    /// The platform: it ended the task before a verdict, or never began it.
    case platform
    /// The container's termination message, where the log has no verdict.
    case terminationMessage = "termination_message"
    /// The dispatcher: the task never came to the engine.
    case dispatcher
    /// Nobody.
    case nobody = "none"
  }

  package var reason: String
  package var exitCode: Int64?
  package var signal: String?
  package var durationMilliseconds: Int64?
  package var message: String
  package var source: Source
  /// What the log has.
  package var result: RunResult
  package var platform: EngineEnd

  /// Merges what is known.
  ///
  /// A verdict in the log is the supervisor's own word about what it saw, and counts. Without one the platform's status
  /// outranks the termination message: the message may be an old one, or one that a script's memory hunger left half
  /// written; what the platform did, it knows.
  package init(log result: RunResult, end: EngineEnd) {
    self.result = result
    platform = end
    if let exit = result.exit {
      reason = exit.unrecognizedReason ?? exit.reason.text
      exitCode = exit.exitCode
      signal = exit.signal
      durationMilliseconds = exit.durationMilliseconds
      message = exit.message
      source = .log
    } else if let said = end.platformReason {
      reason = said
      message = end.message ?? "the platform says \(said)"
      source = .platform
    } else if let left = TerminationVerdict(end.terminationMessage ?? []), left.reason != Reason.lost.text {
      reason = left.reason
      exitCode = left.exitCode
      signal = left.signal
      durationMilliseconds = left.durationMilliseconds
      message = "\(left.message ?? left.reason) (from the termination message: the log has no verdict)"
      source = .terminationMessage
    } else {
      reason = Reason.lost.text
      message = "the log ends without a verdict\(end.message.map { ": \($0)" } ?? "")"
      source = .nobody
    }
  }

  /// The outcome of a task that never came to the engine.
  package init(neverStarted reason: Reason, message: String) {
    result = RunAssembler.results(ofLog: [])[0]
    platform = EngineEnd()
    self.reason = reason.text
    self.message = message
    source = .dispatcher
  }

  /// Whether everything that the script wrote is known to be here.
  package var isComplete: Bool { source == .log && result.isComplete }
}

/// The first line of a termination message.
struct TerminationVerdict {
  var reason: String
  var exitCode: Int64?
  var signal: String?
  var durationMilliseconds: Int64?
  var message: String?

  init?(_ bytes: [UInt8]) {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    guard let node = try? JSONParser.parse(Array(line)), case .object(let members) = node.value else { return nil }
    var reason: String?
    for member in members {
      switch (member.name, member.node.value) {
      case ("reason", .string(let text)): reason = text
      case ("exit_code", .number(let number)): exitCode = number.integer
      case ("signal", .string(let text)): signal = text
      case ("duration_ms", .number(let number)): durationMilliseconds = number.integer
      case ("message", .string(let text)): message = text
      default: break
      }
    }
    guard let reason else { return nil }
    self.reason = reason
  }
}
