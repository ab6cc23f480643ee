package import JSON

/// Where a value of the configuration came from. A later layer wins over an earlier one.
package enum ConfigurationLayer: UInt8, Sendable, CaseIterable {
  /// The program's own default.
  case builtIn
  /// What the trust level presets.
  case trust
  /// The policy file of the image.
  case policy
  /// `task.json` in the task directory.
  case taskFile
  case environment
  case flags

  /// The name in `--print-config`.
  package var name: String {
    switch self {
    case .builtIn: "default"
    case .trust: "trust"
    case .policy: "policy"
    case .taskFile: "task"
    case .environment: "environment"
    case .flags: "flags"
    }
  }
}

/// The place that an error message points at.
package enum ConfigurationOrigin: Sendable {
  case builtIn
  /// A file and, unless the whole of it is meant, a place in it.
  case file(path: String, position: JSONPosition?)
  /// An environment variable, by its full name.
  case variable(String)
  /// A flag, with its dashes.
  case flag(String)
  /// The command line as a whole.
  case commandLine

  /// The words before the colon of a message: `/task/task.json:3:14`, `WARDER_TIMEOUT`, `--timeout`.
  package var text: String {
    switch self {
    case .builtIn: "built-in defaults"
    case .file(let path, nil): path
    case .file(let path, let position?): ("\(path):\(position.line):\(position.column)" as Words).text
    case .variable(let name): name
    case .flag(let flag): flag
    case .commandLine: "command line"
    }
  }
}

/// A value that one layer gives to one key.
package struct ConfigurationSetting: Sendable {
  package let key: ConfigurationKey
  package let value: ConfigurationValue
  package let origin: ConfigurationOrigin

  package init(key: ConfigurationKey, value: ConfigurationValue, origin: ConfigurationOrigin) {
    self.key = key
    self.value = value
    self.origin = origin
  }
}

/// Everything that one layer says: each key at most once.
package struct ParsedLayer: Sendable {
  package let layer: ConfigurationLayer
  package private(set) var settings: [ConfigurationSetting]

  package init(_ layer: ConfigurationLayer, settings: [ConfigurationSetting] = []) {
    self.layer = layer
    self.settings = settings
  }

  package func setting(of key: ConfigurationKey) -> ConfigurationSetting? {
    settings.first { $0.key == key }
  }

  mutating func append(_ setting: ConfigurationSetting) {
    settings.append(setting)
  }
}
