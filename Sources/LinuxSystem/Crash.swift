internal import CLinux

/// What is said if the supervisor itself fails: a trap in Embedded Swift ends the process without a word.
package enum Crash {
  /// From now on a fault writes an `internal_error` frame and verdict and exits with `exitStatus`.
  package static func installHandler(
    log: Int32, secondLog: Int32, terminationMessage: Int32, exitStatus: Int32
  ) throws(SystemCallError) {
    try checked(cl_install_crash_handler(log, secondLog, terminationMessage, exitStatus), "sigaction")
  }

  /// The sequence number that a crash frame would have to bear, and where it would go.
  package static func setContext(nextSequence: UInt64, log: Int32, secondLog: Int32, terminationMessage: Int32) {
    cl_crash_context(nextSequence, log, secondLog, terminationMessage)
  }

  /// The number alone, as frames are written.
  package static func setNextSequence(_ number: UInt64) { cl_crash_next_sequence(number) }

  /// Whether a crash may end everything that kill(-1) reaches.
  package static func setKillsTree(_ on: Bool) { cl_crash_kills_tree(on ? 1 : 0) }
}
