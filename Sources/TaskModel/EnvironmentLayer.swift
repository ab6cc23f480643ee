/// The third layer: one variable a key, `WARDER_TIMEOUT=30s`.
package enum EnvironmentLayer {
  /// What every variable of Warder's begins with.
  package static let prefix = "WARDER_"

  /// Reads the variables of the supervisor's own environment. Those of other programs are passed over, and so are the ones
  /// that Kubernetes makes for a Service called `warder`; any other `WARDER_` name is an error, because it is most likely a
  /// mistyped key whose limit would silently not hold.
  package static func parse(_ environment: [EnvironmentVariable]) throws(ConfigurationError) -> ParsedLayer {
    var layer = ParsedLayer(.environment)
    for variable in environment where isOwn(variable.name) {
      guard let key = ConfigurationKey(variable: variable.name) else {
        if ServiceLink.matches(name: variable.name, value: variable.value) { continue }
        throw unknown(String(repairing: variable.name))
      }
      let origin = ConfigurationOrigin.variable(key.variable)
      guard key.row.standing.permits(.environment) else {
        throw ConfigurationError(.notPermittedHere, at: origin, "give \(key.row.name) as the flag \(key.flag) instead")
      }
      guard layer.setting(of: key) == nil else {
        throw ConfigurationError(.duplicate, at: origin, "the variable is in the environment twice")
      }
      do {
        let value = try read(variable.value, key.row.kind)
        layer.append(ConfigurationSetting(key: key, value: value, origin: origin))
      } catch {
        throw ConfigurationError(error, at: origin)
      }
    }
    return layer
  }

  /// Whether a variable of this name is meant for the supervisor.
  static func isOwn(_ name: [UInt8]) -> Bool {
    name.begin(with: prefix)
  }

  private static func unknown(_ name: String) -> ConfigurationError {
    let suggestion = Text.suggestion(
      for: name, among: ConfigurationKey.names(for: .environment), common: prefix.utf8.count,
      otherwise: "; --help lists the keys")
    return ConfigurationError(.unknownName, at: .variable(name), "no key has this variable\(suggestion)")
  }

  private static func read(_ bytes: [UInt8], _ kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .arguments, .assignments:
      return try ConfigurationValue.parseJSON(bytes, as: kind)
    case .paths, .names, .secretSources, .logTargets, .layers:
      return try ConfigurationValue.list(of: ConfigurationValue.commaSeparated(bytes), as: kind)
    case .number, .choice, .choiceOrPath, .text, .command:
      return try ConfigurationValue.parse(try ConfigurationValue.utf8(bytes), as: kind, inFile: false)
    }
  }
}
