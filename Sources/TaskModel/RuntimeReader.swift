internal import JSON

/// Reads a policy's `runtimes`: an object of objects.
struct RuntimeReader {
  let document: Document

  private static let parts = ["argv", "aliases", "extensions", "check", "env"]

  func runtimes(in node: JSONNode) throws(ConfigurationError) -> [Runtime] {
    var runtimes: [Runtime] = []
    for member in try document.members(of: node, "runtimes") {
      let runtime = try runtime(member)
      try checkApart(runtime, runtimes, at: member.nameOffset)
      runtimes.append(runtime)
    }
    guard !runtimes.isEmpty else {
      throw document.error(.missing, node.offset, "runtimes: expected at least one runtime, found none")
    }
    return runtimes
  }

  private func runtime(_ member: JSONMember) throws(ConfigurationError) -> Runtime {
    let what = Text.joined(["runtimes", member.name], ".")
    var runtime = Runtime(name: member.name, command: [])
    try require(Runtime.isName(member.name.bytes), Runtime.nameExpectation, member.name, member.nameOffset, "runtimes")
    for part in try document.members(of: member.node, what) {
      let path = Text.joined([what, part.name], ".")
      switch Self.parts.firstIndex(where: { $0.hasSameBytes(as: part.name) }) {
      case 0: runtime.command = try command(part.node, path)
      case 1:
        runtime.aliases = try document.strings(part.node, path)
        for alias in runtime.aliases {
          try require(Runtime.isName(alias.bytes), Runtime.nameExpectation, alias, part.node.offset, path)
        }
      case 2:
        runtime.extensions = try document.strings(part.node, path)
        for ending in runtime.extensions {
          try require(isEnding(ending.bytes), "an ending with its dot such as .py", ending, part.node.offset, path)
        }
      case 3: runtime.check = try command(part.node, path)
      case 4: runtime.environment = try document.environment(part.node, path)
      default: throw document.unknownMember(part, what, known: Self.parts)
      }
    }
    guard !runtime.command.isEmpty else {
      throw document.error(.missing, member.node.offset, "\(what): expected argv, the command that runs a script")
    }
    return runtime
  }

  private func command(_ node: JSONNode, _ what: String) throws(ConfigurationError) -> [String] {
    let words = try document.strings(node, what)
    let program = (words.first ?? "").bytes
    let isPathOrName = program.first == ASCII.slash || !program.contains(ASCII.slash)
    try require(
      !program.isEmpty && isPathOrName && program.places(of: Runtime.placeholder).isEmpty,
      "first an absolute path, or a bare name to be found in PATH", words.first ?? "", node.offset, what)
    var namesScript = false
    for word in words {
      let bytes = word.bytes
      try require(!bytes.contains(0), "a word without NUL", word, node.offset, what)
      namesScript = namesScript || !bytes.places(of: Runtime.placeholder).isEmpty
    }
    guard namesScript else {
      throw document.error(
        .malformed, node.offset, "\(what): expected \(Runtime.placeholder) in one of the words after the program")
    }
    return words
  }

  private func isEnding(_ bytes: [UInt8]) -> Bool {
    bytes.count > 1 && bytes[0] == ASCII.dot && !bytes.contains(ASCII.slash) && !bytes.contains(0)
  }

  private func require(
    _ isGood: Bool, _ expected: Words, _ found: String, _ offset: Int, _ what: String
  ) throws(ConfigurationError) {
    if !isGood {
      throw document.error(.malformed, offset, "\(what): expected \(expected.text), found \(quoted: found)")
    }
  }

  /// A name or an ending must lead to one runtime.
  private func checkApart(_ runtime: Runtime, _ others: [Runtime], at offset: Int) throws(ConfigurationError) {
    let names = [runtime.name] + runtime.aliases + runtime.extensions
    for other in others {
      for name in names where other.answers(to: name) || name.isOne(of: other.extensions) {
        throw document.error(
          .duplicate, offset, "runtimes: \(quoted: name) belongs to \(other.name) and to \(runtime.name)")
      }
    }
  }
}
