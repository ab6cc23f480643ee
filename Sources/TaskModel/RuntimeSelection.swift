internal import JSON

/// Why no runtime runs a script.
package enum RuntimeSelectionError: Error, Sendable {
  /// The configuration names a runtime that the policy does not have.
  case unknownName(String, known: [String])
  /// Neither the file's ending nor its first line says one.
  case undecided(script: String, known: [String])
  /// The first line names an interpreter that no runtime is.
  case unknownInterpreter(String, known: [String])
  /// A ceiling of the policy leaves the runtime out.
  case notAllowed(String, allowed: [String])

  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .unknownName(let name, let known):
      "there is no runtime \(quoted: name); this image has \(list: known)"
    case .undecided(let script, let known):
      "nothing says what runs the script\(script.utf8.isEmpty ? "" : Text.joined([" ", Text.quoted(script)], "")): give it an ending, "
        + "a first line such as #!/usr/bin/env python3, or set runtime to one of \(list: known)"
    case .unknownInterpreter(let interpreter, let known):
      "the script's first line names \(quoted: interpreter), which no runtime of this image is; it has \(list: known)"
    case .notAllowed(let name, let allowed):
      "runtime \(quoted: name) lies outside this image's ceiling: "
        + "\(allowed.isEmpty ? "nothing is allowed" : Text.joined(allowed))"
    }
  }
}

extension Policy {
  /// The runtime of a script: the one that the configuration names, else by the ending of its file name, else by the
  /// interpreter on its first line.
  ///
  /// - Parameters:
  ///   - named: the value of the key `runtime`.
  ///   - scriptName: the file's name; empty for a script without one, such as standard input.
  ///   - firstBytes: the beginning of the script, of which the first 256 bytes are looked at (BINPRM_BUF_SIZE, execve(2)).
  package func runtime(
    named: String?, scriptName: String, firstBytes: [UInt8]
  ) throws(RuntimeSelectionError) -> Runtime {
    let chosen = try choose(named: named, scriptName: scriptName, firstBytes: firstBytes)
    if case .texts(let allowed)? = ceiling(of: .runtime),
      !allowed.contains(where: { chosen.answers(to: $0) })
    {
      throw .notAllowed(chosen.name, allowed: allowed)
    }
    return chosen
  }

  private func choose(
    named: String?, scriptName: String, firstBytes: [UInt8]
  ) throws(RuntimeSelectionError) -> Runtime {
    let known = runtimes.map { $0.name }
    if let named {
      guard let runtime = runtimes.first(where: { $0.answers(to: named) }) else {
        throw .unknownName(named, known: known)
      }
      return runtime
    }
    if let runtime = byEnding(scriptName) { return runtime }
    guard let interpreter = Shebang.interpreter(in: firstBytes) else {
      throw .undecided(script: scriptName, known: known)
    }
    guard let runtime = byInterpreter(interpreter) else {
      throw .unknownInterpreter(interpreter, known: known)
    }
    return runtime
  }

  /// The longest ending wins; a name that is nothing but an ending (`.py`) has none.
  private func byEnding(_ scriptName: String) -> Runtime? {
    let name = PathName.lastComponent(scriptName).bytes
    var best: Runtime?
    var bestLength = 0
    for runtime in runtimes {
      for ending in runtime.extensions where name.count > ending.utf8.count && name.end(with: ending) {
        guard ending.utf8.count > bestLength else { continue }
        best = runtime
        bestLength = ending.utf8.count
      }
    }
    return best
  }

  /// By name or alias or the program that the command starts, and then without a version: `python3.11` is `python`.
  private func byInterpreter(_ interpreter: String) -> Runtime? {
    for name in [interpreter, Shebang.withoutVersion(interpreter)] {
      for runtime in runtimes
      where runtime.answers(to: name) || PathName.lastComponent(runtime.command[0]).hasSameBytes(as: name) {
        return runtime
      }
    }
    return nil
  }
}

/// The first line of a script, execve(2) "Interpreter scripts".
enum Shebang {
  static let longest = 256

  /// The file name of the interpreter, `env` being looked through: `python3` of `#!/usr/bin/env -S python3 -u`.
  static func interpreter(in bytes: [UInt8]) -> String? {
    guard bytes.begin(with: "#!") else { return nil }
    var looksThrough = false
    for word in words(bytes.part(2, min(longest, bytes.count))) {
      // env(1): options and assignments may stand before the command.
      if looksThrough, word.first == ASCII.hyphen || word.contains(ASCII.equals) { continue }
      let program = PathName.lastComponent(String(repairing: word))
      if program.utf8.isEmpty { return nil }
      if looksThrough || !program.hasSameBytes(as: "env") { return program }
      looksThrough = true
    }
    return nil
  }

  /// What blanks separate on the first line.
  private static func words(_ bytes: [UInt8]) -> [[UInt8]] {
    var line: [UInt8] = []
    for byte in bytes where byte != UInt8(ascii: "\r") {
      if byte == ASCII.newline { break }
      line.append(byte == UInt8(ascii: "\t") ? ASCII.space : byte)
    }
    return line.pieces(separatedBy: ASCII.space).filter { !$0.isEmpty }
  }

  static func withoutVersion(_ name: String) -> String {
    let bytes = name.bytes
    var end = bytes.count
    while end > 0, ASCII.isDigit(bytes[end - 1]) || bytes[end - 1] == ASCII.dot { end -= 1 }
    return String(repairing: bytes.part(0, end))
  }
}
