package import TaskModel

/// A runtime as clients name it, and what its tasks may have.
package struct RuntimeConfiguration: Sendable {
  package var name: String
  package var aliases: [String] = []
  /// What Warder calls it: a runtime of the policy that binds the task.
  package var policyRuntime: String
  /// The script's name in the task directory, whose ending says what it is.
  package var scriptName: String
  /// The image of its tasks, for engines that run images.
  package var image: String?
  /// Numbers by key: milliseconds, bytes or counts.
  package var defaults: [ConfigurationKey: Int64] = [:]
  package var ceilings: [ConfigurationKey: Int64] = [:]
  /// What only the engine `kubernetes` knows: its section of the configuration, as JSON.
  package var kubernetes: [UInt8]?

  package init(name: String, policyRuntime: String? = nil, scriptName: String? = nil) {
    self.name = name
    self.policyRuntime = policyRuntime ?? name
    self.scriptName = scriptName ?? Self.conventionalScriptName(of: self.policyRuntime)
  }

  /// `script` and the ending that people know the runtime by.
  static func conventionalScriptName(of runtime: String) -> String {
    if let known = Runtime.builtIn.first(where: { $0.answers(to: runtime) }), let ending = known.extensions.first {
      return "script\(ending)"
    }
    switch runtime {
    case "sh": return "script.sh"
    case "node", "javascript": return "script.js"
    case "ruby": return "script.rb"
    default: return "script"
    }
  }

  /// The keys whose values are numbers that a task may ask for.
  package static let numberKeys: [ConfigurationKey] = ConfigurationKey.allCases.filter {
    if case .number = $0.row.kind { return $0.row.standing == .request }
    return false
  }

  /// Without a word in the configuration.
  package static func builtInDefault(of key: ConfigurationKey) -> Int64 {
    if case .number(let number)? = key.row.builtIn { return number }
    return 512 << 20
  }

  package static func builtInCeiling(of key: ConfigurationKey) -> Int64 {
    if case .atMost(let most)? = key.row.ceiling { return most }
    return key == .memory ? 2 << 30 : .max
  }

  package static func text(_ value: Int64, of key: ConfigurationKey) -> String {
    guard case .number(let unit, _, _, _) = key.row.kind else { return "\(value)" }
    return switch unit {
    case .milliseconds: WallDuration.format(.milliseconds(value))
    case .bytes: Quantity.format(value)
    case .count: "\(value)"
    }
  }
}
