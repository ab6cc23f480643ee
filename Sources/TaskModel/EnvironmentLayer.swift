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
      guard let key = key(of: variable.name) else {
        if ServiceLink.matches(name: variable.name, value: variable.value) { continue }
        throw unknown(variable.name)
      }
      let origin = ConfigurationOrigin.variable(key.variable)
      guard key.row.standing.permits(.environment) else {
        throw ConfigurationError(.notPermittedHere, at: origin, "give \(key.row.name) as the flag \(key.flag) instead")
      }
      guard layer.setting(of: key) == nil else {
        throw ConfigurationError(.duplicate, at: origin, "the variable is in the environment twice")
      }
      let value: ConfigurationValue
      do { value = try read(variable.value, key.row.kind) } catch {
        throw ConfigurationError(error.kind, at: origin, error.problem)
      }
      layer.append(ConfigurationSetting(key: key, value: value, origin: origin))
    }
    return layer
  }

  static func isOwn(_ name: [UInt8]) -> Bool {
    name.count >= prefix.utf8.count && name[..<prefix.utf8.count].elementsEqual(prefix.utf8)
  }

  private static func key(of name: [UInt8]) -> ConfigurationKey? {
    ConfigurationKey.allCases.first { name.elementsEqual($0.variable.utf8) }
  }

  private static func unknown(_ name: [UInt8]) -> ConfigurationError {
    let text = String(decoding: name, as: UTF8.self)
    let nearest = Text.nearest(
      to: text, among: ConfigurationKey.allCases.map { $0.variable }, common: prefix.utf8.count)
    return ConfigurationError(
      .unknownName, at: .variable(text),
      "no key has this variable" + (nearest.map { "; did you mean \($0)?" } ?? "; --help lists the keys"))
  }

  private static func read(_ bytes: [UInt8], _ kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .arguments, .assignments:
      return try ConfigurationValue.parseJSON(bytes, as: kind)
    case .paths, .names, .layers:
      return try ConfigurationValue.list(of: commaSeparated(bytes), as: kind)
    case .duration, .bytes, .count, .choice, .text:
      return try ConfigurationValue.parse(try ConfigurationValue.utf8(bytes), as: kind, inFile: false)
    }
  }

  /// The items between commas; an empty text is an empty list.
  static func commaSeparated(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.isEmpty ? [] : Text.pieces(of: bytes, separatedBy: ASCII.comma)
  }
}
