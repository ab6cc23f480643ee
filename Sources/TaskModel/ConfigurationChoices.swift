// The keys that have a few named values. The cases stand from tight to loose: a ceiling that names one of them allows it and
// everything before it.

/// What happens when the script writes more than is kept.
package enum OutputPolicy: Int, CaseIterable, Sendable {
  /// End the tree.
  case kill
  /// Go on reading, keep the first part and the end.
  case truncate

  static var names: [String] { ["kill", "truncate"] }
}

/// The sockets that the script may open.
package enum NetworkAccess: Int, CaseIterable, Sendable {
  /// AF_UNIX only.
  case none
  /// What the network policy of the pod leaves.
  case all

  static var names: [String] { ["none", "all"] }
}

/// The seccomp filter of the child.
package enum SeccompProfileName: Int, CaseIterable, Sendable {
  /// The allowlist less what a computation does without.
  case strict
  /// The allowlist for Python and bash workloads.
  case standard
  /// A compiled profile of somebody else's making, inside of Warder's own guard. The key's value is the file's path, and this
  /// word stands for any such file in a ceiling.
  case file
  /// No filter.
  case unconfined

  static var names: [String] { ["strict", "default", "file", "unconfined"] }

  /// The name in the configuration and in the `start` frame.
  package var name: String { Self.names[rawValue] }
}

/// What the exit code of `warder-init` itself says.
package enum ExitCodeMode: Int, CaseIterable, Sendable {
  /// The script's own status, 128+n for a signal, 240–253 for Warder's verdicts.
  case passthrough
  /// 0 if the script exited with 0, 1 if it failed by itself, 240–253 for Warder's verdicts.
  case verdict
  /// 0 if the script ran and ended, by itself or at one of Warder's limits; 241 and 250–253 where somebody outside ended it, or
  /// where it never ran. For readers that take every other code for a failure of the platform, as Integr8sCode does. 253 too if
  /// a relay that was to write the log has failed.
  case ran
  /// 0 once an `exit` frame is written.
  case zero

  static var names: [String] { ["passthrough", "verdict", "ran", "zero"] }
}
