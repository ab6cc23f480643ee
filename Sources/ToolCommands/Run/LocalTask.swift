internal import TaskModel

/// What is to run, whatever runs it. Knows no file system: the files lie in a staged task directory by now.
struct LocalTask: Sendable {
  /// The script's name in the task directory; nil where it is to be found there by convention, as in a pod.
  var scriptName: String?
  /// Flags of `warder-init`, as a person or a manifest gave them: before everything that an engine adds.
  var flags: [String] = []
  var scriptArguments: [String] = []
  /// The container's variables: `WARDER_…` for the supervisor, others for those that are passed on.
  var environment: [String: String] = [:]
  /// What flags and variables say.
  var values: LocalValues
  /// The size of `/tmp` and of `/dev/shm`, where the engine makes them.
  var temporaryBytes: Int64 = Self.defaultTemporaryBytes
  /// The container's own limit, where a manifest says it.
  var containerMemoryBytes: Int64?
  /// Processors, as `podman run --cpus` takes them.
  var cpus: String?
  /// Nil for what the image says.
  var user: (id: Int64, group: Int64)? = (1000, 1000)
  var hasReadOnlyRoot = true
  /// What runs the script, by the usual runtimes; nil where nobody can tell here.
  var runtime: String?
  /// The image that was asked for.
  var image: String?
  /// The image that a manifest names: for engines that run images, and no reason to choose one.
  var manifestImage: String?
  /// When the pod's own deadline would end the task, since the engine's start.
  var deadlineSeconds: Int64?

  static let defaultTemporaryBytes: Int64 = 64 << 20
  /// What a task may have where nobody says: as much as a rendered Job gives it. A local run without any limit would
  /// take what the machine has.
  static let defaultMemory = "512Mi"

  /// The command line of `warder-init` behind the program, with the paths that the engine gives things.
  ///
  /// - Parameter own: flags of the engine's.
  func arguments(taskDirectory: String, own: [String] = []) -> [String] {
    var words = flags + own + ["--task=\(taskDirectory)"]
    if let scriptName { words.append("--script=\(taskDirectory)/\(scriptName)") }
    return scriptArguments.isEmpty ? words : words + ["--"] + scriptArguments
  }

  /// The limit of a container's cgroup; nil for none.
  var cgroupMemoryBytes: Int64? {
    if let containerMemoryBytes { return containerMemoryBytes }
    switch values.memory {
    case .off: return nil
    case .explicit(let bytes):
      // Above the task's own limit, so that the supervisor ends the task before the kernel does.
      return Int64(clamping: bytes) + max(32 << 20, Int64(clamping: bytes) / 8)
    case .automatic: return try? Quantity.parse(Self.defaultMemory)
    }
  }

  /// The flag that limits what is written where no file system has a size of its own.
  var defaultDiskFlags: [String] {
    guard case .automatic = values.disk else { return [] }
    return [Setting(key: .disk, text: Quantity.format(temporaryBytes)).flag]
  }

  /// The flag that limits memory where no cgroup does and nobody says how much.
  var defaultMemoryFlags: [String] {
    guard case .automatic = values.memory else { return [] }
    return [Setting(key: .memory, text: containerMemoryBytes.map(Quantity.format) ?? Self.defaultMemory).flag]
  }
}
