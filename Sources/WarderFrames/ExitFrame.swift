/// The verdict: the last frame of a run.
public struct ExitFrame: Sendable, Hashable {
  /// How the run ended.
  public var reason: Reason
  /// The reason's word where `reason` is `unrecognized`.
  public var unrecognizedReason: String?
  /// The run that the verdict is on, as its `StartFrame` names it; absent where Warder itself failed.
  public var run: String?
  /// The script's own exit status, 0–255; absent when it never ran or a signal ended it.
  public var exitCode: Int64?
  /// Name of the signal that ended the script, such as `SIGKILL`.
  public var signal: String?
  /// Wall-clock time from the script's start to its end; 0 if it never ran.
  public var durationMilliseconds: Int64
  /// CPU time of the process tree in user mode.
  public var cpuUserMilliseconds: Int64
  /// CPU time of the process tree in the kernel.
  public var cpuSystemMilliseconds: Int64
  /// Largest resident set of any one process.
  public var maximumResidentBytes: Int64
  /// Processes that were still there at the end and were killed.
  public var processesKilled: Int64
  /// What became of the standard output; absent where Warder itself failed and could not tell.
  public var stdout: StreamTotals?
  /// What became of the standard error.
  public var stderr: StreamTotals?
  /// What came back of the artifact directory; absent where none was asked for, or nothing ran.
  public var artifacts: ArtifactTotals?
  /// Whether the run only checked the script (`StartFrame.isCheck`).
  public var isCheck = false
  /// The system calls that were denied, at most `ExitFrame.mostDenied` of them in a frame.
  public var denied: [DeniedCall]
  /// How many calls were denied besides those listed, in all.
  public var deniedOthers: Int64
  /// One sentence for people.
  public var message: String

  /// A verdict; what is not given is absent, zero or empty.
  public init(
    reason: Reason, exitCode: Int64? = nil, signal: String? = nil, durationMilliseconds: Int64,
    cpuUserMilliseconds: Int64 = 0, cpuSystemMilliseconds: Int64 = 0, maximumResidentBytes: Int64 = 0,
    processesKilled: Int64 = 0, stdout: StreamTotals? = nil, stderr: StreamTotals? = nil,
    denied: [DeniedCall] = [], deniedOthers: Int64 = 0, message: String
  ) {
    self.reason = reason
    self.exitCode = exitCode
    self.signal = signal
    self.durationMilliseconds = durationMilliseconds
    self.cpuUserMilliseconds = cpuUserMilliseconds
    self.cpuSystemMilliseconds = cpuSystemMilliseconds
    self.maximumResidentBytes = maximumResidentBytes
    self.processesKilled = processesKilled
    self.stdout = stdout
    self.stderr = stderr
    self.denied = denied
    self.deniedOthers = deniedOthers
    self.message = message
  }

  /// The most system calls that a frame lists.
  public static let mostDenied = 16
}

/// What became of one of the script's output streams. The script wrote `bytes` + `droppedBytes`, where every secret that was
/// replaced counts as the marker that stands for it.
public struct StreamTotals: Sendable, Hashable {
  /// Bytes that frames carry.
  public var bytes: Int64
  /// Frames that carry them.
  public var frames: Int64
  /// Bytes that were read and left out, because a limit was reached.
  public var droppedBytes: Int64
  /// Secrets that were replaced by a marker, those among the dropped bytes included.
  public var redactions: Int64

  /// Totals of a stream; what is not given is zero.
  public init(bytes: Int64 = 0, frames: Int64 = 0, droppedBytes: Int64 = 0, redactions: Int64 = 0) {
    self.bytes = bytes
    self.frames = frames
    self.droppedBytes = droppedBytes
    self.redactions = redactions
  }
}

/// What came back of a script's artifact directory.
public struct ArtifactTotals: Sendable, Hashable {
  /// Files that came back whole.
  public var files: Int64
  /// Their bytes.
  public var bytes: Int64
  /// Files, links and other things that did not come back. Events name the first of them, with reasons.
  public var refused: Int64

  /// Totals; what is not given is zero.
  public init(files: Int64 = 0, bytes: Int64 = 0, refused: Int64 = 0) {
    self.files = files
    self.bytes = bytes
    self.refused = refused
  }
}

/// A system call that the script made and did not get.
public struct DeniedCall: Sendable, Hashable {
  /// The call's name, or its number where it has no known name.
  public var syscall: String
  /// Of a call that makes sockets: the address family, such as `AF_INET`.
  public var family: String?
  /// How often it was denied.
  public var count: Int64

  /// A call and its count.
  public init(syscall: String, family: String? = nil, count: Int64) {
    self.syscall = syscall
    self.family = family
    self.count = count
  }
}
