internal import TaskModel

/// podman or docker as it was found.
struct ContainerClient: Equatable, Sendable {
  /// `podman` or `docker`.
  let engine: EngineKind
  let path: String
}

extension EnginePlan {
  /// A container with the settings of a restricted pod: another user, no capability, no new privileges, the engine's
  /// default seccomp profile, a read-only root, `/tmp` in memory, no network.
  ///
  /// - Parameters:
  ///   - environment: the client's own; the container gets none of it.
  ///   - mountsSupervisor: whether the staged `warder-init` takes the image's place.
  static func container(
    _ task: LocalTask, _ stage: StagePaths, _ client: ContainerClient, image: String, name: String,
    environment: [String: String], mountsSupervisor: Bool
  ) -> EnginePlan {
    let isPodman = client.engine == .podman
    var words = ["run", "--rm", "--name", name, "--log-driver", "none"]
    words += task.values.network == .none ? ["--network", "none"] : []
    words += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    if let user = task.user { words += ["--user", "\(user.id):\(user.group)"] }
    if task.hasReadOnlyRoot { words.append("--read-only") }
    // podman alone adds writable directories to a read-only root by itself, and entries to /etc/hosts.
    if isPodman { words += ["--read-only-tmpfs=false", "--no-hosts", "--pidfile", stage.processID] }
    for directory in ["/tmp", "/dev/shm"] {
      words += temporaryMount(directory, task.temporaryBytes, isPodman: isPodman)
    }
    words += ["--mount", bindMount(stage.task, PodPaths.task)]
    // Other paths that options name are the image's, as in a pod.
    if let policy = task.values.policyFile { words += ["--mount", bindMount(policy, policy)] }
    if mountsSupervisor {
      words += ["--mount", bindMount(stage.supervisor, PodPaths.supervisor)]
      words += ["--entrypoint", PodPaths.supervisor]
    }
    words += limits(task)
    for (variable, value) in task.environment.sorted(by: { $0.key < $1.key }) {
      words += ["--env", "\(variable)=\(value)"]
    }
    return EnginePlan(
      engine: client.engine, program: client.path, engineArguments: words + [image],
      supervisorArguments: task.arguments(taskDirectory: PodPaths.task), environment: environment,
      containerName: name, processIDFile: isPodman ? stage.processID : nil)
  }

  /// Swap included: with it a task would get slow where in a pod it ends.
  private static func limits(_ task: LocalTask) -> [String] {
    var words: [String] = []
    if let memory = task.cgroupMemoryBytes {
      words += ["--memory", String(memory), "--memory-swap", String(memory)]
    }
    if let cpus = task.cpus { words += ["--cpus", cpus] }
    return words
  }

  private static func temporaryMount(_ directory: String, _ bytes: Int64, isPodman: Bool) -> [String] {
    // podman fills a tmpfs with what the image has there, docker forbids to execute what lies in one, unless told otherwise.
    isPodman
      ? ["--mount", "type=tmpfs,destination=\(directory),tmpfs-mode=1777,tmpfs-size=\(bytes),notmpcopyup"]
      : ["--tmpfs", "\(directory):rw,exec,mode=1777,size=\(bytes)"]
  }

  /// The value is a line of comma-separated values (RFC 4180), for either client.
  private static func bindMount(
    _ source: String, _ destination: String
  ) -> String {
    let fields = ["type=bind", "source=\(source)", "destination=\(destination)", "readonly"]
    return fields.map { field in
      field.contains(where: { $0 == "," || $0 == "\"" })
        ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }.joined(separator: ",")
  }
}
