internal import ArgumentParser
internal import TaskModel

extension Option where Value == String? {
  /// The option of a key: name, help and word for the value are those of the table of keys.
  init(_ key: ConfigurationKey) {
    self.init(name: .customLong(String(key.flag.dropFirst(2))), help: key.argumentHelp)
  }
}

extension Option where Value == [String] {
  /// The option of a key that may be given several times.
  init(_ key: ConfigurationKey) {
    self.init(
      wrappedValue: [], name: .customLong(String(key.flag.dropFirst(2))), parsing: .singleValue, help: key.argumentHelp)
  }
}

extension ConfigurationKey {
  /// What holds in a local run where nobody says otherwise, if it is not what holds in a pod.
  fileprivate var localDefault: String? {
    switch self {
    case .memory: LocalTask.defaultMemory
    case .disk: "auto, or what --tmp-size says"
    default: nil
    }
  }

  fileprivate var argumentHelp: ArgumentHelp {
    // A list of layers is one word in `warder-init --help`, and longer than a line here.
    let range = row.kind.rangeText.map { $0.replacing(",", with: ", ").replacing(",  ", with: ", ") + "; " } ?? ""
    let facts = "\(range)default \(localDefault ?? row.defaultDescription)"
    let sentence = row.help.prefix(1).uppercased() + row.help.dropFirst()
    return ArgumentHelp("\(sentence) (\(facts)).", valueName: row.placeholder.lowercased())
  }
}

/// The keys of `warder-init` as options: what holds for a task in a pod can be said of a local run.
///
/// Declared one by one, because that is what completions and manual pages are made of; a test holds them to the table.
struct LimitOptions: ParsableArguments {
  @Option(.runtime) var runtime: String?
  @Option(.identifier) var id: String?
  @Option(.timeout) var timeout: String?
  @Option(.grace) var grace: String?
  @Option(.cpuTime) var cpuTime: String?
  @Option(.memory) var memory: String?
  @Option(.processes) var processes: String?
  @Option(.threads) var threads: String?
  @Option(.dataSize) var dataSize: String?
  @Option(.openFiles) var openFiles: String?
  @Option(.fileSize) var fileSize: String?
  @Option(.disk) var disk: String?
  @Option(.standardOutputLimit) var stdoutLimit: String?
  @Option(.standardErrorLimit) var stderrLimit: String?
  @Option(.logLimit) var logLimit: String?
  @Option(.output) var output: String?
  @Option(.artifacts) var artifacts: String?
  @Option(.artifactLimit) var artifactLimit: String?
  @Option(.artifactFileLimit) var artifactFileLimit: String?
  @Option(.trust) var trust: String?
  @Option(.network) var network: String?
  @Option(.seccomp) var seccomp: String?
  @Option(.read) var read: [String]
  @Option(.write) var write: [String]
  @Option(.environment) var env: [String]
  @Option(.passEnvironment) var passEnv: [String]
  @Option(.redact) var redact: [String]
  @Option(.require) var require: [String]
  @Option(.disable) var disable: [String]
  @Option(.exitCode) var exitCode: String?
  @Option(.heartbeat) var heartbeat: String?
  @Option(.policy) var policy: String?

  /// Keys that `warder run` says by other means: the script and what lies beside it are its arguments, and where frames go is
  /// its own business.
  static let elsewhere: [ConfigurationKey] = [
    .script, .scriptEnvironment, .arguments, .standardInput, .log, .terminationMessage, .task, .scratch,
  ]

  /// What was given, in the table's order; a list once for each time that it was given.
  var settings: [LocalSetting] {
    let single: [(ConfigurationKey, String?)] = [
      (.runtime, runtime), (.identifier, id), (.timeout, timeout), (.grace, grace), (.cpuTime, cpuTime),
      (.memory, memory), (.processes, processes), (.threads, threads), (.dataSize, dataSize), (.openFiles, openFiles),
      (.fileSize, fileSize), (.disk, disk), (.standardOutputLimit, stdoutLimit), (.standardErrorLimit, stderrLimit),
      (.logLimit, logLimit), (.output, output), (.artifacts, artifacts), (.artifactLimit, artifactLimit),
      (.artifactFileLimit, artifactFileLimit), (.trust, trust), (.network, network), (.seccomp, seccomp),
      (.exitCode, exitCode), (.heartbeat, heartbeat), (.policy, policy),
    ]
    let lists: [(ConfigurationKey, [String])] = [
      (.read, read), (.write, write), (.environment, env), (.passEnvironment, passEnv), (.redact, redact),
      (.require, require), (.disable, disable),
    ]
    let given =
      single.compactMap { key, text in text.map { LocalSetting(key: key, text: $0) } }
      + lists.flatMap { key, texts in texts.map { LocalSetting(key: key, text: $0) } }
    return given.enumerated().sorted {
      ($0.element.key.rawValue, $0.offset) < ($1.element.key.rawValue, $1.offset)
    }.map(\.element)
  }
}

/// A value for a key, as a person wrote it.
struct LocalSetting: Equatable, Sendable {
  let key: ConfigurationKey
  let text: String

  /// As a flag of `warder-init`: in one word, so that a value may begin with dashes.
  var flag: String { "\(key.flag)=\(text)" }
}
