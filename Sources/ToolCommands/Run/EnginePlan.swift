/// A program to be started, as plain values.
struct EnginePlan: Equatable, Sendable {
  let engine: EngineKind
  /// An absolute path.
  var program: String
  /// The engine's own arguments, which end with the supervisor or its image.
  var engineArguments: [String] = []
  /// The arguments of `warder-init`, or of whatever else the program is.
  var supervisorArguments: [String]
  var environment: [String: String]
  /// The user and group that it is started as; nil for this process's own.
  var user: UInt32?
  /// By which the engine knows the container.
  var containerName: String?
  /// The file in which the engine writes the container's process id.
  var processIDFile: String?

  var arguments: [String] { engineArguments + supervisorArguments }
}

/// The paths of one run's files on this machine.
struct StagePaths: Equatable, Sendable {
  let directory: String

  /// Files of the task, as in a pod's `/task`.
  var task: String { directory + "/task" }
  /// What the script may write to where it has no `/tmp` of its own.
  var scratch: String { directory + "/scratch" }
  /// A copy of `warder-init` that every user can execute.
  var supervisor: String { directory + "/warder-init" }
  var processID: String { directory + "/container.pid" }
}

/// Paths inside of an engine with a root of its own: those of a pod.
enum PodPaths {
  static let task = "/task"
  static let supervisor = "/warder-init"
  /// Where the interpreters of a system lie: nothing of a user's own, which a script may not read.
  static let searchPath = "/usr/local/bin:/usr/bin:/bin"
}

extension EnginePlan {
  /// `warder-init` as a plain process: it confines the script by what every process may do to its children.
  ///
  /// - Parameter isRoot: whether this process is root. The supervisor would give that up by itself, and with it the
  ///   promise to end with this process (prctl(2), PR_SET_PDEATHSIG), so it is started without.
  static func process(_ task: LocalTask, _ stage: StagePaths, isRoot: Bool) -> EnginePlan {
    EnginePlan(
      engine: .process, program: stage.supervisor,
      supervisorArguments: task.arguments(
        taskDirectory: stage.task,
        own: task.defaultMemoryFlags + task.defaultDiskFlags
          + ["--scratch=\(stage.scratch)", "--termination-message=none"]),
      environment: task.environment.merging(["PATH": PodPaths.searchPath]) { given, _ in given },
      user: isRoot ? unprivileged : nil)
  }

  /// What root becomes, as a pod's task is.
  static let unprivileged: UInt32 = 1000
}
