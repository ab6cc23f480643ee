internal import Foundation
internal import TaskModel

/// What the command line asks for: the task, and its files as they were read.
struct RequestedTask {
  var task: LocalTask
  var sources: [TaskSource] = []
  /// What a run on this machine leaves out of what was asked for, a sentence for each.
  var remarks: [String] = []

  init(_ options: RunOptions, _ limits: LimitOptions, _ command: [String]) throws {
    if options.json, options.frames { throw RunProblem.usage("--json and --frames cannot be had together") }
    let words = command.first == "--" ? Array(command.dropFirst()) : command
    task = LocalTask(values: LocalValues())
    do {
      let isFromManifest = try takeManifest(options, limits.settings)
      try takeScript(words, options, hasScript: isFromManifest)
      task.flags += try limits.settings.map { try Self.flag($0) }
      takeVariables(limits.task.passEnv + limits.task.redact)
      task.values = try LocalValues(flags: task.flags, environment: task.environment)
    } catch let problem as TaskSourceProblem {
      throw RunProblem.usage(problem.message)
    } catch let error as ConfigurationError {
      throw RunProblem.usage(error.message)
    }
    task.image = options.image
    task.runtime = Self.runtime(of: sources.first { $0.name == task.scriptName }, named: limits.task.runtime)
    if let size = options.temporarySize { task.temporaryBytes = try Self.temporaryBytes(size) }
    try checkNames()
  }

  /// - Returns: whether there is one.
  private mutating func takeManifest(_ options: RunOptions, _ settings: [Setting]) throws -> Bool {
    guard let job = options.job else {
      if options.jobName != nil || !options.configMaps.isEmpty {
        throw RunProblem.usage("--job-name and --config-map belong to --job FILE")
      }
      return false
    }
    let manifest = try ManifestTask([job] + options.configMaps, named: options.jobName)
    task = manifest.task
    sources = manifest.sources
    remarks = manifest.remarks
    // What is said here goes before what the manifest says; lists come together.
    for key in Set(settings.map(\.key)) where !key.isList { task.flags = FlagWords.without(key, task.flags) }
    if options.task != nil { sources = [] }
    return true
  }

  /// `--pass-env` and `--redact` name variables of this command's own environment, which engines get nothing else of.
  private mutating func takeVariables(_ lists: [String]) {
    let own = ProcessInfo.processInfo.environment
    for name in lists.flatMap({ $0.split(separator: ",").map(String.init) }) where !name.hasPrefix("WARDER_") {
      task.environment[name] = own[name] ?? task.environment[name]
    }
  }

  private mutating func takeScript(_ words: [String], _ options: RunOptions, hasScript: Bool) throws {
    if let directory = options.task { sources += try TaskSources.directory(directory) }
    for file in options.files { sources += try TaskSources.files(file) }
    guard let script = words.first else {
      guard hasScript || options.task != nil else {
        throw RunProblem.usage("no script given: warder run [OPTIONS] SCRIPT [ARGS…]; see warder run --help")
      }
      return try takeStandardInput(options, isTaken: false)
    }
    if script.hasPrefix("-"), script != "-" { throw RunProblem.usage(Self.unknownOption(script)) }
    let source = try TaskSources.script(script)
    sources.removeAll { $0.name == source.name && (hasScript || $0.bytes == source.bytes) }
    sources.append(source)
    task.scriptName = source.name
    if words.count > 1 || !hasScript { task.scriptArguments = Array(words.dropFirst()) }
    try takeStandardInput(options, isTaken: script == "-")
  }

  /// Standard input is a file of the task, as in a pod.
  private mutating func takeStandardInput(_ options: RunOptions, isTaken: Bool) throws {
    guard let path = options.standardInput else { return }
    if path == "-", isTaken {
      throw RunProblem.usage("standard input is the script already; it cannot be its input too")
    }
    var source = try TaskSources.script(path)
    if path == "-" { source = TaskSource(name: "stdin", bytes: source.bytes) }
    if !sources.contains(where: { $0.name == source.name && $0.bytes == source.bytes }) { sources.append(source) }
    task.flags.append(Setting(key: .standardInput, text: source.name).flag)
  }

  /// Two files of one name cannot lie in one directory; nor can one that has another beneath it.
  private func checkNames() throws {
    var seen: Set<String> = []
    for source in sources where !seen.insert(source.name).inserted {
      throw RunProblem.usage(
        "two files of the task are called \(source.name); give one of them another name: --file NAME=PATH")
    }
    for source in sources {
      var parent = source.name
      while let slash = parent.lastIndex(of: "/") {
        parent = String(parent[..<slash])
        if seen.contains(parent) { throw RunProblem.usage("\(parent) is a file and a directory of the task") }
      }
    }
  }

  /// As `warder-init` would choose it where no policy says otherwise.
  private static func runtime(of script: TaskSource?, named: String?) -> String? {
    let runtime = try? Policy.builtIn.runtime(
      named: named, scriptName: script?.name ?? "", firstBytes: Array(script?.bytes.prefix(256) ?? []))
    return runtime?.name
  }

  /// Paths are relative to where the person is, and not to where `warder-init` will be.
  private static func flag(_ setting: Setting) throws -> String {
    guard setting.key == .policy else { return setting.flag }
    let path = URL(fileURLWithPath: setting.text).standardizedFileURL.path
    return Setting(key: .policy, text: path).flag
  }

  private static func temporaryBytes(_ text: String) throws -> Int64 {
    do {
      let bytes = try Quantity.parse(text)
      guard bytes >= 1 << 20 else { throw RunProblem.usage("--tmp-size: expected 1Mi or more, found \(text)") }
      return bytes
    } catch let error as QuantityError {
      throw RunProblem.usage("--tmp-size: \(error.message) (in \"\(text)\")")
    }
  }

  private static func unknownOption(_ word: String) -> String {
    let name = String(word.prefix { $0 != "=" })
    if let key = ConfigurationKey.allCases.first(where: { $0.flag == name }), LimitOptions.elsewhere.contains(key) {
      return "\(name) is not an option of warder run: \(key.otherWay)"
    }
    return "there is no option \(name); see warder run --help (options of the script stand behind it)"
  }
}

extension ConfigurationKey {
  /// Whether several flags of the key come together.
  fileprivate var isList: Bool {
    switch row.kind {
    case .paths, .names, .secretSources, .logTargets, .arguments, .assignments, .layers: true
    case .number, .choice, .choiceOrPath, .text, .command: false
    }
  }

  /// How `warder run` says what the key says.
  fileprivate var otherWay: String {
    switch self {
    case .script: "the script is the first argument"
    case .arguments: "the script's arguments stand behind it"
    case .scriptEnvironment: "pipe the code in, with - as the script"
    case .log: "--frames prints the log"
    case .terminationMessage: "--json prints the result"
    case .scratch: "the engine sees to it"
    case .relay, .relayLog, .relayWait:
      "a local run tells no other system of itself; --frames gives the frames to a program"
    default: "see warder run --help"
    }
  }
}
