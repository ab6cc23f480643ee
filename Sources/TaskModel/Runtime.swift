internal import JSON

/// One way to run a script, as the policy names it.
package struct Runtime: Sendable {
  package let name: String
  /// The command: its first word an absolute path or a bare name to be looked up in the image's PATH, `{script}` standing
  /// for the script's path in at least one word. The script's arguments follow it.
  package internal(set) var command: [String]
  /// Other names for it, also those that a shebang may end in.
  package internal(set) var aliases: [String]
  /// File name endings with their dot.
  package internal(set) var extensions: [String]
  /// A command that only checks the script's syntax, with the same `{script}`; empty where there is none.
  package internal(set) var check: [String]
  package internal(set) var environment: [EnvironmentVariable]

  /// What stands for the script's path in a command.
  package static let placeholder = "{script}"

  package init(
    name: String, command: [String], aliases: [String] = [], extensions: [String] = [], check: [String] = [],
    environment: [EnvironmentVariable] = []
  ) {
    self.name = name
    self.command = command
    self.aliases = aliases
    self.extensions = extensions
    self.check = check
    self.environment = environment
  }

  /// Whether the runtime is called `name`, by its own name or by an alias.
  package func answers(to name: String) -> Bool {
    self.name.hasSameBytes(as: name) || name.isOne(of: aliases)
  }

  /// The argument vector that checks `script`; empty where the runtime has no check.
  package func checkLine(script: String) -> [[UInt8]] {
    check.map { Self.substitute(script, in: $0) }
  }

  /// The argument vector that runs `script`.
  package func commandLine(script: String, arguments: [[UInt8]]) -> [[UInt8]] {
    command.map { Self.substitute(script, in: $0) } + arguments
  }

  /// `word` with every `{script}` in it replaced.
  private static func substitute(_ script: String, in word: String) -> [UInt8] {
    let bytes = word.bytes
    var result: [UInt8] = []
    var position = 0
    for place in bytes.places(of: placeholder) {
      result += bytes.part(position, place) + script.bytes
      position = place + placeholder.utf8.count
    }
    return result + bytes.part(position, bytes.count)
  }

  static let nameExpectation: Words = "the name of a runtime (letters, digits and . _ + -)"

  /// Whether `bytes` may be the name or an alias of a runtime: 1 to 64 letters, digits and `. _ + -`, the first no hyphen.
  static func isName(_ bytes: [UInt8]) -> Bool {
    guard 1...64 ~= bytes.count, bytes[0] != ASCII.hyphen else { return false }
    for byte in bytes where !(ASCII.isDigit(byte) || ASCII.isUpper(byte) || ASCII.isLower(byte)) {
      if ![ASCII.dot, ASCII.underscore, ASCII.hyphen, UInt8(ascii: "+")].contains(byte) { return false }
    }
    return true
  }

  /// Compiles and throws away: `py_compile` would write a file. Isolated by `-I`: else a file that lies beside the script and is
  /// called like a module of the library would be imported, and run.
  static let pythonCheck = """
    import sys
    name = sys.argv[1]
    try:
        compile(open(name, 'rb').read(), name, 'exec', dont_inherit=True)
    except SyntaxError as mistake:
        sys.exit(f'{name}:{mistake.lineno}: {type(mistake).__name__}: {mistake.msg}')
    except ValueError as mistake:
        sys.exit(f'{name}: {mistake}')
    """

  /// Runtimes of an image without a policy file. `.sh` is bash's by convention; `sh` itself runs what asks for it by name
  /// or by `#!/bin/sh`.
  package static let builtIn: [Runtime] = [
    Runtime(
      name: "python", command: ["python3", placeholder], aliases: ["python3"], extensions: [".py"],
      check: ["python3", "-I", "-c", pythonCheck, placeholder]),
    Runtime(
      name: "bash", command: ["bash", placeholder], extensions: [".sh", ".bash"], check: ["bash", "-n", placeholder]),
    Runtime(name: "sh", command: ["sh", placeholder], check: ["sh", "-n", placeholder]),
  ]
}
