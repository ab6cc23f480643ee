internal import JSON

/// Every key of the configuration. The rows of `row` are the one table from which the flag (`--open-files`), the environment
/// variable (`WARDER_OPEN_FILES`), the JSON key (`open_files`), `--help`, `--print-config` and the checks follow: a new key
/// is a case here, its row below, and a property of `EffectiveConfiguration` to read it by.
package enum ConfigurationKey: UInt8, CaseIterable, Sendable {
  case script, scriptEnvironment, runtime, arguments, standardInput, identifier
  case timeout, grace
  case cpuTime, dataSize, openFiles, fileSize
  case standardOutputLimit, standardErrorLimit, logLimit, output
  case network, seccomp, read, write, environment, passEnvironment, require, disable
  case exitCode, log, terminationMessage, heartbeat
  case task, policy
}

/// Who may set a key.
package enum KeyStanding: Sendable {
  /// Anybody, the task file included.
  case request
  /// Policy, environment and flags; never the task file, which lies among files that the task's author may have written.
  case authority
  /// Environment and flags: it says where the files are that hold the rest.
  case location
  /// The command line alone.
  case flag

  /// Whether `layer` may set the key.
  package func permits(_ layer: ConfigurationLayer) -> Bool {
    switch (self, layer) {
    case (_, .builtIn), (_, .flags): true
    case (.request, _): true
    case (.authority, _): layer != .taskFile
    case (.location, _): layer == .environment
    case (.flag, _): false
    }
  }
}

/// One row of the table of keys.
package struct ConfigurationRow: Sendable {
  /// The JSON key, from which the other two names are made: lower case with underscores.
  package let name: String
  package let kind: ValueKind
  package let standing: KeyStanding
  /// The program's own default, nil for a key that is not set unless somebody sets it.
  package let builtIn: ConfigurationValue?
  /// What a policy without a ceiling of its own allows, nil for everything in range.
  package let ceiling: Ceiling?
  /// The word for the value in `--help`.
  package let placeholder: String
  /// The default in words, where no value stands for it.
  package let defaultText: String?
  /// One line of help.
  package let help: String

  init(
    _ name: String, _ kind: ValueKind, _ standing: KeyStanding, _ builtIn: ConfigurationValue?,
    ceiling: Ceiling? = nil, _ placeholder: String, defaultText: String? = nil, _ help: String
  ) {
    self.name = name
    self.kind = kind
    self.standing = standing
    self.builtIn = builtIn
    self.ceiling = ceiling
    self.placeholder = placeholder
    self.defaultText = defaultText
    self.help = help
  }
}

extension ConfigurationKey {
  private static let longest = Duration.seconds(7 * 24 * 3_600)
  private static let kibi: Int64 = 1 << 10
  private static let mebi: Int64 = 1 << 20
  private static let pebi: Int64 = 1 << 50

