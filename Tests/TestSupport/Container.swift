import Foundation

/// Who a container runs as.
package enum ContainerUser: Sendable {
  /// What the image says: 1000.
  case image
  case id(UInt32, group: UInt32)
  /// A uid out of the range that OpenShift assigns, with group 0; where the engine runs without root, one that its
  /// sub-uids have.
  package static func random() -> ContainerUser {
    .id(.random(in: geteuid() == 0 ? 1_000_650_000...1_999_999_999 : 20_000...60_000), group: 0)
  }
  case root

  var option: [String] {
    switch self {
    case .image: []
    case .id(let user, let group): ["--user", "\(user):\(group)"]
    case .root: ["--user", "0:0"]
    }
  }
}

/// The seccomp filter that the platform sets around the container.
package enum OuterFilter: Sendable {
  /// As strict as containerd's for a container without capabilities.
  case runtimeDefault
  case none
  case file(TemporaryPath)

  package static let directory = Repository.path("Tests/ContainerTests/Support")
  package static let fileName = "runtime-default.json"

  var option: String {
    switch self {
    case .runtimeDefault: "seccomp=\(Self.directory)/\(Self.fileName)"
    case .none: "seccomp=unconfined"
    case .file(let file): "seccomp=\(file.path)"
    }
  }

  /// The runtime's profile with some calls refused that it allows.
  package static func runtimeDefault(without calls: [String]) throws -> OuterFilter {
    let text = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + fileName))
    guard var profile = try JSONSerialization.jsonObject(with: text) as? [String: Any],
      let rules = profile["syscalls"] as? [[String: Any]]
    else { throw TestSupportError("\(fileName) is no seccomp profile") }
    profile["syscalls"] = rules.map { rule in
      var rule = rule
      rule["names"] = (rule["names"] as? [String])?.filter { !calls.contains($0) }
      return rule
    }
    let json = try JSONSerialization.data(withJSONObject: profile)
    return .file(try TemporaryPath(file: Array(json), permissions: 0o644))
  }
}

