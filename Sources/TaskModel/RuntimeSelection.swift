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

  package var message: String {
    switch self {
    case .unknownName(let name, let known):
      "there is no runtime \(Text.quoted(name)); this image has \(Text.joined(known))"
    case .undecided(let script, let known):
      "nothing says what runs the script\(script.utf8.isEmpty ? "" : " " + Text.quoted(script)): give it an ending, "
        + "a first line such as #!/usr/bin/env python3, or set runtime to one of \(Text.joined(known))"
    case .unknownInterpreter(let interpreter, let known):
      "the script's first line names \(Text.quoted(interpreter)), which no runtime of this image is; it has "
        + Text.joined(known)
    case .notAllowed(let name, let allowed):
      "runtime \(Text.quoted(name)) lies outside this image's ceiling: "
        + (allowed.isEmpty ? "nothing is allowed" : Text.joined(allowed))
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
    let name = PathName.lastComponent(scriptName)
    var best: Runtime?
    var bestLength = 0
    for runtime in runtimes {
      for ending in runtime.extensions
      where ending.utf8.count > bestLength && ending.utf8.count < name.utf8.count && name.endsWithBytes(of: ending) {
        best = runtime
        bestLength = ending.utf8.count
      }
    }
    return best
  }

  /// By name or alias or the program that the command starts, and then without a version: `python3.11` is `python`.
  private func byInterpreter(_ interpreter: String) -> Runtime? {
    for name in [interpreter, Shebang.withoutVersion(interpreter)] {
      let match = runtimes.first { runtime in
        runtime.answers(to: name) || PathName.lastComponent(runtime.command[0]).hasSameBytes(as: name)
      }
      if let match { return match }
    }
    return nil
  }
}

/// The first line of a script, execve(2) "Interpreter scripts".
enum Shebang {
  static let longest = 256

  /// The file name of the interpreter, `env` being looked through: `python3` of `#!/usr/bin/env -S python3 -u`.
  static func interpreter(in bytes: [UInt8]) -> String? {
    guard bytes.starts(with: Array("#!".utf8)) else { return nil }
    let line = bytes.prefix(longest).dropFirst(2).prefix { $0 != ASCII.newline && $0 != UInt8(ascii: "\r") }
    let blank = UInt8(ascii: " ")
    var words: [String] = []
    for piece in Text.pieces(of: line.map { $0 == UInt8(ascii: "\t") ? blank : $0 }, separatedBy: blank)
    where !piece.isEmpty {
      words.append(String(decoding: piece, as: UTF8.self))
    }
    guard let first = words.first else { return nil }
    let program = PathName.lastComponent(first)
    guard program.hasSameBytes(as: "env") else { return program.utf8.isEmpty ? nil : program }
    // env(1): options and assignments may stand before the command.
    for word in words.dropFirst() where word.utf8.first != ASCII.hyphen && !word.utf8.contains(ASCII.equals) {
      return PathName.lastComponent(word)
    }
    return nil
  }

  static func withoutVersion(_ name: String) -> String {
    let bytes = Array(name.utf8)
    var end = bytes.count
    while end > 0, ASCII.isDigit(bytes[end - 1]) || bytes[end - 1] == ASCII.dot { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}
