internal import TaskModel

/// The values that an engine has to know, read from flags and variables as `warder-init` reads them.
///
/// Only what was said, and built-in defaults: ceilings and defaults of an image's policy are its supervisor's business.
struct LocalValues: Sendable {
  private let flags: ParsedLayer
  private let environment: ParsedLayer

  /// Nothing said.
  init() {
    flags = ParsedLayer(.flags)
    environment = ParsedLayer(.environment)
  }

  /// - Throws: with the words of `warder-init`, which would refuse them alike.
  init(flags: [String], environment: [String: String]) throws(ConfigurationError) {
    switch try parseArguments(flags.map { Array($0.utf8) }) {
    case .run(let parsed): self.flags = parsed.layer
    // Such flags are not among those that the tool hands on; a manifest may have them.
    case .help, .version, .printConfiguration, .check, .install:
      throw ConfigurationError(.conflict, at: .commandLine, "these flags of warder-init run no script")
    }
    self.environment = try EnvironmentLayer.parse(
      environment.sorted { $0.key < $1.key }.map { EnvironmentVariable($0.key, $0.value) })
  }

  private func value(_ key: ConfigurationKey) -> ConfigurationValue? {
    (flags.setting(of: key) ?? environment.setting(of: key))?.value ?? key.row.builtIn
  }

  private func texts(_ key: ConfigurationKey) -> [String] {
    if case .texts(let texts)? = value(key) { texts } else { [] }
  }

  private func text(_ key: ConfigurationKey) -> String? {
    if case .text(let text)? = value(key) { text } else { nil }
  }

  private func watched(_ key: ConfigurationKey) -> WatchedLimit {
    guard case .number(let number)? = value(key) else { return .automatic(most: nil) }
    return number == 0 ? .off : .explicit(UInt64(max(0, number)))
  }

  var network: NetworkAccess {
    if case .choice(let index)? = value(.network) { NetworkAccess(rawValue: index) ?? .none } else { .none }
  }
  var memory: WatchedLimit { watched(.memory) }
  var disk: WatchedLimit { watched(.disk) }
  var readPaths: [String] { texts(.read) }
  var writePaths: [String] { texts(.write) }
  /// Where the image keeps the task, for a manifest that says so.
  var taskDirectory: String? { text(.task) }
  var policyFile: String? { text(.policy) }
  var script: String? { text(.script) }
  var relay: [String]? { texts(.relay).isEmpty ? nil : texts(.relay) }
  var scriptVariable: String? { text(.scriptEnvironment) }

  /// Files that the supervisor reads and the script does not: they have to be there in an engine with a root of its own.
  var supportFiles: [String] {
    let files = [policyFile, text(.seccomp)].compactMap { $0 } + texts(.redact)
    return files.filter { $0.hasPrefix("/") }
  }
}
