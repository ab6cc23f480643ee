internal import LinuxSystem
internal import TaskModel

/// What `warder-init` does, by its command line.
package enum Program {
  /// - Returns: the process's exit code.
  package static func run(arguments: [[UInt8]]) -> Int32 {
    if arguments.first?.elementsEqual(TrialProgram.flag.utf8) == true { return TrialProgram.run(arguments.dropFirst()) }
    let beginning: TaskRun.Beginning
    do { beginning = try begin() } catch {
      // Nothing to report with: the log's machinery is what could not be had.
      return TaskRun.refuse(error.message, start: .now)
    }
    let invocation: Invocation
    do { invocation = try parseArguments(arguments) } catch {
      // Whoever asks for a check reads words and not frames.
      if arguments.contains(where: { $0.begin(with: "--check") }) { return fail(error.message) }
      return TaskRun.refuse(error.message, arguments: arguments, beginning)
    }
    switch invocation {
    case .run(let flags): return TaskRun.run(flags, arguments: arguments, beginning)
    case .help: return print(Array(HelpText.text.utf8))
    case .version: return print(Array(("warder-init " + WarderVersion.text + "\n").utf8))
    case .printConfiguration(let flags): return printConfiguration(flags, beginning.environment)
    case .check(let flags, let asJSON): return CheckCommand.run(flags, asJSON: asJSON, beginning)
    case .install(let directory): return Installation.install(into: directory)
    }
  }

  /// The first acts, before anything is read that somebody else may have written. Their order matters: oom_score_adj cannot be
  /// opened any more by a process that is non-dumpable.
  private static func begin() throws(SystemCallError) -> TaskRun.Beginning {
    let start = Instant.now
    try StartState.openMissingStandardStreams()
    let listenerPlace = try Descriptor.duplicate(0)
    let oomScore = OOMScore()
    try Processes.becomeNonDumpable()
    try SignalDescriptor.blockSignals()
    Processes.ignoreBrokenPipes()
    let ownProcess = Processes.ownID
    // Orphans come to PID 1 by themselves.
    if ownProcess != 1 { try Processes.becomeSubreaper() }
    return TaskRun.Beginning(
      start: start, timer: try Timer(), signals: try SignalDescriptor(), oomScore: oomScore,
      listenerPlace: listenerPlace,
      environment: StartState.environment.compactMap { EnvironmentVariable(assignment: $0) },
      ownProcess: ownProcess, parent: Processes.parentID)
  }

  private static func printConfiguration(_ flags: ParsedFlags, _ environment: [EnvironmentVariable]) -> Int32 {
    do {
      let configuration = try ConfigurationLoader.load(flags: flags, environment: environment).configuration
      let secrets = SecretReader.readWhatIsThere(configuration.secretSources, environment: environment)
      return print(Redaction(secrets).bytes(configuration.printed()))
    } catch {
      return fail(error.message)
    }
  }

  /// Writes to standard output.
  static func print(_ text: [UInt8]) -> Int32 {
    do {
      try Descriptor.duplicate(1).writeAll(text, subject: "standard output")
      return 0
    } catch {
      return fail(error.message)
    }
  }

  /// Writes an error for a person, and answers the exit code of a misuse.
  static func fail(_ problem: String) -> Int32 {
    try? Descriptor.duplicate(2).writeAll(Array(("warder-init: " + problem + "\n").utf8), subject: "standard error")
    return 2
  }
}
