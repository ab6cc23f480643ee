internal import JSON

extension EffectiveConfiguration {
  /// Lays the layers over each other: the last one that sets a key wins, lists included, which are replaced as a whole. Then
  /// every value is held against the policy's ceilings.
  ///
  /// - Parameter taskFile: nil where the task has no `task.json`.
  package static func resolve(
    policy: Policy, taskFile: ParsedLayer?, environment: ParsedLayer, flags: ParsedFlags
  ) throws(ConfigurationError) -> EffectiveConfiguration {
    var layers = [policy.defaults]
    if let taskFile { layers.append(taskFile) }
    layers.append(environment)
    layers.append(flags.layer)

    let hidden = try scriptKeyThatLoses(in: layers)
    let trust = TrustLevel(chosenBy: layers)
    var entries: [Entry] = []
    entries.reserveCapacity(ConfigurationKey.allCases.count)
    for key in ConfigurationKey.allCases {
      var entry = Entry(value: key.row.builtIn, layer: .builtIn)
      if let preset = trust?.preset(of: key) { entry = Entry(value: preset, layer: .trust) }
      for layer in layers where key != hidden {
        guard let setting = layer.setting(of: key) else { continue }
        guard key.row.standing.permits(layer.layer) else {
          throw ConfigurationError(
            .notPermittedHere, at: setting.origin, "\(key.row.name) may not be set by the layer \(layer.layer.name)")
        }
        // Only what wins must lie below the ceiling: a task that asks for too much can be corrected by a flag.
        entry = Entry(value: setting.value, layer: layer.layer)
      }
      entries.append(entry)
    }
    for layer in layers {
      for setting in layer.settings where entries[Int(setting.key.rawValue)].layer == layer.layer {
        guard setting.key != hidden else { continue }
        try policy.check(setting.value, of: setting.key, at: setting.origin)
      }
    }
    relaxDefaultRequirement(&entries)
    let configuration = EffectiveConfiguration(entries: entries, policy: policy)
    try configuration.checkWhatIsSwitchedOff(layers)
    try configuration.checkTrust(layers)
    return configuration
  }

  /// `disable` must not be a way around the ceilings of `require` and `seccomp`.
  private func checkWhatIsSwitchedOff(_ layers: [ParsedLayer]) throws(ConfigurationError) {
    for key: ConfigurationKey in [.seccomp, .disable] {
      for layer in layers where layer.layer == self[key].layer {
        guard let setting = layer.setting(of: key) else { continue }
        try policy.check(.layers(required), of: .require, at: setting.origin)
        if disabled.contains(.seccomp) {
          try policy.check(.choice(SeccompProfileName.unconfined.rawValue), of: .seccomp, at: setting.origin)
        }
      }
    }
  }

  /// `script` and `script_env` say the same thing in two ways: of two layers the later one wins, and one layer must not give
  /// both.
  private static func scriptKeyThatLoses(in layers: [ParsedLayer]) throws(ConfigurationError) -> ConfigurationKey? {
    var loser: ConfigurationKey?
    for layer in layers {
      let byPath = layer.setting(of: .script)
      let byVariable = layer.setting(of: .scriptEnvironment)
      if let byPath, byVariable != nil {
        throw ConfigurationError(
          .conflict, at: byPath.origin, "script and script_env are both given by this layer; expected one of them")
      }
      if byPath != nil { loser = .scriptEnvironment }
      if byVariable != nil { loser = .script }
    }
    return loser
  }

  /// What somebody switched off on purpose is not required by default. A requirement that somebody wrote down stays, and the
  /// task then ends as `isolation_unavailable`.
  private static func relaxDefaultRequirement(_ entries: inout [Entry]) {
    let index = Int(ConfigurationKey.require.rawValue)
    guard entries[index].layer == .builtIn, case .layers(var required)? = entries[index].value else { return }
    if case .layers(let disabled)? = entries[Int(ConfigurationKey.disable.rawValue)].value {
      required.subtract(disabled)
    }
    if case .choice(SeccompProfileName.unconfined.rawValue)? = entries[Int(ConfigurationKey.seccomp.rawValue)].value {
      required.remove(IsolationLayers(.seccomp))
    }
    entries[index] = Entry(value: .layers(required), layer: .builtIn)
  }
}

extension Policy {
  /// The policy file to read: the image's, else the one that a flag names, else none.
  ///
  /// - Parameter imageHasPolicy: whether there is anything at `imagePath`.
  package static func location(flags: ParsedFlags, imageHasPolicy: Bool) throws(ConfigurationError) -> String? {
    guard imageHasPolicy else { return flags.policyPath }
    guard flags.policyPath == nil else {
      throw ConfigurationError(
        .conflict, at: .flag(ConfigurationKey.policy.flag),
        "this image has a policy of its own at \(imagePath), which no other replaces")
    }
    return imagePath
  }
}

/// Where the task directory is, which must be known before its `task.json` is read.
///
/// - Returns: its path, and whether somebody asked for it: then it must exist.
package func taskDirectory(environment: ParsedLayer, flags: ParsedFlags) -> (path: String, isExplicit: Bool) {
  for layer in [flags.layer, environment] {
    if case .text(let path)? = layer.setting(of: .task)?.value { return (path, true) }
  }
  if case .text(let path)? = ConfigurationKey.task.row.builtIn { return (path, false) }
  return ("/task", false)
}
