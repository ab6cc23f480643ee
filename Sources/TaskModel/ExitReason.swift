/// Why a task ended, as the `exit` frame says it. The supervisor knows these; what only a reader can know is in
/// `ReaderReason`.
package enum ExitReason: UInt8, CaseIterable, Sendable {
  /// The script ended by itself, whatever its status.
  case exited
  /// A signal ended it that Warder did not send.
  case signaled
  case timeout
  case cpuLimit
  case memoryLimit
  case processLimit
  case diskLimit
  case outputLimit
  /// The kernel killed it for a system call that no allowlist answers.
  case syscallViolation
  /// Somebody outside asked for the end.
  case cancelled
  /// The script was only to be checked, and passed: it never ran.
  case checked
  /// The script's program could not be started.
  case launchFailed
  /// The task or its configuration cannot be run.
  case invalidTask
  /// A required layer of isolation is not there.
  case isolationUnavailable
  /// The supervisor itself failed.
  case internalError

  /// The word in the frame.
  package var text: String {
    switch self {
    case .exited: "exited"
    case .signaled: "signaled"
    case .timeout: "timeout"
    case .cpuLimit: "cpu_limit"
    case .memoryLimit: "memory_limit"
    case .processLimit: "process_limit"
    case .diskLimit: "disk_limit"
    case .outputLimit: "output_limit"
    case .syscallViolation: "syscall_violation"
    case .cancelled: "cancelled"
    case .checked: "checked"
    case .launchFailed: "launch_failed"
    case .invalidTask: "invalid_task"
    case .isolationUnavailable: "isolation_unavailable"
    case .internalError: "internal_error"
    }
  }

  /// The exit code of `warder-init` that stands for the reason alone, nil where the script's own end decides.
  package var ownExitCode: Int32? {
    switch self {
    case .exited, .signaled: nil
    case .checked: 0
    case .timeout: 240
    case .cancelled: 241
    case .memoryLimit: 242
    case .processLimit: 243
    case .diskLimit: 244
    case .outputLimit: 245
    case .cpuLimit: 246
    case .syscallViolation: 247
    case .invalidTask: 250
    case .launchFailed: 251
    case .isolationUnavailable: 252
    case .internalError: 253
    }
  }
}

/// Why a task ended, where only its reader can tell: the log has no `exit` frame, or Kubernetes' status says more.
package enum ReaderReason: UInt8, CaseIterable, Sendable {
  /// There is no verdict, and nobody knows why.
  case lost
  case oomKilled
  case evicted
  case deadlineExceeded
  case unschedulable
  case admissionRefused
  case imagePull
  case nodeLost

  package var text: String {
    switch self {
    case .lost: "lost"
    case .oomKilled: "oom_killed"
    case .evicted: "evicted"
    case .deadlineExceeded: "deadline_exceeded"
    case .unschedulable: "unschedulable"
    case .admissionRefused: "admission_refused"
    case .imagePull: "image_pull"
    case .nodeLost: "node_lost"
    }
  }
}
