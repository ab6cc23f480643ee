internal import CLinux
package import TaskModel

/// A child that was reaped.
package struct ReapedProcess: Equatable, Sendable {
  package let process: Int32
  package let end: ProcessEnd
}

/// The calling process and its children.
package enum Processes {
  package static var ownID: Int32 { cl_process_id() }
  package static var userID: UInt32 { cl_effective_user_id() }
  package static var parentID: Int32 { cl_parent_id() }
  /// The process group, see getpgrp(2).
  package static var ownGroup: Int32 { cl_process_group() }

  /// Whether user ids mean something else here than on the machine, see user_namespaces(7): the first namespace maps all of
  /// them to themselves.
  package static var areInOwnUserNamespace: Bool {
    var buffer = [UInt8](roomFor: 512)
    guard let file = try? KernelFile("/proc/self/uid_map"), let count = file.read(into: &buffer) else { return false }
    return !UserMap.isWhole(buffer.span.extracting(0..<count))
  }

  package enum ReapResult {
    case reaped(ReapedProcess)
    /// There are children, and none has ended.
    case noneEnded
    /// There is no child at all.
    case noChildren
  }

  /// Takes the end of one child, an orphan that was adopted too, without waiting. See wait4(2).
  package static func reap() throws(SystemCallError) -> ReapResult {
    var native = cl_exit()
    switch unsafe cl_reap(&native) {
    case 1:
      let end: ProcessEnd =
        native.signal == 0 ? .exited(native.exit_status) : .signaled(native.signal)
      return .reaped(ReapedProcess(process: native.process, end: end))
    case 0: return .noneEnded
    case -ErrorNumber.noChild: return .noChildren
    case let failure: throw SystemCallError(call: "waitpid", number: -failure)
    }
  }

  /// What all reaped children used together, and the largest of them.
  package struct Usage {
    package let userMicroseconds: UInt64
    package let systemMicroseconds: UInt64
    package let maximumResidentBytes: UInt64

    init(_ native: cl_usage) {
      userMicroseconds = native.user_microseconds
      systemMicroseconds = native.system_microseconds
      maximumResidentBytes = native.maximum_resident_bytes
    }

    /// CPU time, user and system.
    package var nanoseconds: UInt64 { (userMicroseconds + systemMicroseconds) * 1_000 }
  }

  /// What this process used itself, see getrusage(2), RUSAGE_SELF.
  package static var ownUsage: Usage {
    var native = cl_usage()
    unsafe cl_own_usage(&native)
    return Usage(native)
  }

  /// See getrusage(2), RUSAGE_CHILDREN: a child whose own children it did not wait for is not complete there.
  package static var childrenUsage: Usage {
    var native = cl_usage()
    unsafe cl_children_usage(&native)
    return Usage(native)
  }

  /// See kill(2): a positive number is a process, -1 everything that this process may signal, but itself.
  package static func kill(_ process: Int32, _ signal: Int32) throws(SystemCallError) {
    try checked(cl_kill(process, signal), "kill", "\(process)")
  }

  /// Signals a process that cannot be mistaken for another one of the same number, see pidfd_send_signal(2).
  package static func signal(_ pidfd: borrowing Descriptor, _ signal: Int32) throws(SystemCallError) {
    try checked(cl_pidfd_signal(pidfd.raw, signal), "pidfd_send_signal")
  }

  /// See pidfd_open(2), kernel 5.3.
  package static func openPidfd(_ process: Int32) throws(SystemCallError) -> Descriptor {
    Descriptor(owning: try checked(cl_pidfd_open(process), "pidfd_open", "\(process)"))
  }

  /// Nobody of the same user may trace this process or open its /proc/<pid>/{mem,maps,environ,fd} from now on
  /// (PR_SET_DUMPABLE in prctl(2), "ptrace access mode" in ptrace(2)). Changing ids sets it back: repeat it then.
  package static func becomeNonDumpable() throws(SystemCallError) {
    try checked(cl_become_non_dumpable(), "prctl")
  }

  /// Undoes it, for diagnosis.
  package static func becomeDumpable() throws(SystemCallError) {
    try checked(cl_become_dumpable(), "prctl")
  }

  package static var isDumpable: Bool { cl_is_dumpable() != 0 }

  /// Orphans of the tree become children of this process and not of PID 1 (PR_SET_CHILD_SUBREAPER).
  package static func becomeSubreaper() throws(SystemCallError) {
    try checked(cl_become_subreaper(), "prctl")
  }

  /// execve(2) gives no privileges from now on (PR_SET_NO_NEW_PRIVS); seccomp and Landlock ask for it.
  package static func setNoNewPrivileges() throws(SystemCallError) {
    try checked(cl_set_no_new_privileges(), "prctl")
  }

  package static var hasNoNewPrivileges: Bool { cl_has_no_new_privileges() == 1 }

  /// A write without a reader answers EPIPE instead of killing.
  package static func ignoreBrokenPipes() { cl_ignore_broken_pipes() }

  /// Asks the scheduler for short turns, for which this process is let in early: among two thousand processes of a fork bomb,
  /// on a machine that was busy besides, it was its turn after 20 s without. Since Linux 6.12, see sched_setattr(2) and the
  /// kernel's scheduler/sched-eevdf.rst; older kernels take the wish without granting it. Children do not inherit it.
  package static func preferShortSlices() { _ = cl_prefer_short_slices() }

  /// Ends this process at once.
  package static func exitNow(_ status: Int32) -> Never { cl_exit_now(status) }
}

/// The numbers of the signals that the supervisor itself deals in; the same on every architecture of Linux that
/// Swift supports.
package enum SignalNumber {
  package static let hangup: Int32 = 1
  package static let interrupt: Int32 = 2
  package static let kill: Int32 = 9
  package static let terminate: Int32 = 15
  package static let child: Int32 = 17
  package static let `continue`: Int32 = 18
  package static let stop: Int32 = 19
}
