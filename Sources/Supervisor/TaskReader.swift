internal import LinuxSystem
internal import TaskModel

/// The script and what lies beside it, read once.
struct LoadedTask {
  /// Where the script came from, for people: a path, `stdin`, `env:NAME`.
  let origin: String
  /// The file name that the script gets in its working directory.
  let fileName: String
  let script: [UInt8]
  let sha256: String
  let runtime: Runtime
  /// The task directory, and its entries that become input files.
  let directory: String?
  let inputs: [String]
  /// Entries that cannot be linked because their names are not UTF-8.
  let unusableInputs: Int
  /// The file that is the script's standard input, nil for /dev/null.
  let standardInputPath: String?
  /// The compiled profile that `seccomp` names, nil where it names none.
  var seccompProfile: LoadedSeccompProfile?
}

/// Finds and reads a task's script.
enum TaskReader {
  /// More entries than this in a task directory are refused: a ConfigMap of 1 MiB holds fewer.
  private static let mostEntries = 10_000

  /// - Parameters:
  ///   - startUpDeadline: when a script that comes by standard input must have ended.
  static func read(
    _ loaded: ConfigurationLoader.Loaded, environment: [EnvironmentVariable], startUpDeadline: Instant
  ) throws(TaskError) -> LoadedTask {
    let configuration = loaded.configuration
    let entries = try loaded.taskDirectory.map { path throws(TaskError) in try list(path) } ?? []
    let source = try readScript(loaded, entries: entries, environment: environment, deadline: startUpDeadline)

    let runtime: Runtime
    do {
      runtime = try configuration.policy.runtime(
        named: configuration.runtimeName, scriptName: source.name ?? "", firstBytes: Array(source.bytes.prefix(256)))
    } catch { throw TaskError(error.message) }

    let fileName = source.name ?? "script" + (runtime.extensions.first ?? "")
    var inputs: [String] = []
    var unusable = 0
    for entry in entries where !PathName.isKubernetesOwn(entry.name) {
      guard let name = String(validating: entry.name, as: UTF8.self) else {
        unusable += 1
        continue
      }
      if name.utf8.elementsEqual(TaskFile.name.utf8) || name.utf8.elementsEqual(fileName.utf8) { continue }
      inputs.append(name)
    }
    try checkArtifacts(configuration, taken: inputs + [fileName])
    if configuration.checksOnly, runtime.check.isEmpty {
      throw TaskError(
        words: "at trust shadow a script is only checked, and the runtime \(runtime.name) of this image has no check")
    }
    return LoadedTask(
      origin: source.origin, fileName: fileName, script: source.bytes,
      sha256: SHA256.hexadecimal(of: source.bytes), runtime: runtime, directory: loaded.taskDirectory,
      inputs: inputs, unusableInputs: unusable, standardInputPath: try standardInput(of: loaded))
  }

  /// The directory for artifacts must not be one of the links that stand for the task's own files.
  private static func checkArtifacts(
    _ configuration: EffectiveConfiguration, taken: [String]
  ) throws(TaskError) {
    guard let location = configuration.artifacts, location.base == .workDirectory else { return }
    for name in taken where name.utf8.elementsEqual(location.components[0]) {
      throw TaskError(words: "artifacts names the directory \(name), which is the name of one of the task's own files")
    }
  }

  private struct Source {
    let origin: String
    /// Nil where there is no file to be named after.
    let name: String?
    let bytes: [UInt8]
  }

  private static func readScript(
    _ loaded: ConfigurationLoader.Loaded, entries: [TaskDirectoryEntry], environment: [EnvironmentVariable],
    deadline: Instant
  ) throws(TaskError) -> Source {
    switch loaded.configuration.scriptSource {
    case .taskDirectory(let named):
      guard let directory = loaded.taskDirectory else {
        throw TaskError(.noTaskDirectory(path: loaded.configuration.taskDirectory))
      }
      let path: String
      do {
        path = try EntryScript.choose(
          named: named, standardInput: loaded.configuration.standardInputFile, entries: entries,
          runtimes: loaded.configuration.policy.runtimes, directory: directory)
      } catch { throw TaskError(error) }
      return try readFile(directory + "/" + path)
    case .file(let path):
      return try readFile(path)
    case .standardInput:
      return Source(origin: "stdin", name: nil, bytes: try readStandardInput(until: deadline))
    case .variable(let name):
      guard let variable = environment.first(where: { $0.name.elementsEqual(name.utf8) }) else {
        throw TaskError(.noVariable(name: name))
      }
      let origin = "env:" + name
      guard !variable.value.isEmpty else { throw TaskError(.empty(path: origin)) }
      return Source(origin: origin, name: nil, bytes: variable.value)
    }
  }

