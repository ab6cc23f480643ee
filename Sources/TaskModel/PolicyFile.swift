internal import JSON

extension Policy {
  private static let sections = ["runtimes", "defaults", "ceilings", "filesystem", "env", "pass_env"]

  /// Reads a policy file and checks it against itself: its defaults, and the built-in ones that it leaves, must lie below
  /// its ceilings. So a mistake of the image's author shows in the first task, not in the one that happens to need the value.
  ///
  /// - Parameter path: the file's path, for messages.
  package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> Policy {
    let document = Document(path: path, bytes: bytes)
    var runtimes: [Runtime]?
    var defaults = ParsedLayer(.policy)
    var ceilings: [(key: ConfigurationKey, ceiling: Ceiling)] = []
    var readPaths: [String] = []
    var writePaths: [String] = []
    var environment: [EnvironmentVariable] = []
    var passedNames: [String] = []

    for member in try document.members() {
      switch sections.firstIndex(where: { $0.hasSameBytes(as: member.name) }) {
      case 0: runtimes = try RuntimeReader(document: document).runtimes(in: member.node)
      case 1:
        for member in try document.members(of: member.node, "defaults") {
          defaults.append(try document.setting(member, layer: .policy, "a policy's defaults"))
        }
      case 2:
        for member in try document.members(of: member.node, "ceilings") {
          ceilings.append(try CeilingReader(document: document).ceiling(member))
        }
      case 3:
        for member in try document.members(of: member.node, "filesystem") {
          if member.name.hasSameBytes(as: "read") {
            readPaths = try document.texts(member.node, .paths, "filesystem.read")
          } else if member.name.hasSameBytes(as: "write") {
            writePaths = try document.texts(member.node, .paths, "filesystem.write")
          } else {
            throw document.unknownMember(member, "filesystem", known: ["read", "write"])
          }
        }
      case 4: environment = try document.environment(member.node, "env")
      case 5: passedNames = try document.texts(member.node, .names, "pass_env")
      default: throw document.unknownMember(member, "a policy", known: sections)
      }
    }

    let policy = Policy(
      path: path, runtimes: runtimes ?? Runtime.builtIn, defaults: defaults, ceilings: ceilings, readPaths: readPaths,
      writePaths: writePaths, environment: environment, passedNames: passedNames)
    try policy.checkDefaults(path)
    return policy
  }

