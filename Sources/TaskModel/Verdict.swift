/// How the script's main process ended, waitid(2).
package enum ProcessEnd: Equatable, Sendable {
  /// By exit(2), with a status from 0 to 255.
  case exited(Int32)
  /// By a signal.
  case signaled(Int32)
}

/// What the supervisor ended the script for. The first one counts.
package enum Intervention: Equatable, Sendable {
  case timeout
  /// The signal that came from outside.
  case cancelled(signal: Int32)
  case cpuLimit
  case memoryLimit
  case processLimit
  case diskLimit
  /// The script wrote more than a limit, whose key is named, and `output` is `kill`.
  case outputLimit(ConfigurationKey)
}

/// What became of a task: what the `exit` frame, the termination message and the exit code all say.
package struct Verdict: Sendable {
  package let reason: ExitReason
  /// The script's own status, nil where it never ran or a signal ended it.
  package let exitCode: Int32?
  /// The signal that ended the script.
  package let signal: Int32?
  /// One sentence for a person.
  package let message: String

  package init(_ reason: ExitReason, exitCode: Int32? = nil, signal: Int32? = nil, message: Words) {
    self.reason = reason
    self.exitCode = exitCode
    self.signal = signal
    self.message = message.text
  }
}

// MARK: - Before the script ran

extension Verdict {
  /// - Parameter problem: one sentence: what was expected and what was found.
  package static func invalidTask(_ problem: String) -> Verdict {
    Verdict(.invalidTask, message: "\(problem)")
  }

  /// - Parameters:
  ///   - step: what was being done, such as `exec of /usr/bin/python3`.
  ///   - problem: what the system answered.
  package static func launchFailed(step: String, problem: String) -> Verdict {
    Verdict(.launchFailed, message: "the script could not be started: \(step) failed: \(problem)")
  }

  /// - Parameter missing: the required layers that are not active, each with the reason; at least one.
  package static func isolationUnavailable(_ missing: [(layer: IsolationLayer, reason: String)]) -> Verdict {
    let parts = missing.map { ("\($0.layer.name) (\($0.reason))" as Words).text }
    return Verdict(
      .isolationUnavailable,
      message: "the script was not started because required isolation is not active: \(list: parts); "
        + "require names the layers that must be")
  }

  package static func internalError(_ problem: String) -> Verdict {
    Verdict(.internalError, message: "the supervisor failed: \(problem)")
  }
}
