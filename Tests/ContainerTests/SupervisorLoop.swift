import Foundation
import TestSupport

/// One container whose process 1 is a shell that starts one supervisor after another: many runs for the price of one
/// container, and supervisors that are not process 1.
enum SupervisorLoop {
  /// Runs `/warder-init` once with each list of arguments.
  /// - Parameters:
  ///   - preparation: a command that the shell runs first.
  ///   - whileRunning: may act on the machine meanwhile.
  static func run(
    _ task: TaskDirectory, _ arguments: [[String]], preparation: String = ":",
    whileRunning: @escaping @Sendable (RunningContainer) async throws -> Void = { _ in }
  ) async throws -> [WarderRun] {
    let marker = "run-ended-" + randomName()
    let commands = arguments.map { words in
      // A session of its own each: an attack on a process group is to meet nobody else.
      "setsid --wait /warder-init \(words.map { "'\($0)'" }.joined(separator: " ")); echo \(marker) $?"
    }
    var container = Container(.test, ["-c", ([preparation] + commands).joined(separator: "\n")])
    container.entryPoint = "/bin/bash"
    container.timeLimit = .seconds(120)
    let whole = try await container.run(task, whileRunning: whileRunning)

    // Each run's log, then a line with the marker and the status.
    var runs: [WarderRun] = []
    var log = ""
    for line in whole.logText.split(separator: "\n") {
      if line.hasPrefix(marker), let status = Int32(line.dropFirst(marker.count + 1)) {
        runs.append(WarderRun(log: Array(log.utf8), end: .exited(status)))
        log = ""
      } else {
        log += line + "\n"
      }
    }
    guard runs.count == arguments.count else {
      throw TestSupportError("\(arguments.count) runs were to be made, \(runs.count) ended")
    }
    return runs
  }
}
