internal import JSON

extension Policy {
  private static let sections = ["runtimes", "defaults", "ceilings", "filesystem", "env", "pass_env"]

  /// Reads a policy file and checks it against itself: its defaults, and the built-in ones that it leaves, must lie below
  /// its ceilings. So a mistake of the image's author shows in the first task, not in the one that happens to need the value.
  ///
  /// - Parameter path: the file's path, for messages.
  package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> Policy {
    let document = Document(path: path, bytes: bytes)
    var policy = Policy(path: path, runtimes: Runtime.builtIn)
    for member in try document.members() {
      switch sections.firstIndex(where: { $0.hasSameBytes(as: member.name) }) {
      case 0: policy.runtimes = try RuntimeReader(document: document).runtimes(in: member.node)
      case 1:
        for member in try document.members(of: member.node, "defaults") {
          policy.defaults.append(try document.setting(member, layer: .policy, "a policy's defaults"))
        }
      case 2:
        for member in try document.members(of: member.node, "ceilings") {
          policy.ceilings.append(try CeilingReader(document: document).ceiling(member))
        }
      case 3: try policy.readFilesystem(member.node, document)
      case 4: policy.environment = try document.environment(member.node, "env")
      case 5: policy.passedNames = try document.texts(member.node, .names, "pass_env")
      default: throw document.unknownMember(member, "a policy", known: sections)
      }
    }
    try policy.checkDefaults(path)
    return policy
  }

  private mutating func readFilesystem(_ node: JSONNode, _ document: Document) throws(ConfigurationError) {
    for member in try document.members(of: node, "filesystem") {
      if member.name.hasSameBytes(as: "read") {
        readPaths = try document.texts(member.node, .paths, "filesystem.read")
      } else if member.name.hasSameBytes(as: "write") {
        writePaths = try document.texts(member.node, .paths, "filesystem.write")
      } else {
        throw document.unknownMember(member, "filesystem", known: ["read", "write"])
      }
    }
  }

  private func checkDefaults(_ path: String) throws(ConfigurationError) {
    for key in ConfigurationKey.allCases {
      if let setting = defaults.setting(of: key) {
        try check(setting.value, of: key, at: setting.origin)
      } else if key == .trust, ceiling(of: key) != nil {
        // Without a level nothing is bounded at all, which is looser than every level.
        throw ConfigurationError(
          .missing, at: .file(path: path, position: nil),
          "ceilings.trust leaves no task without a level; set defaults.trust to the level of tasks that name none")
      } else if let builtIn = key.row.builtIn {
        do throws(ConfigurationError) {
          try check(builtIn, of: key, at: .file(path: path, position: nil))
        } catch {
          throw ConfigurationError(
            error.kind, at: error.origin,
            "the built-in default of \(error.problem); set defaults.\(key.row.name)")
        }
      }
    }
  }
}

extension Document {
  /// A list of paths or names.
  func texts(_ node: JSONNode, _ kind: ValueKind, _ what: String) throws(ConfigurationError) -> [String] {
    do {
      guard case .texts(let texts) = try ConfigurationValue.read(node, as: kind) else { return [] }
      return texts
    } catch {
      throw self.error(error, node, what)
    }
  }

  /// An object of variables.
  func environment(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> [EnvironmentVariable] {
    do {
      guard case .byteStrings(let items) = try ConfigurationValue.read(node, as: .assignments) else { return [] }
      return EnvironmentVariable.list(items)
    } catch {
      throw self.error(error, node, what)
    }
  }

  /// An array of strings.
  func strings(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> [String] {
    do { return try ConfigurationValue.strings(node) } catch { throw self.error(error, node, what) }
  }
}
