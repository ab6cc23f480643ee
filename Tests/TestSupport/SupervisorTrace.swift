import Foundation
import TaskModel

/// The system calls that a supervisor makes once it has confined itself, by strace(1), held against the rules of its own filter:
/// a call that somebody adds to the event loop or to the ending, and that the rules do not know, cannot pass unnoticed.
///
/// `TRACE_SUPERVISOR=1` traces every run of the integration tests so (`scripts/test traced`).
package final class SupervisorTrace: Sendable {
  package static let isWanted = ProcessInfo.processInfo.environment["TRACE_SUPERVISOR"] == "1"

  private let file: TemporaryPath

  init() throws {
    file = try TemporaryPath(file: [], permissions: 0o666)
  }

  /// strace as a grandchild, so that the supervisor has the parent and the number that it would have without; only the
  /// supervisor itself, and arguments as plain numbers.
  var wrapper: [String] {
    ["/usr/bin/strace", "-DD", "-qq", "-e", "raw=all", "-e", "signal=none", "-o", file.path]
  }

  /// - Parameter isConfined: whether the log says so; a trace that does not show it then was misread.
  /// - Throws: where the rules refuse a call that was made, or what was closed was not open.
  func check(isConfined: Bool) async throws {
    let path = file.path
    try await waitUntil("strace has written everything") {
      let text = try String(contentsOfFile: path, encoding: .utf8)
      if text.contains("+++ ") || text.contains("exit_group(") { return true }
      // A supervisor that a signal ended before it took signals over says neither: then the tracer has let go of the file.
      return !ProcessTable.isOpen(path)
    }
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let (confined, refused) = Self.refusedCalls(in: text)
    guard confined || !isConfined else { throw TestSupportError("the trace shows no filter of the supervisor's") }
    guard refused.isEmpty else {
      throw TestSupportError(
        "the supervisor's own filter refuses what the supervisor does (SeccompSupervisorCalls.swift):\n"
          + refused.joined(separator: "\n"))
    }
    let stray = Self.strayCloses(in: text)
    guard stray.isEmpty else {
      throw TestSupportError(
        "the supervisor closes descriptors that it does not have, so maybe others by mistake:\n"
          + stray.joined(separator: "\n"))
    }
  }

  /// The lines in which something is closed that is not open. Swift 6.3 compiles some initializers of noncopyable types that
  /// return early, in Embedded mode, to ones that close descriptors of random numbers; what else they hit shows much later.
  package static func strayCloses(in trace: String) -> [String] {
    trace.split(separator: "\n").filter { $0.hasPrefix("close(") && $0.contains(" EBADF ") }.map { String($0) }
  }

  /// The lines with calls that the rules refuse, among those after the filter's installation.
  package static func refusedCalls(in trace: String) -> (isConfined: Bool, calls: [String]) {
    let policy = SeccompSupervisor.policy
    var isConfined = false
    var refused: [String] = []
    for line in trace.split(separator: "\n") {
      guard let call = TracedCall(line) else { continue }
      if isConfined {
        if policy.action(for: call.name, arguments: call.arguments) != .allow { refused.append(String(line)) }
      } else if call.name == "seccomp", call.arguments[0] == 1, call.answer == "0" {
        isConfined = true
      }
    }
    return (isConfined, refused)
  }
}

/// A line of strace: `openat(0xffffffffffffff9c, 0x7ffd…, 0x80000, 0) = 0x3`.
private struct TracedCall {
  let name: String
  let arguments: [UInt64]
  let answer: String

  init?(_ line: Substring) {
    // The answer is put into a column; "-1 EPERM (Operation not permitted)" has parentheses of its own.
    guard let open = line.firstIndex(of: "("), !line.hasPrefix("+++"), !line.hasPrefix("---"),
      let end = line.range(of: #"\) += "#, options: .regularExpression), open < end.lowerBound
    else { return nil }
    name = String(line[..<open])
    var arguments = line[line.index(after: open)..<end.lowerBound].split(separator: ",").map { word in
      let word = word.trimmingCharacters(in: .whitespaces)
      return UInt64(word.hasPrefix("0x") ? String(word.dropFirst(2)) : word, radix: word.hasPrefix("0x") ? 16 : 10) ?? 0
    }
    while arguments.count < 6 { arguments.append(0) }
    self.arguments = arguments
    answer = String(line[end.upperBound...].prefix { $0 != " " })
  }
}
