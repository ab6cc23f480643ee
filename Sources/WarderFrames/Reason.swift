/// How a run ended. Every `exit` frame has one; the ones below `lost` are what a reader finds out by itself, because
/// nobody was left to write a frame.
public enum Reason: Sendable, Hashable, CaseIterable {
  /// The script's main process ended by itself, with any status.
  case exited
  /// A signal that Warder did not send ended the script's main process.
  case signaled
  /// The wall-clock limit was reached.
  case timeout
  /// The limit of CPU time was reached.
  case cpuLimit
  /// The process tree came close to the memory limit.
  case memoryLimit
  /// The process tree had too many processes or threads.
  case processLimit
  /// The script filled its disk.
  case diskLimit
  /// The script wrote more than allowed, and was to be ended for it.
  case outputLimit
  /// The script made a system call that is answered with death.
  case syscallViolation
  /// Somebody outside asked for the end.
  case cancelled
  /// The script was only checked, as it was meant to be, and found good: it never ran.
  case checked
  /// The interpreter could not be started: the script never ran.
  case launchFailed
  /// The task, its configuration or its script are not acceptable: the script never ran.
  case invalidTask
  /// A required layer of isolation could not be had: the script never ran.
  case isolationUnavailable
  /// Warder itself failed.
  case internalError

  /// There is no `exit` frame: the log ends without a verdict.
  case lost
  /// The kernel killed the container for its memory, says the pod's status.
  case oomKilled
  /// The pod was evicted from its node.
  case evicted
  /// Kubernetes' own deadline ended the pod.
  case deadlineExceeded
  /// The pod never found a node.
  case unschedulable
  /// Quota or admission control refused the pod.
  case admissionRefused
  /// The image could not be had.
  case imagePull
  /// The node went away.
  case nodeLost

  /// A word that this reader does not know: the frame comes from a newer Warder.
  case unrecognized

  /// The word that stands in frames and results.
  public var text: String {
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
    case .lost: "lost"
    case .oomKilled: "oom_killed"
    case .evicted: "evicted"
    case .deadlineExceeded: "deadline_exceeded"
    case .unschedulable: "unschedulable"
    case .admissionRefused: "admission_refused"
    case .imagePull: "image_pull"
    case .nodeLost: "node_lost"
    case .unrecognized: "unrecognized"
    }
  }

  /// The reason with this word; `unrecognized` if there is none.
  public init(text: String) {
    self = Reason.allCases.first { $0.text.utf8.elementsEqual(text.utf8) } ?? .unrecognized
  }
}
