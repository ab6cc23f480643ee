internal import TaskModel
internal import WarderFrames

/// How a run ended, as one line for a person:
/// `✓ exited 0 in 1.2 s · 11 MB · 3 denied calls: connect ×3 (allow with --network all)`.
///
/// Every word of it comes from the log's frames: nothing is judged here.
struct VerdictLine: Sendable {
  enum Mark: String, Sendable {
    case success = "✓"
    case failure = "✗"
    /// Nobody knows how it ended.
    case unknown = "?"
  }

  let mark: Mark
  /// `exited 0 in 1.2 s`
  let headline: String
  /// What else is worth a word: memory, refused calls, what was cut.
  let details: [String]
  /// The verdict's own sentence, where it says more than the line; it wants a line of its own.
  let explanation: String?

  init(_ result: RunResult) {
    guard let exit = result.exit else {
      mark = .unknown
      headline = "no verdict: the supervisor was killed, or the end of the log is lost"
      details = []
      explanation = nil
      return
    }
    let isGood = exit.reason == .checked || exit.reason == .exited && exit.exitCode == 0
    mark = isGood ? .success : .failure
    headline = Self.headline(exit)
    var details: [String] = []
    if exit.maximumResidentBytes > 0 { details.append(HumanNumbers.bytes(exit.maximumResidentBytes)) }
    if result.isTruncated { details.append("output cut at its limit") }
    if let denied = Self.denied(exit, profile: result.seccompProfile) { details.append(denied) }
    if !result.isComplete { details.append("the log is incomplete") }
    self.details = details
    explanation = Self.isToldByTheLine(exit) ? nil : exit.message
  }

  /// The whole line, without its end.
  func text(isColored: Bool = false) -> String {
    let words = [headline] + details
    let shown = words.map { TerminalText.oneLine($0) }
    guard isColored else { return "\(mark.rawValue) \(shown.joined(separator: " · "))" }
    let ink: Ink =
      switch mark {
      case .success: .success
      case .failure: .failure
      case .unknown: .warning
      }
    let rest = shown.dropFirst().map { Ink.faint.paint(" · \($0)") }.joined()
    return "\(ink.paint("\(mark.rawValue) \(shown[0])"))\(rest)"
  }

  // MARK: - Words

  private static func headline(_ exit: ExitFrame) -> String {
    let time = HumanNumbers.time(milliseconds: exit.durationMilliseconds)
    switch exit.reason {
    case .exited: return "exited \(exit.exitCode.map { String($0) } ?? "with an unknown status") in \(time)"
    case .signaled: return "killed by \(exit.signal ?? "a signal") after \(time)"
    case .timeout: return "timed out after \(time)"
    case .cpuLimit: return "stopped at its CPU time limit after \(time)"
    case .memoryLimit: return "stopped at its memory limit after \(time)"
    case .processLimit: return "stopped at its process limit after \(time)"
    case .diskLimit: return "stopped at its disk limit after \(time)"
    case .outputLimit: return "stopped at its output limit after \(time)"
    case .syscallViolation: return "killed for a forbidden system call after \(time)"
    case .cancelled: return "cancelled after \(time)"
    case .checked: return "checked, not run"
    case .launchFailed: return "never ran: could not be started"
    case .invalidTask: return "never ran: invalid task"
    case .isolationUnavailable: return "never ran: required isolation is not available"
    case .internalError: return "Warder failed after \(time)"
    default: return "ended as \(exit.unrecognizedReason ?? exit.reason.text) after \(time)"
    }
  }

  /// Whether the sentence says nothing but how the script ended and what it was refused.
  private static func isToldByTheLine(_ exit: ExitFrame) -> Bool {
    let sentence: String
    switch exit.reason {
    case .checked: return true
    case .exited: sentence = "the script exited with status \(exit.exitCode ?? 0)"
    case .signaled: sentence = "the script was ended by \(exit.signal ?? "")"
    default: return false
    }
    guard exit.message.hasPrefix(sentence) else { return false }
    let additions = exit.message.dropFirst(sentence.count).split(separator: ";")
    return additions.allSatisfy { $0.contains(" was denied ") }
  }

  private static let mostNamed = 3

  /// `3 denied calls: connect ×3 (allow with --network all)`
  private static func denied(_ exit: ExitFrame, profile: String?) -> String? {
    var total = exit.deniedOthers
    for call in exit.denied {
      let (sum, overflow) = total.addingReportingOverflow(call.count)
      total = overflow ? .max : sum
    }
    guard total > 0 else { return nil }
    var names = exit.denied.prefix(mostNamed).map { call -> String in
      let name = call.family.map { "\(call.syscall)(\($0))" } ?? call.syscall
      return call.count > 1 ? "\(name) ×\(HumanNumbers.grouped(call.count))" : name
    }
    if exit.denied.count > mostNamed || exit.deniedOthers > 0 { names.append("…") }
    let remedy = exit.denied.compactMap { option(for: $0, profile: profile) }.first
    let hint = remedy.map { " (allow with \($0))" } ?? ""
    return "\(HumanNumbers.count(total, "denied call")): \(names.joined(separator: ", "))\(hint)"
  }

  /// The option that allows a call. Of Warder's own profiles alone one can tell from their name what they refuse.
  private static func option(for call: DeniedCall, profile: String?) -> String? {
    guard profile == "default" || profile == "strict" else { return nil }
    let call = DenialSummary.Call(name: call.syscall, family: call.family, count: UInt64(max(0, call.count)))
    // Had `network` been `all`, neither would have refused an IP socket.
    return DenialSummary.option(allowing: call, networkIsNone: true, seccompIsStrict: profile == "strict")
  }
}

extension RunResult {
  /// What the `start` frame says of the filter.
  fileprivate var seccompProfile: String? {
    guard let layer = start?.isolation.first(where: { $0.name == "seccomp" && $0.state == .active }),
      case .string(let profile)? = layer.details.first(where: { $0.name == "profile" })?.value
    else { return nil }
    return profile
  }
}
