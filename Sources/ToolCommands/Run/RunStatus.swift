internal import ArgumentParser
internal import TaskModel
internal import WarderFrames

/// The exit statuses of `warder run` that are not those of `warder-init`. They lie where no script's own status can be
/// (docs/supervision.md): 240 to 253 are Warder's alone.
enum RunStatus {
  /// What was asked for is no task: the code of `invalid_task`. What other commands end with (64) may be a script's own.
  static let noTask: Int32 = 250
  /// The reader of standard output went away: 128 + SIGPIPE, as of a program that dies of it.
  static let readerGone: Int32 = 141
  /// Somebody asked for the end before anything ran, as where the verdict says so.
  static let cancelled = ExitReason.cancelled.ownExitCode ?? engineFailed
  /// The engine could not run the task.
  static let engineFailed: Int32 = 248
  /// The log has no verdict: the supervisor was killed.
  static let lost: Int32 = 249

  /// The status of a run.
  static func of(_ outcome: RunOutcome) -> Int32 {
    if outcome.lostReader { return readerGone }
    guard outcome.hasFrames else {
      return outcome.wasKilled ? lost : outcome.wasCancelled ? cancelled : engineFailed
    }
    // `warder-init` has said it: what the verdict comes to, or what the key exit_code makes of it.
    return outcome.results.last?.exit == nil ? lost : outcome.status.shellCode
  }
}
