/// The exit code of `warder-init` itself, which is all that Kubernetes' podFailurePolicy sees.
package enum ProcessExitCode {
  /// Warder's own codes. A script's own status among them would forge a verdict, so it is replaced.
  package static let reserved: ClosedRange<Int32> = 240...253
  /// What stands for a script's own status among the reserved ones, and for every failure of its own in the mode `verdict`.
  package static let scriptFailed: Int32 = 1
  /// The code of `internal_error`.
  private static let verdictIsLost: Int32 = 253
  /// What a shell adds to a signal's number.
  package static let signalBase: Int32 = 128

  /// The code for a verdict.
  ///
  /// - Parameter exitFrameIsWritten: whether the log has the verdict. Without it the modes `ran` and `zero`, which leave the
  ///   verdict to the log, must not say that all is well.
  package static func code(
    for verdict: Verdict, mode: ExitCodeMode, exitFrameIsWritten: Bool = true
  ) -> Int32 {
    switch mode {
    case .passthrough: passthrough(verdict)
    case .verdict: verdict.reason.ownExitCode ?? (verdict.exitCode == 0 ? 0 : scriptFailed)
    case .ran: exitFrameIsWritten ? ran(verdict) : verdictIsLost
    case .zero: exitFrameIsWritten ? 0 : verdictIsLost
    }
  }

  private static func ran(_ verdict: Verdict) -> Int32 {
    switch verdict.reason {
    case .cancelled, .launchFailed, .invalidTask, .isolationUnavailable, .internalError:
      verdict.reason.ownExitCode ?? verdictIsLost
    default: 0
    }
  }

  private static func passthrough(_ verdict: Verdict) -> Int32 {
    if let code = verdict.reason.ownExitCode { return code }
    if let signal = verdict.signal { return signalBase + signal }
    // A script that ended by itself has a status; without one something is wrong with the verdict, and it must not be 0.
    guard let status = verdict.exitCode else { return scriptFailed }
    return reserved.contains(status) ? scriptFailed : status
  }
}
