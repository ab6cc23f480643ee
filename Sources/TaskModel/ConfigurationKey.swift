internal import JSON

/// Every key of the configuration. The rows of `makeRow` are the one table from which the flag (`--open-files`), the
/// environment variable (`WARDER_OPEN_FILES`), the JSON key (`open_files`), `--help`, `--print-config` and the checks
/// follow: a new key is a case here, its row below, and a property of `EffectiveConfiguration` to read it by.
package enum ConfigurationKey: UInt8, CaseIterable, Sendable {
  case script, scriptEnvironment, runtime, arguments, standardInput, identifier
  case timeout, grace
  case cpuTime, memory, processes, threads, dataSize, openFiles, fileSize, disk
  case standardOutputLimit, standardErrorLimit, logLimit, output
  case artifacts, artifactLimit, artifactFileLimit
  case trust
  case network, seccomp, read, write, environment, passEnvironment, redact, require, disable
  case exitCode, log, terminationMessage, heartbeat
  case relay, relayLog, relayWait
  case task, scratch, policy
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
    case (_, .builtIn), (_, .trust), (_, .flags): true
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
  /// The key's row.
  package var row: ConfigurationRow { Self.rows[Int(rawValue)] }

  /// The table, in the order of the cases. Made once: making a row takes memory, and keys are looked up by name.
  private static let rows = allCases.map { $0.makeRow() }

  private static let second: Int64 = 1_000
  private static let hour = 3_600 * second
  /// The longest duration that any key takes: a week.
  private static let longest = 168 * hour
  private static let kibi: Int64 = 1 << 10
  private static let mebi: Int64 = 1 << 20
  private static let pebi: Int64 = 1 << 50

  private static func duration(_ minimum: Int64, _ maximum: Int64, zero: ZeroMeaning = .literal) -> ValueKind {
    .number(.milliseconds, minimum: minimum, maximum: maximum, zero: zero)
  }

  private static func size(_ minimum: Int64, zero: ZeroMeaning = .literal) -> ValueKind {
    .number(.bytes, minimum: minimum, maximum: pebi, zero: zero)
  }

  private func makeRow() -> ConfigurationRow {
    switch self {
    case .script:
      ConfigurationRow(
        "script", .text(.script), .request, nil, "FILE", defaultText: "found in the task directory",
        "the script: a path, or - for standard input; in a file, a name in the task directory")
    case .scriptEnvironment:
      ConfigurationRow(
        "script_env", .text(.variableName), .authority, nil, "NAME",
        "the environment variable that holds the script's code")
    case .runtime:
      ConfigurationRow(
        "runtime", .text(.runtimeName), .request, nil, "NAME", defaultText: "by ending, else by shebang",
        "what runs the script: a runtime of the policy, by name or alias")
    case .arguments:
      ConfigurationRow(
        "args", .arguments, .request, .byteStrings([]), "ARG", "an argument of the script; also everything after --")
    case .standardInput:
      ConfigurationRow(
        "stdin", .text(.inputFile), .request, nil, "FILE", defaultText: "/dev/null",
        "the file of the task directory that the script reads as standard input")
    case .identifier:
      ConfigurationRow(
        "id", .text(.identifier), .request, nil, "TEXT", "a name for this task, repeated in the start frame")
    case .timeout:
      ConfigurationRow(
        "timeout", Self.duration(0, Self.longest), .request, .number(300 * Self.second),
        ceiling: .atMost(1_800 * Self.second), "DURATION",
        "wall-clock time that the script may take; 0 ends it at once")
    case .grace:
      ConfigurationRow(
        "grace", Self.duration(0, 600 * Self.second), .request, .number(2 * Self.second), "DURATION",
        "time between SIGTERM and SIGKILL on timeout and cancellation; 0 kills at once")
    case .cpuTime:
      ConfigurationRow(
        "cpu_time", Self.duration(Self.second, Self.longest, zero: .off), .request, .number(0), "DURATION",
        "CPU time of all processes together, and of each, there rounded up to whole seconds; 0 or off for no limit")
    case .memory:
      ConfigurationRow(
        "memory", Self.size(Self.mebi, zero: .offOrAutomatic), .request, .automatic, "SIZE",
        "memory of all processes together; auto for the cgroup's limit less a reserve, 0 or off for no watch")
    case .processes:
      ConfigurationRow(
        "processes", .number(.count, minimum: 1, maximum: 1 << 22, zero: .off), .request, .number(128), "COUNT",
        "processes at the same time; 0 or off for no limit")
    case .threads:
      ConfigurationRow(
        "threads", .number(.count, minimum: 1, maximum: 1 << 22, zero: .off), .request, .number(1_024), "COUNT",
        "threads of all processes at the same time; 0 or off for no limit")
    case .dataSize:
      ConfigurationRow(
        "data_size", Self.size(Self.mebi, zero: .off), .request, .number(0), "SIZE",
        "data segment and private memory of each process (RLIMIT_DATA); 0 or off for no limit")
    case .openFiles:
      ConfigurationRow(
        "open_files", .number(.count, minimum: 16, maximum: 1 << 20, zero: .literal), .request, .number(1_024),
        "COUNT", "open descriptors of each process (RLIMIT_NOFILE)")
    case .fileSize:
      ConfigurationRow(
        "file_size", Self.size(0), .request, .number(256 * Self.mebi), "SIZE",
        "size of each file that is written (RLIMIT_FSIZE); 0 forbids writing to files")
    case .disk:
      ConfigurationRow(
        "disk", Self.size(64 * Self.kibi, zero: .offOrAutomatic), .request, .automatic, "SIZE",
        "bytes in /tmp and /dev/shm; auto for a little less than their size where they are in memory, 0 or off for no "
          + "watch")
    case .standardOutputLimit:
      ConfigurationRow(
        "stdout_limit", Self.size(0), .request, .number(4 * Self.mebi), "SIZE",
        "bytes of standard output that are kept; 0 keeps none")
    case .standardErrorLimit:
      ConfigurationRow(
        "stderr_limit", Self.size(0), .request, .number(Self.mebi), "SIZE",
        "bytes of standard error that are kept; 0 keeps none")
    case .logLimit:
      ConfigurationRow(
        "log_limit", Self.size(256 * Self.kibi), .request, .number(9 * Self.mebi), "SIZE",
        "bytes of the whole log, each line charged 64 more than it has")
    case .output:
      ConfigurationRow(
        "output", .choice(OutputPolicy.names), .request, .choice(OutputPolicy.truncate.rawValue), "CHOICE",
        "beyond a limit of output: truncate what is kept, or kill the script")
    case .artifacts:
      ConfigurationRow(
        "artifacts", .text(.artifactDirectory), .request, nil, "DIR", defaultText: "off",
        "the directory whose files come back in the log: in the working directory, or beneath /tmp; off for none")
    case .artifactLimit:
      ConfigurationRow(
        "artifact_limit", Self.size(0), .request, .number(Self.mebi), "SIZE",
        "bytes of all files that come back; 0 lets only empty ones back")
    case .artifactFileLimit:
      ConfigurationRow(
        "artifact_file_limit", Self.size(0), .request, .number(512 * Self.kibi), "SIZE",
        "bytes of each file that comes back")
    case .trust:
      ConfigurationRow(
        "trust", .choice(TrustLevel.names), .authority, nil, "LEVEL", defaultText: "no level",
        "preset and bound for other keys: shadow checks the script and does not run it")
    case .network:
      ConfigurationRow(
        "network", .choice(NetworkAccess.names), .authority, .choice(NetworkAccess.none.rawValue), "CHOICE",
        "none leaves AF_UNIX sockets only; all leaves what the container's network allows")
    case .seccomp:
      ConfigurationRow(
        "seccomp", .choiceOrPath(SeccompProfileName.names, pathIndex: SeccompProfileName.file.rawValue), .authority,
        .choice(SeccompProfileName.standard.rawValue), "PROFILE",
        "the system calls that the script may make; a path names a compiled profile, unconfined sets no filter")
    case .read:
      ConfigurationRow(
        "read", .paths, .authority, .texts([]), "PATHS",
        "more paths that the script may read and execute")
    case .write:
      ConfigurationRow(
        "write", .paths, .authority, .texts([]), "PATHS",
        "more paths that the script may write")
    case .environment:
      ConfigurationRow(
        "env", .assignments, .authority, .byteStrings([]), "NAME=VALUE",
        "a variable of the script's environment")
    case .passEnvironment:
      ConfigurationRow(
        "pass_env", .names, .authority, .texts([]), "NAMES",
        "variables of the container's environment that the script gets too")
    case .redact:
      ConfigurationRow(
        "redact", .secretSources, .authority, .texts([]), "NAMES",
        "variables of the container, files and directories (with a / in front) whose values are replaced by [redacted] in "
          + "everything that is logged; this guards against accidents, not against a script that encodes what it writes"
      )
    case .require:
      ConfigurationRow(
        "require", .layers(.requirable, looser: .withFewer), .authority, .layers(.requirable), "LAYERS",
        defaultText: "all that are not switched off",
        "layers of isolation without which the script must not start")
    case .disable:
      ConfigurationRow(
        "disable", .layers(.all, looser: .withMore), .authority, .layers([]), "LAYERS",
        "layers of isolation to switch off, for diagnosis")
    case .exitCode:
      ConfigurationRow(
        "exit_code", .choice(ExitCodeMode.names), .authority, .choice(ExitCodeMode.passthrough.rawValue), "CHOICE",
        "what the process's own exit code says: the script's status, the verdict, whether the script ran, or nothing")
    case .log:
      ConfigurationRow(
        "log", .logTargets, .authority, .texts(["fd:1"]), "TARGETS",
        "where the frames go: a descriptor as fd:N, a file or FIFO by its path, or two of these; the same to both")
    case .terminationMessage:
      ConfigurationRow(
        "termination_message", .text(.messageTarget), .authority, .text("auto"), "TARGET",
        "where the short verdict goes: a path, none, or auto for /dev/termination-log if there is one")
    case .heartbeat:
      ConfigurationRow(
        "heartbeat", Self.duration(100, Self.hour, zero: .off), .request, .number(10 * Self.second), "DURATION",
        "interval of events while the script is silent; 0 or off for none")
    case .relay:
      ConfigurationRow(
        "relay", .command, .authority, .texts([]), "COMMAND", defaultText: "off",
        "a trusted program beside the script that gets the log's frames on its standard input; words are separated by "
          + "blanks, the first is an absolute path")
    case .relayLog:
      ConfigurationRow(
        "relay_log", .choice(RelayLog.names), .authority, .choice(RelayLog.keep.rawValue), "CHOICE",
        "keep the log as it is, or replace it by what the relay writes to standard output")
    case .relayWait:
      ConfigurationRow(
        "relay_wait", Self.duration(0, 600 * Self.second), .authority, .number(10 * Self.second), "DURATION",
        "time that the relay has after the last frame until it is killed")
    case .task:
      ConfigurationRow(
        "task", .text(.path), .location, .text("/task"), "DIR", "the task directory")
    case .scratch:
      ConfigurationRow(
        "scratch", .text(.directory), .location, nil, "DIR", defaultText: "off",
        "on a machine that others use too: the one directory that the script may write to, in place of /tmp and /dev/shm; "
          + "sockets that others could be reached by are closed as well")
    case .policy:
      ConfigurationRow(
        "policy", .text(.path), .flag, nil, "FILE", defaultText: Policy.imagePath + " of the image",
        "the policy file, only where the image has none")
    }
  }

  /// `--open-files`
  package var flag: String { Self.flagPrefix + Self.translated(row.name, ASCII.underscore, to: ASCII.hyphen) }

  /// `WARDER_OPEN_FILES`
  package var variable: String {
    EnvironmentLayer.prefix + String(repairing: row.name.bytes.map { ASCII.isLower($0) ? $0 - 32 : $0 })
  }

  private static let flagPrefix = "--"

  private static func translated(_ name: String, _ byte: UInt8, to other: UInt8) -> String {
    String(repairing: name.bytes.map { $0 == byte ? other : $0 })
  }

  /// The key whose JSON name is `name`.
  package init?(name: String) {
    for key in Self.allCases where key.row.name.hasSameBytes(as: name) {
      self = key
      return
    }
    return nil
  }

  /// The key whose flag is `flag`, dashes included.
  init?(flag: String) {
    let bytes = flag.bytes
    guard bytes.begin(with: Self.flagPrefix), !bytes.contains(ASCII.underscore) else { return nil }
    self.init(name: Self.translated(String(repairing: bytes.part(2, bytes.count)), ASCII.hyphen, to: ASCII.underscore))
  }

  /// The key whose variable is `variable`, of which `EnvironmentLayer.isOwn` is true.
  init?(variable: [UInt8]) {
    var name = variable.part(EnvironmentLayer.prefix.utf8.count, variable.count)
    for index in name.indices {
      if ASCII.isLower(name[index]) { return nil }
      if ASCII.isUpper(name[index]) { name[index] += 32 }
    }
    self.init(name: String(repairing: name))
  }

  /// The names of keys, as a file, a variable or a flag spells them, that `layer` may set; for suggestions.
  static func names(for layer: ConfigurationLayer) -> [String] {
    var names: [String] = []
    for key in allCases where key.row.standing.permits(layer) {
      switch layer {
      case .environment: names.append(key.variable)
      case .flags: names.append(key.flag)
      case .builtIn, .trust, .policy, .taskFile: names.append(key.row.name)
      }
    }
    return names
  }
}