  private static func readFile(_ path: String) throws(TaskError) -> Source {
    // Non-blocking: a FIFO without a writer must not hold the start up.
    let file = try system(path) { () throws(SystemCallError) in try Files.open(path, .nonblocking) }
    let status = try system(path) { () throws(SystemCallError) in try file.status() }
    switch status.kind {
    case .regular: break
    case .directory: throw TaskError(.isDirectory(path: path))
    default: throw TaskError(.notRegular(path: path))
    }
    guard status.size <= EntryScript.longest else {
      throw TaskError(.tooLarge(path: path, bytes: Int64(clamping: status.size)))
    }
    let bytes = try system(path) { () throws(SystemCallError) in
      try file.readAll(maximumBytes: EntryScript.longest, subject: path)
    }
    guard !bytes.isEmpty else { throw TaskError(.empty(path: path)) }
    return Source(origin: path, name: PathName.lastComponent(path), bytes: bytes)
  }

  /// Runs a call about the script's file, and says what its failure means for the task.
  private static func system<Value: ~Copyable>(
    _ path: String, _ body: () throws(SystemCallError) -> Value
  ) throws(TaskError) -> Value {
    do { return try body() } catch {
      if error.number == ErrorNumber.noSuchFile || error.number == ErrorNumber.notDirectory {
        throw TaskError(.missing(path: path, present: []))
      }
      throw TaskError(.unreadable(path: path, problem: error.reason))
    }
  }

  /// Reads the script that somebody pipes in; a writer that never ends is told so when the time for the start is over.
  private static func readStandardInput(until deadline: Instant) throws(TaskError) -> [UInt8] {
    let path = "stdin"
    var bytes: [UInt8] = []
    var buffer = [UInt8](roomFor: 64 * 1024)
    let input = try system(path) { () throws(SystemCallError) in try Descriptor.duplicate(0) }
    while true {
      let left = deadline.nanoseconds(since: .now) / 1_000_000
      guard left > 0, input.waitUntilReadable(milliseconds: Int32(min(left, 60_000))) else {
        throw TaskError(
          words:
            "the script on standard input did not end within the \(WallDuration.format(TimeBounds.startUp)) that a start "
            + "may take")
      }
      switch input.read(into: &buffer) {
      case .bytes(0):
        guard !bytes.isEmpty else { throw TaskError(.empty(path: path)) }
        return bytes
      case .bytes(let count):
        bytes.append(contentsOf: buffer[..<count])
        guard bytes.count <= EntryScript.longest else {
          throw TaskError(.tooLarge(path: path, bytes: Int64(bytes.count)))
        }
      case .wouldBlock: continue
      case .failed(let number): throw TaskError(.unreadable(path: path, problem: errorReason(number)))
      }
    }
  }

  /// What lies at the top of the task directory, in the order of the names' bytes.
  private static func list(_ path: String) throws(TaskError) -> [TaskDirectoryEntry] {
    var entries: [TaskDirectoryEntry] = []
    do {
      let directory = try Files.open(path, .directory)
      let found = try directory.listNames(maximumEntries: mostEntries + 1)
      for entry in found {
        let status = try? Files.status(of: entry, in: directory.raw)
        entries.append(TaskDirectoryEntry(name: entry.bytes, isDirectory: status?.kind == .directory))
      }
    } catch {
      throw TaskError(.unreadableTaskDirectory(path: path, problem: error.reason))
    }
    guard entries.count <= mostEntries else {
      throw TaskError(
        words: "the task directory \(path) holds more than \(mostEntries) entries; put them into sub-folders")
    }
    return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// The file that the key `stdin` names must be there: a script that waits for input it was promised would be a riddle.
  private static func standardInput(of loaded: ConfigurationLoader.Loaded) throws(TaskError) -> String? {
    guard let name = loaded.configuration.standardInputFile else { return nil }
    guard let directory = loaded.taskDirectory else {
      throw TaskError(words: "stdin names the file \(name) of the task directory, and there is no task directory")
    }
    let path = directory + "/" + name
    let kind: FileKind
    do { kind = try Files.status(path).kind } catch {
      throw TaskError(words: "stdin names \(path), which cannot be read: \(error.reason)")
    }
    guard kind == .regular else {
      throw TaskError(words: "stdin names \(path), which is \(kind.description); expected a file")
    }
    return path
  }
}

extension TaskError {
  fileprivate init(_ problem: ScriptProblem) { self.init(problem.message) }
}
