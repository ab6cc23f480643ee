package import TaskModel

/// What the settings of a rendered task come to.
package enum TaskConfiguration {
  /// The settings as flags, with the policy below them, as `warder-init` will read them.
  package static func resolve(
    _ settings: [(key: ConfigurationKey, text: String)], arguments: [String], policy: Policy
  ) throws(ConfigurationError) -> EffectiveConfiguration {
    // In one word, so that a value may begin with dashes.
    var words = settings.map { Array("\($0.key.flag)=\($0.text)".utf8) }
    if !arguments.isEmpty { words += [Array("--".utf8)] + arguments.map { Array($0.utf8) } }
    guard case .run(let flags) = try parseArguments(words) else {
      throw ConfigurationError(.unknownName, at: .commandLine, "expected settings")
    }
    return try EffectiveConfiguration.resolve(
      policy: policy, taskFile: nil, environment: ParsedLayer(.environment), flags: flags)
  }

  /// gVisor's kernel has no Landlock (landlock_create_ruleset answers ENOSYS).
  package static func isGVisor(_ runtimeClass: String) -> Bool {
    runtimeClass.contains("gvisor") || runtimeClass.contains("runsc")
  }

  /// What can be required where there is no Landlock.
  package static var requiredWithoutLandlock: String {
    var required = IsolationLayers.requirable
    required.remove(IsolationLayers(.landlock))
    return required.names.joined(separator: ",")
  }
}

extension TaskManifest.TemporaryVolume {
  /// - Parameter text: a size in memory, `disk` or `disk:SIZE`; nil for a quarter of the memory.
  package init(_ text: String?, memory: String) throws(ManifestError) {
    let limit = try TaskMemory.size(memory, "--memory")
    guard let text else {
      self = .memory(bytes: limit / 4)
      return
    }
    if text == "disk" {
      self = .disk(bytes: 1 << 30)
    } else if text.hasPrefix("disk:") {
      self = .disk(bytes: try TaskMemory.size(String(text.dropFirst(5)), "--tmp"))
    } else {
      let bytes = try TaskMemory.size(text, "--tmp")
      let most = TaskMemory.mostTemporary(memoryLimit: limit)
      guard bytes <= most else {
        throw ManifestError(
          "--tmp \(text): /tmp in memory counts against the memory limit of \(memory), and a full one must leave a quarter "
            + "of it: give at most \(Quantity.format(most)), more --memory, or --tmp disk:\(text)")
      }
      self = .memory(bytes: bytes)
    }
  }
}

extension TaskMemory {
  /// - Parameter option: what is complained about.
  package static func size(_ text: String, _ option: String) throws(ManifestError) -> Int64 {
    let bytes: Int64
    do throws(QuantityError) {
      bytes = try Quantity.parse(text)
    } catch {
      throw ManifestError("\(option): \(error.message) (in \"\(text)\")")
    }
    guard bytes >= 1 << 20 else { throw ManifestError("\(option): expected 1Mi or more, found \(text)") }
    return bytes
  }
}

extension ManifestLint {
  /// Mistakes that nobody can have meant are refused: a task without a verdict, objects that the API server does not take.
  ///
  /// - Returns: other findings, which come from a template or an option, and are told.
  package func warnings(configMap: ManifestNode, job: ManifestNode) throws(ManifestError) -> [String] {
    var warnings: [String] = []
    let text = YAMLWriter.text(of: [configMap, job])
    for finding in findings(Array(text.utf8), name: "the rendered Job") {
      let message = "\(finding.path.isEmpty ? "" : "\(finding.path): ")\(finding.reason) [\(finding.rule)]"
      guard finding.severity == .error, !Self.mayBeMeant(finding.rule) else {
        warnings.append(message)
        continue
      }
      throw ManifestError("the rendered Job would not do: \(message); \(finding.fix)")
    }
    return warnings
  }

  private static func mayBeMeant(_ rule: String) -> Bool {
    rule.hasPrefix("restricted/") || ["warder/token", "warder/read-only-root", "warder/command"].contains(rule)
  }
}