/// One container under the conditions of a restricted pod, by `podman run`: no capability, no new privileges, the runtime's
/// seccomp profile, a read-only root, `/tmp` in memory, no network. Each condition can be loosened, to show what it holds.
package struct Container: Sendable {
  package var image: ContainerEngine.Image
  /// Options of `warder-init`.
  package var options: [String]
  package var scriptArguments: [String] = []
  package var user = ContainerUser.image
  package var outerFilter = OuterFilter.runtimeDefault
  package var environment: [String: String] = [:]
  /// What no container without privileges has.
  package var hasDefaultCapabilities = false
  package var mayGainPrivileges = false
  /// Other directories of this machine, read-only, by the path that they get inside.
  package var mounts: [String: String] = [:]
  /// The same, but writable; one at `/tmp` takes the place of the memory-backed one.
  package var writableMounts: [String: String] = [:]
  /// Further memory-backed directories that anybody may write to.
  package var writableDirectories: [String] = []
  /// The kubelet mounts one; mode 0666 there as here.
  package var hasTerminationLog = true
  package var hasReadOnlyRoot = true
  /// Of `podman run`.
  package var furtherOptions: [String] = []
  /// The file to mount there, where a test looks at it while the container runs.
  package var terminationLog: TemporaryPath?
  /// The most processes that the container may have (its cgroup's pids.max).
  package var processLimit: Int?
  /// The memory limit of its cgroup, swap included.
  package var memoryLimit: String?
  /// What `/tmp` and the other memory-backed directories hold.
  package var temporarySize = "64m"
  /// Another container whose process namespace it shares, as the containers of a pod with `shareProcessNamespace` do.
  package var processNamespace: RunningContainer?
  /// A command in place of the image's entry point; `options` and `scriptArguments` are its arguments then.
  package var entryPoint: String?
  /// The entry point's working directory, where it is not the image's.
  package var workingDirectory: String?
  /// Seconds until podman kills it after asking it to stop.
  package var stopGrace = 30
  package var timeLimit: Duration = .seconds(60)

  package init(_ image: ContainerEngine.Image, _ options: [String] = [], scriptArguments: [String] = []) {
    self.image = image
    self.options = options
    self.scriptArguments = scriptArguments
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - task: what is mounted at `/task`.
  ///   - whileRunning: may act on the container; it is given as soon as podman has been started.
  package func run(
    _ task: TaskDirectory?, whileRunning: @escaping @Sendable (RunningContainer) async throws -> Void = { _ in }
  ) async throws -> WarderRun {
    try await ContainerEngine.prepare(image)
    let running = RunningContainer(name: "warder-test-" + randomName(), stopGrace: stopGrace)
    let terminationLog =
      hasTerminationLog ? try self.terminationLog ?? TemporaryPath(file: [], permissions: 0o666) : nil
    var command = ContainerEngine.podman(words(running.name, task: task, terminationLog: terminationLog))
    command.timeLimit = timeLimit
    do {
      let run = try await Slots.run { [command] in
        try await command.run { _ in try await whileRunning(running) }
      }
      // 125 is podman's own: the container could not be started.
      guard run.end != .exited(125) else {
        throw TestSupportError("podman could not run the container: \(run.errorText)")
      }
      withExtendedLifetime(task) {}
      return WarderRun(run, terminationMessage: try terminationLog?.contents)
    } catch {
      try? await running.remove()
      throw error
    }
  }

  private func words(_ name: String, task: TaskDirectory?, terminationLog: TemporaryPath?) -> [String] {
    var words = ["run", "--rm", "--name", name, "--network", "none", "--no-hosts", "--log-driver", "none"]
    words += ["--pull", "never", "--security-opt", outerFilter.option]
    if hasReadOnlyRoot { words += ["--read-only", "--read-only-tmpfs=false"] }
    words += user.option + furtherOptions
    if !hasDefaultCapabilities { words += ["--cap-drop", "all"] }
    if !mayGainPrivileges { words += ["--security-opt", "no-new-privileges"] }
    for directory in ["/tmp"] + writableDirectories where writableMounts[directory] == nil {
      let options = "tmpfs-mode=1777,tmpfs-size=\(temporarySize),notmpcopyup"
      words += ["--mount", "type=tmpfs,destination=\(directory),\(options)"]
    }
    if let task { words += ["--volume", "\(task.path):/task:ro"] }
    if let terminationLog { words += ["--volume", "\(terminationLog.path):/dev/termination-log:rw"] }
    for (inside, outside) in mounts { words += ["--volume", "\(outside):\(inside):ro"] }
    for (inside, outside) in writableMounts { words += ["--volume", "\(outside):\(inside):rw"] }
    if let processNamespace { words += ["--pid", "container:" + processNamespace.name] }
    for (name, value) in environment { words += ["--env", "\(name)=\(value)"] }
    if let memoryLimit { words += ["--memory", memoryLimit, "--memory-swap", memoryLimit] }
    if let processLimit { words += ["--pids-limit", String(processLimit)] }
    if let workingDirectory { words += ["--workdir", workingDirectory] }
    if let entryPoint { words += ["--entrypoint", entryPoint] }
    words += [image.reference] + options
    if !scriptArguments.isEmpty { words += ["--"] + scriptArguments }
    return words
  }
}

/// A container that was started and has a name.
package struct RunningContainer: Sendable {
  package let name: String
  let stopGrace: Int

  /// Starts a container without Warder that goes on until it is removed: some other workload of the same user.
  package static func neighbour(
    _ image: ContainerEngine.Image, command: [String], environment: [String: String] = [:]
  ) async throws -> RunningContainer {
    try await ContainerEngine.prepare()
    let neighbour = RunningContainer(name: "warder-test-" + randomName(), stopGrace: 0)
    let variables = environment.flatMap { ["--env", "\($0.key)=\($0.value)"] }
    try await ContainerEngine.podman(
      [
        "run", "--detach", "--name", neighbour.name, "--network", "none", "--no-hosts", "--pull", "never",
        "--cap-drop", "all", "--entrypoint", command[0],
      ] + variables + [image.reference] + command.dropFirst()
    ).runSuccessfully()
    return neighbour
  }

  /// Asks it to end as Kubernetes does: SIGTERM from outside its process namespace, SIGKILL after the grace.
  package func stop() async throws {
    try await ContainerEngine.podman(["stop", "--time", String(stopGrace), name]).runSuccessfully()
  }

  package func signal(_ signal: String) async throws {
    try await ContainerEngine.podman(["kill", "--signal", signal, name]).runSuccessfully()
  }

  /// Runs a command in the container, as `kubectl exec` does.
  package func execute(_ words: [String], environment: [String: String] = [:]) async throws -> ProcessRun {
    let variables = environment.flatMap { ["--env", "\($0.key)=\($0.value)"] }
    return try await ContainerEngine.podman(["exec"] + variables + [name] + words).run()
  }

  /// Its process 1, by the number that it has on this machine.
  package func supervisor() async throws -> Int32 {
    let output = try await ContainerEngine.podman(["inspect", "--format", "{{.State.Pid}}", name]).runSuccessfully()
    guard let process = Int32(output.outputText.trimmingCharacters(in: .whitespacesAndNewlines)), process > 0 else {
      throw TestSupportError("podman names no process of container \(name)")
    }
    return process
  }

  /// The process that reads its standard output: conmon, of this container alone.
  package func monitor() async throws -> Int32 {
    let run = try await ContainerEngine.podman(["inspect", "--format", "{{.State.ConmonPid}}", name]).runSuccessfully()
    guard let process = Int32(run.outputText.trimmingCharacters(in: .whitespacesAndNewlines)), process > 1 else {
      throw TestSupportError("podman names no conmon for \(name): \(run.outputText)")
    }
    return process
  }

  /// Waits until podman says that it runs.
  package func waitUntilRunning() async throws {
    for _ in 0..<1200 {
      let state = try await ContainerEngine.podman(["inspect", "--format", "{{.State.Status}}", name]).run()
      if state.outputText.hasPrefix("running") { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw TestSupportError("container \(name) was not running within a minute")
  }

  /// Whether it runs now.
  package var isRunning: Bool {
    get async throws {
      try await ContainerEngine.podman(["inspect", "--format", "{{.State.Running}}", name])
        .runSuccessfully().outputText.hasPrefix("true")
    }
  }

  package func remove() async throws {
    try await ContainerEngine.podman(["rm", "--force", "--time", "0", "--ignore", name]).runSuccessfully()
  }
}
