internal import Foundation
internal import Manifests
internal import TaskModel

/// The task of a Job or Pod, as far as this machine can do what the pod would.
struct ManifestTask {
  private(set) var task = LocalTask(values: LocalValues())
  private(set) var sources: [TaskSource] = []
  /// What is left out, or otherwise than in the cluster, a sentence for each.
  private(set) var remarks: [String] = []

  private static let supervisor = "warder-init"

  /// - Parameter files: the manifest, and others with ConfigMaps for it.
  init(_ files: [String], named name: String?) throws {
    do {
      var manifest = try Self.read(files[0])
      for file in files.dropFirst() { manifest = manifest.adding(try Self.read(file)) }
      let pod = try TaskPod(manifest, named: name)
      try takeCommand(pod)
      takeEnvironment(pod)
      try takeMounts(pod)
      takeConditions(pod)
      remarks += pod.warnings.map { "\($0.place): \($0.path): \($0.problem)" }
    } catch let error as ManifestError {
      throw RunProblem.usage(error.description)
    }
  }

  private static func read(_ file: String) throws -> ManifestFile {
    let source: TaskSource
    do { source = try TaskSources.script(file) } catch { throw RunProblem.usage(error.message) }
    return try ManifestFile.parse(source.bytes, name: file)
  }

  // MARK: - Command line

  /// An entry point of another name would run the script without Warder.
  private mutating func takeCommand(_ pod: TaskPod) throws {
    var words = pod.arguments
    if let command = pod.command, let program = command.first {
      guard program.split(separator: "/").last.map(String.init) == Self.supervisor else {
        throw RunProblem.usage(
          "\(pod.title) runs \(program) and not \(Self.supervisor): there is no script in it that Warder runs")
      }
      words = command.dropFirst() + words
    }
    let end = words.firstIndex(of: "--") ?? words.count
    task.scriptArguments = Array(words[min(end + 1, words.count)...])
    task.flags = Array(words[..<end])
  }

  // MARK: - Environment

  private mutating func takeEnvironment(_ pod: TaskPod) {
    for variable in pod.variables {
      switch variable.value {
      case .text(let text), .secret(let text): task.environment[variable.name] = text
      case .unavailable(let why): remarks.append("the variable \(variable.name) is left out: \(why)")
      }
    }
  }

  // MARK: - Mounts

  private static let usualDirectory = "/task"

  private mutating func takeMounts(_ pod: TaskPod) throws {
    let given: LocalValues
    do { given = try LocalValues(flags: task.flags, environment: warderVariables) } catch {
      throw RunProblem.usage("\(pod.title): \(error.message)")
    }
    let directory = given.taskDirectory ?? Self.usualDirectory
    for mount in pod.mounts {
      switch mount.source {
      case .files(let files) where mount.path == directory:
        sources += files.map { TaskSource(name: $0.path, bytes: $0.bytes) }
      case .unavailable(let what) where mount.path == directory:
        throw RunProblem.usage(
          "\(mount.place): the task is \(what), and lies not in the manifest; give the file that has it with --config-map, "
            + "or the files with --task DIR")
      case .scratch(_, let size) where mount.path == FilesystemPolicy.temporary:
        if let size { task.temporaryBytes = size }
      case .scratch where mount.path == FilesystemPolicy.sharedMemory: continue
      case .files, .scratch: remarks.append("the volume at \(mount.path) is left out")
      case .unavailable(let what): remarks.append("the volume at \(mount.path) is left out: it is \(what)")
      }
    }
    takeScript(given.script, in: directory)
    if given.relay != nil { remarks.append("the relay is left out: a local run tells no other system of itself") }
    drop([.task, .log, .terminationMessage, .relay, .relayLog, .relayWait])
  }

  private var warderVariables: [String: String] { task.environment.filter { $0.key.hasPrefix("WARDER_") } }

  /// A script that is named by its path in the pod lies somewhere else here.
  private mutating func takeScript(_ path: String?, in directory: String) {
    guard let path, path.hasPrefix(directory + "/") else { return }
    task.scriptName = String(path.dropFirst(directory.count + 1))
    drop([.script])
  }

  /// Takes keys away that say where things are in the pod.
  private mutating func drop(_ keys: [ConfigurationKey]) {
    for key in keys {
      task.environment[key.variable] = nil
      task.flags = FlagWords.without(key, task.flags)
    }
  }

  // MARK: - Conditions

  private mutating func takeConditions(_ pod: TaskPod) {
    task.manifestImage = pod.image
    task.containerMemoryBytes = pod.resources.memoryLimitBytes
    task.cpus = pod.resources.cpuLimit.map { Self.processors($0) }
    task.hasReadOnlyRoot = pod.isRootReadOnly
    task.deadlineSeconds = pod.podDeadlineSeconds
    task.user = pod.user.user.map { ($0, pod.user.group ?? 0) }
    if !pod.workload.initContainers.isEmpty { remarks.append("its init containers are left out") }
    if pod.workload.containers.count > 1 { remarks.append("its other containers are left out") }
  }

  /// As `--cpus` takes them: `0.25`.
  private static func processors(_ quantity: CPUQuantity) -> String {
    String(format: "%.3f", Double(quantity.millis) / 1000)
  }
}

/// Flags of `warder-init` as words: `--key=value`, or `--key` and `value`.
enum FlagWords {
  /// All but those of a key.
  static func without(_ key: ConfigurationKey, _ words: [String]) -> [String] {
    var kept: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      let isWhole = word.contains("=")
      let isOfKey = word == key.flag || word.hasPrefix(key.flag + "=")
      let value = isWhole || !word.hasPrefix("--") ? nil : rest.popFirst()
      if !isOfKey { kept += [word] + (value.map { [$0] } ?? []) }
    }
    return kept
  }
}
