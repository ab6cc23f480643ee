internal import TaskModel

/// Reads a container's settings as `warder-init` will, as far as the manifest says them.
struct SettingRules {
  let workload: Workload
  let container: Field
  let file: ManifestFile
  let policy: Policy
  var report = LintReport()

  /// - Returns: nil where the settings are wrong, or cannot be known.
  mutating func configuration() -> EffectiveConfiguration? {
    guard let pod = try? TaskPod(file, named: workload.document.name) else { return structuralProblem() }
    do throws(ConfigurationError) {
      var environment: [EnvironmentVariable] = []
      for variable in pod.warderVariables {
        guard let text = variable.text else {
          report.warning(
            "warder/settings", container, "env",
            "the value of \(variable.name) is not in this file, and was not checked",
            fix: "write it as a value")
          continue
        }
        environment.append(EnvironmentVariable(variable.name, text))
      }
      let variables = try EnvironmentLayer.parse(environment)
      guard case .run(let flags) = try parseArguments(pod.arguments.map { Array($0.utf8) }) else {
        report.error(
          "warder/settings", container, "args", "with these arguments warder-init does not run the script",
          fix: "leave out --help, --version, --check, --print-config and --install")
        return nil
      }
      let directory = taskDirectory(environment: variables, flags: flags).path
      let taskFile = try taskFile(pod, directory)
      let configuration = try EffectiveConfiguration.resolve(
        policy: try policy(of: pod, flags) ?? policy, taskFile: taskFile, environment: variables, flags: flags)
      checkScript(pod, configuration)
      checkLog(configuration)
      return configuration
    } catch {
      let place = field(of: error.origin)
      let ceiling = error.kind == .exceedsCeiling ? "; give the image's policy with --policy where it allows more" : ""
      report.error(
        "warder/settings", place, nil, error.message, fix: "correct it: warder-init would refuse the task\(ceiling)")
      return nil
    }
  }

  /// Wrong types were told already; what else keeps the task from being read is told here.
  private mutating func structuralProblem() -> EffectiveConfiguration? {
    do throws(ManifestError) {
      _ = try TaskPod(file, named: workload.document.name)
    } catch {
      guard let place = error.place, !(file.documents.contains { Self.hasTypeError($0) }) else { return nil }
      let near = container.path.isEmpty ? workload.pod : container
      report.error("warder/task", near, nil, "\(place): \(error.message)", fix: "correct it: the pod cannot start so")
    }
    return nil
  }

  private static func hasTypeError(_ document: ManifestDocument) -> Bool {
    KubernetesSchema.current.check(document)?.contains { $0.kind != .unknownField } ?? false
  }

  /// The policy that `--policy` names, where the manifest mounts it: for images that have none.
  private func policy(of pod: TaskPod, _ flags: ParsedFlags) throws(ConfigurationError) -> Policy? {
    guard let path = flags.policyPath else { return nil }
    for mount in pod.mounts where path.hasPrefix(mount.path + "/") {
      guard case .files(let files) = mount.source else { continue }
      let inner = path.dropFirst(mount.path.count + 1)
      if let file = files.first(where: { $0.path == inner }) { return try Policy.parse(file.bytes, path: path) }
    }
    return nil
  }

  private func taskFile(_ pod: TaskPod, _ directory: String) throws(ConfigurationError) -> ParsedLayer? {
    guard case .files(let files)? = pod.mount(at: directory)?.source,
      let file = files.first(where: { $0.path == TaskFile.name })
    else { return nil }
    return try TaskFile.parse(file.bytes, path: directory + "/" + TaskFile.name)
  }

  /// The argument or variable that an error is about.
  private func field(of origin: ConfigurationOrigin) -> Field {
    switch origin {
    case .flag(let flag):
      container["args"]?.elements.first { $0.string == flag || $0.string?.hasPrefix(flag + "=") == true } ?? container
    case .variable(let name):
      container["env"]?.elements.first { $0["name"]?.string == name } ?? container
    case .commandLine: container["args"] ?? container
    case .builtIn, .file: container
    }
  }

  // MARK: - What can be told beforehand

  private mutating func checkScript(_ pod: TaskPod, _ configuration: EffectiveConfiguration) {
    guard case .files(let files)? = pod.mount(at: configuration.taskDirectory)?.source else { return }
    var names: [String] = []
    for file in files {
      let name = file.path.split(separator: "/").first.map { String($0) } ?? file.path
      if !names.contains(name) { names.append(name) }
    }
    let entries = names.sorted().map { name in
      TaskDirectoryEntry(name: Array(name.utf8), isDirectory: !files.contains { $0.path == name })
    }
    let directory = configuration.taskDirectory
    do throws(ScriptProblem) {
      let chosen: String
      switch configuration.scriptSource {
      case .taskDirectory(let named):
        chosen = try EntryScript.choose(
          named: named, standardInput: configuration.standardInputFile, entries: entries,
          runtimes: configuration.policy.runtimes, directory: directory)
      case .file(let path) where path.hasPrefix(directory + "/"): chosen = String(path.dropFirst(directory.count + 1))
      case .file, .standardInput, .variable: return
      }
      guard let script = files.first(where: { $0.path == chosen }) else {
        throw .missing(path: directory + "/" + chosen, present: names)
      }
      guard !script.bytes.isEmpty else { throw .empty(path: directory + "/" + chosen) }
      checkRuntime(script, configuration)
    } catch {
      report.error(
        "warder/script", container["args"] ?? container, nil, error.message, fix: "correct the ConfigMap, or script")
    }
  }

  private mutating func checkRuntime(_ script: TaskFiles.File, _ configuration: EffectiveConfiguration) {
    do throws(RuntimeSelectionError) {
      _ = try configuration.policy.runtime(
        named: configuration.runtimeName, scriptName: script.path, firstBytes: Array(script.bytes.prefix(256)))
    } catch {
      // Without the image's policy its runtimes are not known.
      report.add(
        policy.path == nil ? .warning : .error, "warder/runtime", container["args"] ?? container, nil, error.message,
        fix: "set runtime; an image with runtimes of its own is known by --policy FILE")
    }
  }

  /// The kubelet rotates at 10 MiB by default (`containerLogMaxSize`), and the log API reads the newest file only.
  private mutating func checkLog(_ configuration: EffectiveConfiguration) {
    guard configuration.logLimitBytes > 10 << 20 else { return }
    report.error(
      "warder/log", container["args"] ?? container, nil,
      "a log of \(Quantity.format(configuration.logLimitBytes)) is rotated at 10Mi, and its beginning cannot be read any "
        + "more", fix: "keep log_limit at 9Mi")
  }
}
