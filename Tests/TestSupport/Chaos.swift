import Foundation
import WarderFrames

/// Runs that are disturbed at random: how many, from which seed, and what must hold of every one of them.
package enum Chaos {
  /// `CHAOS_RUNS` asks for more of them.
  package static let runs = number("CHAOS_RUNS") ?? 12
  /// A failure names its seed; `CHAOS_SEED` has the same runs again, as far as time allows.
  package static let seed = UInt64(number("CHAOS_SEED") ?? Int.random(in: 0..<1_000_000_000))

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  /// Kills one of a script's processes, if there is any.
  package static func killOne(marked marker: String, _ choose: inout some RandomNumberGenerator) {
    guard let process = ProcessTable.scripts(marked: marker).randomElement(using: &choose) else { return }
    _ = kill(process, SIGKILL)
  }

  /// What is wrong with a log and its termination message, in words.
  ///
  /// - Parameters:
  ///   - readerLeft: the log may end anywhere.
  ///   - supervisorWasKilled: there may be no verdict.
  package static func problems(
    log: [UInt8], message: [UInt8], readerLeft: Bool, supervisorWasKilled: Bool
  ) -> [String] {
    var problems: [String] = []
    var frames: [Frame] = []
    var decoder = FrameDecoder()
    // Only a reader that leaves, or a death, cuts a line.
    let end = log.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if end < log.count, !readerLeft, !supervisorWasKilled { problems.append("the log ends within a line") }
    for item in decoder.feed(Array(log[..<end])) + decoder.finish() {
      if case .frame(let frame) = item { frames.append(frame) } else { problems.append("a line is no frame: \(item)") }
    }
    for (index, frame) in frames.enumerated() where frame.sequence != UInt64(index) {
      problems.append("frame \(index) has the number \(frame.sequence)")
    }
    var verdict: ExitFrame?
    for frame in frames {
      if verdict != nil { problems.append("a frame follows the verdict: \(frame)") }
      if case .exit(let body) = frame.body { verdict = body }
    }
    let first = message.prefix { $0 != UInt8(ascii: "\n") }
    let told = (try? JSONSerialization.jsonObject(with: Data(first))) as? [String: Any]
    guard let told, let reason = told["reason"] as? String else {
      return problems + ["the termination message is no JSON: \(String(decoding: message, as: UTF8.self))"]
    }
    if let verdict {
      if verdict.reason.text != reason { problems.append("the log says \(verdict.reason), the message \(reason)") }
      if verdict.exitCode != (told["exit_code"] as? Int).map(Int64.init) { problems.append("the exit codes differ") }
    } else if !supervisorWasKilled {
      if !readerLeft { problems.append("the log has no verdict") }
      if reason == "lost" { problems.append("the message has no verdict") }
    }
    if case .start(let start)? = frames.first?.body, start.run != told["run"] as? String {
      problems.append("the message is of another run")
    }
    return problems
  }
}
