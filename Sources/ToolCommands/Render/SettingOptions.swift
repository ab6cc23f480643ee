internal import ArgumentParser
internal import TaskModel

extension Option where Value == String? {
  /// The option that a key of the configuration has.
  fileprivate init(setting key: ConfigurationKey) {
    self.init(name: .customLong(key.optionName), help: key.optionHelp)
  }
}

extension Option where Value == [String] {
  /// The option of a key that may be given several times.
  fileprivate init(setting key: ConfigurationKey) {
    self.init(wrappedValue: [], name: .customLong(key.optionName), parsing: .singleValue, help: key.optionHelp)
  }
}

extension ConfigurationKey {
  fileprivate var optionName: String { String(flag.dropFirst(2)) }

  fileprivate var optionHelp: ArgumentHelp {
    ArgumentHelp("\(row.help.prefix(1).uppercased())\(row.help.dropFirst()).", valueName: row.placeholder.lowercased())
  }
}

/// Keys of `warder-init` that a rendered task has as its arguments. Declared one by one, for completions and manual pages; a
/// test holds them to the table of keys.
struct SettingOptions: ParsableArguments {
  @Option(setting: .timeout) var timeout: String?
  @Option(setting: .trust) var trust: String?
  @Option(setting: .network) var network: String?
  @Option(setting: .runtime) var runtime: String?
  @Option(setting: .standardInput) var stdin: String?
  @Option(setting: .identifier) var id: String?
  @Option(setting: .grace) var grace: String?
  @Option(setting: .cpuTime) var cpuTime: String?
  @Option(setting: .processes) var processes: String?
  @Option(setting: .threads) var threads: String?
  @Option(setting: .dataSize) var dataSize: String?
  @Option(setting: .openFiles) var openFiles: String?
  @Option(setting: .fileSize) var fileSize: String?
  @Option(setting: .disk) var disk: String?
  @Option(setting: .standardOutputLimit) var stdoutLimit: String?
  @Option(setting: .standardErrorLimit) var stderrLimit: String?
  @Option(setting: .logLimit) var logLimit: String?
  @Option(setting: .output) var output: String?
  @Option(setting: .artifacts) var artifacts: String?
  @Option(setting: .artifactLimit) var artifactLimit: String?
  @Option(setting: .artifactFileLimit) var artifactFileLimit: String?
  @Option(setting: .seccomp) var seccomp: String?
  @Option(setting: .read) var read: [String]
  @Option(setting: .write) var write: [String]
  @Option(setting: .environment) var env: [String]
  @Option(setting: .passEnvironment) var passEnv: [String]
  @Option(setting: .redact) var redact: [String]
  @Option(setting: .require) var require: [String]
  @Option(setting: .disable) var disable: [String]
  @Option(setting: .exitCode) var exitCode: String?
  @Option(setting: .log) var log: [String]
  @Option(setting: .terminationMessage) var terminationMessage: String?
  @Option(setting: .heartbeat) var heartbeat: String?

  /// Keys that `warder render` says by other means: the script and its arguments stand on the command line, memory is the
  /// container's limit, the task and the scratch directory are mounted where they belong, and the policy is the image's.
  static let elsewhere: [ConfigurationKey] = [
    .script, .scriptEnvironment, .arguments, .memory, .task, .scratch, .policy,
  ]

  /// What was given, in the table's order; a list once for each time that it was given.
  var settings: [(key: ConfigurationKey, text: String)] {
    let single: [(ConfigurationKey, String?)] = [
      (.timeout, timeout), (.trust, trust), (.network, network), (.runtime, runtime), (.standardInput, stdin),
      (.identifier, id), (.grace, grace), (.cpuTime, cpuTime), (.processes, processes), (.threads, threads),
      (.dataSize, dataSize), (.openFiles, openFiles), (.fileSize, fileSize), (.disk, disk),
      (.standardOutputLimit, stdoutLimit), (.standardErrorLimit, stderrLimit), (.logLimit, logLimit),
      (.output, output), (.artifacts, artifacts), (.artifactLimit, artifactLimit),
      (.artifactFileLimit, artifactFileLimit), (.seccomp, seccomp), (.exitCode, exitCode),
      (.terminationMessage, terminationMessage), (.heartbeat, heartbeat),
    ]
    let lists: [(ConfigurationKey, [String])] = [
      (.read, read), (.write, write), (.environment, env), (.passEnvironment, passEnv), (.redact, redact),
      (.require, require), (.disable, disable), (.log, log),
    ]
    let given =
      single.compactMap { key, text in text.map { (key: key, text: $0) } }
      + lists.flatMap { key, texts in texts.map { (key: key, text: $0) } }
    return given.enumerated().sorted {
      ($0.element.key.rawValue, $0.offset) < ($1.element.key.rawValue, $1.offset)
    }.map(\.element)
  }
}
