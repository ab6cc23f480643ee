internal import JSON

/// How far a task is trusted: a name for presets of other keys and for bounds that no layer can go beyond. The cases stand from
/// tight to loose.
///
/// A level is a promise about what the script can do, so the walls that keep the promise are bounded with it: below
/// `autonomous` none of them can be switched off.
package enum TrustLevel: Int, CaseIterable, Sendable {
  /// The script is checked and reported on, and does not run.
  case shadow
  /// It runs, and leaves nothing but what it prints.
  case readOnly
  /// It may also hand back files, and write where it is told to.
  case limitedWrite
  /// It may also use the network and credentials.
  case autonomous

  static var names: [String] { ["shadow", "read-only", "limited-write", "autonomous"] }

  package var name: String { Self.names[rawValue] }

  /// The level that the last of the layers to name one names.
  init?(chosenBy layers: [ParsedLayer]) {
    var chosen: Int?
    for layer in layers {
      if case .choice(let index)? = layer.setting(of: .trust)?.value { chosen = index }
    }
    guard let chosen, let level = TrustLevel(rawValue: chosen) else { return nil }
    self = level
  }

  /// What the level sets where no other layer does.
  func preset(of key: ConfigurationKey) -> ConfigurationValue? {
    switch (self, key) {
    case (.autonomous, .network): .choice(NetworkAccess.all.rawValue)
    default: nil
    }
  }

  /// How far a key may go at the level, nil where the level says nothing about it.
  func bound(of key: ConfigurationKey) -> Ceiling? {
    if self == .autonomous { return nil }
    switch key {
    case .network: return Self.upTo(NetworkAccess.none.rawValue)
    case .passEnvironment: return .names([])
    case .seccomp: return Self.upTo(SeccompProfileName.standard.rawValue)
    case .require: return .atLeastLayers(Self.walls)
    case .disable: return .atMostLayers([])
    case .artifacts: return self == .limitedWrite ? nil : .texts(["off"])
    case .write: return self == .limitedWrite ? nil : .directories(["/tmp"])
    default: return nil
    }
  }

  /// The choice and everything tighter.
  private static func upTo(_ choice: Int) -> Ceiling {
    .choices((1 << UInt32(choice + 1)) - 1)
  }

  /// The layers that keep the bounds of files and network.
  private static let walls: IsolationLayers = [IsolationLayers(.seccomp), IsolationLayers(.landlock)]
}

// MARK: - Holding a configuration against its level

extension EffectiveConfiguration {
  /// Refuses what goes beyond the task's trust level, wherever it was set.
  func checkTrust(_ layers: [ParsedLayer]) throws(ConfigurationError) {
    // A policy with a ceiling of `trust` has a default of it too.
    guard let trust else { return }
    let setBy = Self.origin(of: .trust, in: layers, at: self[.trust].layer)
    for key in ConfigurationKey.allCases {
      if self[key].layer == .trust, let preset = self[key].value { try checkPreset(preset, of: key, trust, setBy) }
      guard let bound = trust.bound(of: key) else { continue }
      let origin = Self.origin(of: key, in: layers, at: self[key].layer)
      // A default follows what `disable` and `seccomp` switch off (`relaxDefaultRequirement`); those are what to name.
      let isOwnDefault = self[key].layer == .builtIn
      if let value = self[key].value, !isOwnDefault {
        try trust.check(value, of: key, key.row.name, against: bound, at: origin, setBy: setBy)
      }
      // What the policy's sections add cannot be taken back by a key.
      let section = ConfigurationOrigin.file(path: policy.path ?? "", position: nil)
      switch key {
      case .write:
        try trust.check(
          .texts(policy.writePaths), of: key, "filesystem.write", against: bound, at: section, setBy: setBy)
      case .passEnvironment:
        try trust.check(.texts(policy.passedNames), of: key, "pass_env", against: bound, at: section, setBy: setBy)
      default: break
      }
    }
  }

  /// An image whose ceiling lies below what a level presets must set the key, as with built-in defaults.
  private func checkPreset(
    _ preset: ConfigurationValue, of key: ConfigurationKey, _ trust: TrustLevel, _ setBy: ConfigurationOrigin
  ) throws(ConfigurationError) {
    do throws(ConfigurationError) {
      try policy.check(preset, of: key, at: setBy)
    } catch {
      throw ConfigurationError(
        error.kind, at: setBy, "trust \(trust.name) presets \(error.problem); set \(key.row.name)")
    }
  }

  private static func origin(
    of key: ConfigurationKey, in layers: [ParsedLayer], at winner: ConfigurationLayer
  ) -> ConfigurationOrigin {
    for layer in layers where layer.layer == winner {
      if let setting = layer.setting(of: key) { return setting.origin }
    }
    return .builtIn
  }
}

extension TrustLevel {
  fileprivate func check(
    _ value: ConfigurationValue, of key: ConfigurationKey, _ name: String, against bound: Ceiling,
    at origin: ConfigurationOrigin, setBy: ConfigurationOrigin
  ) throws(ConfigurationError) {
    let kind = key.row.kind
    guard bound.violation(by: value, of: kind, owner: "") != nil else { return }
    // What a requirement lacks says more than what it has.
    let found: Words =
      switch kind {
      case .choice: "\(value.text(for: kind))"
      case .layers where key == .require: "without \(list: Self.walls.names)"
      default: "\(quoted: value.text(for: kind))"
      }
    throw ConfigurationError(
      .exceedsTrust, at: origin,
      "\(name) \(found.text) is not allowed at trust \(self.name), which \(setBy.text) sets")
  }
}