  private func checkDefaults(_ path: String) throws(ConfigurationError) {
    for key in ConfigurationKey.allCases {
      if let setting = defaults.setting(of: key) {
        try check(setting.value, of: key, at: setting.origin)
      } else if let builtIn = key.row.builtIn {
        do throws(ConfigurationError) {
          try check(builtIn, of: key, at: .file(path: path, position: nil))
        } catch {
          throw ConfigurationError(
            error.kind, at: error.origin, "the built-in default of " + error.problem + "; set defaults.\(key.row.name)")
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
      throw self.error(error.kind, node.offset, what + ": " + error.problem)
    }
  }

  /// An object of variables.
  func environment(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> [EnvironmentVariable] {
    do {
      guard case .byteStrings(let items) = try ConfigurationValue.read(node, as: .assignments) else { return [] }
      return items.compactMap { EnvironmentVariable(assignment: $0) }
    } catch {
      throw self.error(error.kind, node.offset, what + ": " + error.problem)
    }
  }
}

/// Reads `runtimes`: an object of objects.
private struct RuntimeReader {
  let document: Document

  private static let parts = ["argv", "aliases", "extensions", "check", "env"]

  func runtimes(in node: JSONNode) throws(ConfigurationError) -> [Runtime] {
    var runtimes: [Runtime] = []
    for member in try document.members(of: node, "runtimes") {
      let runtime = try runtime(member)
      try checkUnique(runtime, among: runtimes, at: member.nameOffset)
      runtimes.append(runtime)
    }
    guard !runtimes.isEmpty else {
      throw document.error(.missing, node.offset, "runtimes: expected at least one runtime, found none")
    }
    return runtimes
  }

  private func runtime(_ member: JSONMember) throws(ConfigurationError) -> Runtime {
    let what = "runtimes." + member.name
    try checkName(member.name, at: member.nameOffset, "runtimes")
    var command: [String]?
    var aliases: [String] = []
    var extensions: [String] = []
    var check: [String] = []
    var environment: [EnvironmentVariable] = []
    for part in try document.members(of: member.node, what) {
      let path = what + "." + part.name
      switch Self.parts.firstIndex(where: { $0.hasSameBytes(as: part.name) }) {
      case 0: command = try self.command(part.node, path)
      case 1:
        for item in try document.items(of: part.node, path) {
          let alias = try document.string(of: item, path)
          try checkName(alias, at: item.offset, path)
          aliases.append(alias)
        }
      case 2:
        for item in try document.items(of: part.node, path) {
          extensions.append(try ending(item, path))
        }
      case 3: check = try self.command(part.node, path)
      case 4: environment = try document.environment(part.node, path)
      default: throw document.unknownMember(part, what, known: Self.parts)
      }
    }
    guard let command else {
      throw document.error(.missing, member.node.offset, what + ": expected argv, the command that runs a script")
    }
    return Runtime(
      name: member.name, command: command, aliases: aliases, extensions: extensions, check: check,
      environment: environment)
  }

  private func command(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> [String] {
    var words: [String] = []
    var namesScript = false
    for item in try document.items(of: node, what) {
      let word = try document.string(of: item, what)
      guard !word.utf8.contains(0) else {
        throw document.error(
          .malformed, item.offset, what + ": expected a word without NUL, found " + Text.quoted(word))
      }
      namesScript = namesScript || contains(word, Runtime.placeholder)
      words.append(word)
    }
    guard let program = words.first, namesScript else {
      throw document.error(
        .malformed, node.offset,
        what + ": expected a program and, in one of the words after it, \(Runtime.placeholder)")
    }
    let bytes = Array(program.utf8)
    let isPathOrName = bytes.first == ASCII.slash || !bytes.contains(ASCII.slash)
    guard !bytes.isEmpty, isPathOrName, !contains(program, Runtime.placeholder) else {
      throw document.error(
        .malformed, node.offset,
        what + ": expected as the program an absolute path, or a bare name to be found in PATH, found "
          + Text.quoted(program))
    }
    return words
  }

  private func ending(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> String {
    let text = try document.string(of: node, what)
    let bytes = Array(text.utf8)
    guard bytes.count > 1, bytes[0] == ASCII.dot, !bytes.contains(ASCII.slash), !bytes.contains(0) else {
      throw document.error(
        .malformed, node.offset, what + ": expected an ending with its dot such as .py, found \(Text.quoted(text))")
    }
    return text
  }

  private func checkName(_ name: String, at offset: Int, _ what: String) throws(ConfigurationError) {
    guard Runtime.isName(Array(name.utf8)) else {
      throw document.error(
        .malformed, offset,
        what + ": expected the name of a runtime (letters, digits and . _ + -), found \(Text.quoted(name))")
    }
  }

  /// A name or an ending must lead to one runtime.
  private func checkUnique(_ runtime: Runtime, among others: [Runtime], at offset: Int) throws(ConfigurationError) {
    for other in others {
      for name in [runtime.name] + runtime.aliases where other.answers(to: name) {
        throw document.error(
          .duplicate, offset, "runtimes: the name \(Text.quoted(name)) belongs to \(other.name) and to \(runtime.name)")
      }
      for ending in runtime.extensions where other.extensions.contains(where: { $0.hasSameBytes(as: ending) }) {
        throw document.error(
          .duplicate, offset,
          "runtimes: the ending \(Text.quoted(ending)) belongs to \(other.name) and to \(runtime.name)")
      }
    }
  }

  private func contains(_ text: String, _ part: String) -> Bool {
    let bytes = Array(text.utf8)
    let needle = Array(part.utf8)
    guard bytes.count >= needle.count else { return false }
    for start in 0...(bytes.count - needle.count) where bytes[start..<(start + needle.count)] == needle[...] {
      return true
    }
    return false
  }
}

/// Reads `ceilings`: an object of keys, each with the form that its kind of value asks for.
private struct CeilingReader {
  let document: Document

  func ceiling(_ member: JSONMember) throws(ConfigurationError) -> (key: ConfigurationKey, ceiling: Ceiling) {
    let cappable = ConfigurationKey.allCases.filter { $0.row.standing.permits(.environment) }
    guard let key = ConfigurationKey(name: member.name) else {
      throw document.unknownMember(member, "ceilings", known: cappable.map { $0.row.name })
    }
    guard key.row.standing.permits(.environment) else {
      throw document.error(.notPermittedHere, member.nameOffset, "ceilings: \(key.row.name) has no ceiling")
    }
    do {
      return (key, try read(member.node, key.row))
    } catch {
      throw document.error(error.kind, member.node.offset, "ceilings.\(key.row.name): " + error.problem)
    }
  }

  private func read(_ node: JSONNode, _ row: ConfigurationRow) throws(ValueError) -> Ceiling {
    switch row.kind {
    case .duration, .bytes, .count:
      let value = try ConfigurationValue.read(node, as: row.kind)
      return .atMost(value)
    case .choice(let choices): return .choices(try mask(node, choices, row.kind))
    case .text: return .texts(try texts(node))
    case .paths:
      guard case .texts(let paths) = try ConfigurationValue.read(node, as: .paths) else { return .directories([]) }
      return .directories(paths)
    case .names, .assignments: return .names(try texts(node))
    case .arguments:
      guard case .number(let number) = try ConfigurationValue.read(node, as: .count(minimum: 0, maximum: .max)) else {
        return .arguments(0)
      }
      return .arguments(number)
    case .layers(_, let looser):
      guard case .layers(let layers) = try ConfigurationValue.read(node, as: row.kind) else { return .atMostLayers([]) }
      return looser == .withMore ? .atMostLayers(layers) : .atLeastLayers(layers)
    }
  }

  /// One choice allows itself and everything tighter; an array allows what it names.
  private func mask(_ node: JSONNode, _ choices: [String], _ kind: ValueKind) throws(ValueError) -> UInt32 {
    if case .string = node.value {
      guard case .choice(let index) = try ConfigurationValue.read(node, as: kind) else { return 0 }
      return (1 << UInt32(index + 1)) - 1
    }
    var mask: UInt32 = 0
    for text in try texts(node) {
      guard case .choice(let index) = try ConfigurationValue.parse(text, as: kind, inFile: true) else { continue }
      mask |= 1 << UInt32(index)
    }
    return mask
  }

  private func texts(_ node: JSONNode) throws(ValueError) -> [String] {
    guard case .array(let items) = node.value else {
      throw ValueError(.wrongType, "expected an array of strings, found \(node.value.kind)")
    }
    var texts: [String] = []
    for item in items {
      guard case .string(let text) = item.value else {
        throw ValueError(.wrongType, "expected an array of strings, found \(item.value.kind) in it")
      }
      texts.append(text)
    }
    return texts
  }
}