  /// The key's row.
  package var row: ConfigurationRow {
    switch self {
    case .script:
      ConfigurationRow(
        "script", .text(.script), .request, nil, "FILE", defaultText: "found in the task directory",
        "the script: a path, or - for standard input; in a file, a name in the task directory")
    case .scriptEnvironment:
      ConfigurationRow(
        "script_env", .text(.variableName), .authority, nil, "NAME", defaultText: "none",
        "the environment variable that holds the script's code")
    case .runtime:
      ConfigurationRow(
        "runtime", .text(.runtimeName), .request, nil, "NAME", defaultText: "by ending, else by shebang",
        "what runs the script: a runtime of the policy, by name or alias")
    case .arguments:
      ConfigurationRow(
        "args", .arguments, .request, .byteStrings([]), "ARG", defaultText: "none",
        "an argument of the script; also everything after --")
    case .standardInput:
      ConfigurationRow(
        "stdin", .text(.inputFile), .request, nil, "FILE", defaultText: "/dev/null",
        "the file of the task directory that the script reads as standard input")
    case .identifier:
      ConfigurationRow(
        "id", .text(.identifier), .request, nil, "TEXT", defaultText: "none",
        "a name for this task, repeated in the start frame")
    case .timeout:
      ConfigurationRow(
        "timeout", .duration(minimum: .zero, maximum: Self.longest, zero: .literal), .request,
        .duration(.seconds(300)), ceiling: .atMost(.duration(.seconds(1_800))), "DURATION",
        "wall-clock time that the script may take; 0 ends it at once")
    case .grace:
      ConfigurationRow(
        "grace", .duration(minimum: .zero, maximum: .seconds(600), zero: .literal), .request,
        .duration(.seconds(2)), "DURATION",
        "time between SIGTERM and SIGKILL on timeout and cancellation; 0 kills at once")
    case .cpuTime:
      ConfigurationRow(
        "cpu_time", .duration(minimum: .seconds(1), maximum: Self.longest, zero: .off), .request,
        .duration(.zero), "DURATION",
        "CPU time that each process may use, rounded up to whole seconds; 0 or off for no limit")
    case .dataSize:
      ConfigurationRow(
        "data_size", .bytes(minimum: Self.mebi, maximum: Self.pebi, zero: .off), .request, .number(0), "SIZE",
        "data segment and private memory of each process (RLIMIT_DATA); 0 or off for no limit")
    case .openFiles:
      ConfigurationRow(
        "open_files", .count(minimum: 16, maximum: 1 << 20), .request, .number(1_024), "COUNT",
        "open descriptors of each process (RLIMIT_NOFILE)")
    case .fileSize:
      ConfigurationRow(
        "file_size", .bytes(minimum: 0, maximum: Self.pebi, zero: .literal), .request, .number(256 * Self.mebi),
        "SIZE", "size of each file that is written (RLIMIT_FSIZE); 0 forbids writing to files")
    case .standardOutputLimit:
      ConfigurationRow(
        "stdout_limit", .bytes(minimum: 0, maximum: Self.pebi, zero: .literal), .request, .number(4 * Self.mebi),
        "SIZE", "bytes of standard output that are kept; 0 keeps none")
    case .standardErrorLimit:
      ConfigurationRow(
        "stderr_limit", .bytes(minimum: 0, maximum: Self.pebi, zero: .literal), .request, .number(Self.mebi),
        "SIZE", "bytes of standard error that are kept; 0 keeps none")
    case .logLimit:
      ConfigurationRow(
        "log_limit", .bytes(minimum: 256 * Self.kibi, maximum: Self.pebi, zero: .literal), .request,
        .number(9 * Self.mebi), "SIZE", "bytes of the whole log, each line charged 64 more than it has")
    case .output:
      ConfigurationRow(
        "output", .choice(OutputPolicy.names), .request, .choice(OutputPolicy.truncate.rawValue), "CHOICE",
        "beyond a limit of output: truncate what is kept, or kill the script")
    case .network:
      ConfigurationRow(
        "network", .choice(NetworkAccess.names), .authority, .choice(NetworkAccess.none.rawValue), "CHOICE",
        "none leaves AF_UNIX sockets only; all leaves what the container's network allows")
    case .seccomp:
      ConfigurationRow(
        "seccomp", .choice(SeccompProfileName.names), .authority, .choice(SeccompProfileName.standard.rawValue),
        "CHOICE", "the system calls that the script may make; unconfined sets no filter")
    case .read:
      ConfigurationRow(
        "read", .paths, .authority, .texts([]), "PATHS", defaultText: "none",
        "more paths that the script may read and execute")
    case .write:
      ConfigurationRow(
        "write", .paths, .authority, .texts([]), "PATHS", defaultText: "none",
        "more paths that the script may write")
    case .environment:
      ConfigurationRow(
        "env", .assignments, .authority, .byteStrings([]), "NAME=VALUE", defaultText: "none",
        "a variable of the script's environment")
    case .passEnvironment:
      ConfigurationRow(
        "pass_env", .names, .authority, .texts([]), "NAMES", defaultText: "none",
        "variables of the container's environment that the script gets too")
    case .require:
      ConfigurationRow(
        "require", .layers(.requirable, looser: .withFewer), .authority, .layers(.requirable), "LAYERS",
        defaultText: "all that are not switched off",
        "layers of isolation without which the script must not start")
    case .disable:
      ConfigurationRow(
        "disable", .layers(.all, looser: .withMore), .authority, .layers([]), "LAYERS", defaultText: "none",
        "layers of isolation to switch off, for diagnosis")
    case .exitCode:
      ConfigurationRow(
        "exit_code", .choice(ExitCodeMode.names), .authority, .choice(ExitCodeMode.passthrough.rawValue), "CHOICE",
        "what the process's own exit code says: the script's status, the verdict, or nothing")
    case .log:
      ConfigurationRow(
        "log", .text(.logTarget), .authority, .text("fd:1"), "TARGET",
        "the descriptor that the frames are written to")
    case .terminationMessage:
      ConfigurationRow(
        "termination_message", .text(.messageTarget), .authority, .text("auto"), "TARGET",
        "where the short verdict goes: a path, none, or auto for /dev/termination-log if there is one")
    case .heartbeat:
      ConfigurationRow(
        "heartbeat", .duration(minimum: .milliseconds(100), maximum: .seconds(3_600), zero: .off), .request,
        .duration(.seconds(10)), "DURATION", "interval of events while the script is silent; 0 or off for none")
    case .task:
      ConfigurationRow(
        "task", .text(.path), .location, .text("/task"), "DIR", "the task directory")
    case .policy:
      ConfigurationRow(
        "policy", .text(.path), .flag, nil, "FILE", defaultText: Policy.imagePath + " of the image",
        "the policy file, only where the image has none")
    }
  }

  /// `--open-files`
  package var flag: String { "--" + hyphenated }

  /// `WARDER_OPEN_FILES`
  package var variable: String {
    String(decoding: Array("WARDER_".utf8) + row.name.utf8.map { ASCII.isLower($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }

  private var hyphenated: String {
    String(decoding: row.name.utf8.map { $0 == ASCII.underscore ? ASCII.hyphen : $0 }, as: UTF8.self)
  }

  /// The key whose JSON name is `name`.
  package init?(name: String) {
    guard let key = Self.allCases.first(where: { $0.row.name.hasSameBytes(as: name) }) else { return nil }
    self = key
  }
}
