internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// One task from its configuration to its verdict.
enum TaskRun {
  /// What the process is before anything is read.
  struct Beginning: ~Copyable {
    let start: Instant
    var timer: Timer
    var signals: SignalDescriptor
    let oomScore: OOMScore
    /// Keeps a low number free, see `SpawnPlan.listenerPlace`.
    var listenerPlace: Descriptor
    let environment: [EnvironmentVariable]
    let ownProcess: Int32
    let parent: Int32
  }

  /// - Returns: the process's exit code.
  static func run(_ flags: ParsedFlags, arguments: [[UInt8]], _ beginning: consuming Beginning) -> Int32 {
    let loaded: ConfigurationLoader.Loaded
    do {
      loaded = try ConfigurationLoader.load(flags: flags, environment: beginning.environment)
    } catch {
      return refuse(error.message, arguments: arguments, beginning)
    }
    let configuration = loaded.configuration

    var reporter: Reporter
    do {
      let secrets = try SecretReader.read(configuration.secretSources, environment: beginning.environment)
      reporter = try makeReporter(configuration, Redaction(secrets), start: beginning.start)
    } catch {
      return refuse(error.message, arguments: arguments, beginning)
    }
    let provisionalFailure = reporter.writeProvisionalMessage()
    if let provisionalFailure {
      reporter.log.write(EventFrame("termination_message_failed", [Field("reason", provisionalFailure)]), at: .now)
    }
    try? Crash.installHandler(
      log: reporter.log.sinks.first.descriptor.raw, secondLog: reporter.log.sinks.second.descriptor.raw,
      terminationMessage: reporter.termination.rawDescriptor,
      exitStatus: ExitReason.internalError.ownExitCode ?? 1)

    var task: LoadedTask
    do {
      task = try TaskReader.read(
        loaded, environment: beginning.environment,
        startUpDeadline: beginning.start.advanced(by: TimeBounds.startUp))
      task.seccompProfile = try LoadedSeccompProfile.read(for: configuration)
    } catch {
      return Launch.refuse(
        .invalidTask(error.message), configuration, environment: beginning.environment, reporter)
    }
    return Launch(task: task, configuration: configuration).run(reporter, beginning)
  }

  /// Ends a task whose configuration is wrong; what is secret in it is left out even so.
  static func refuse(_ problem: String, arguments: [[UInt8]], _ beginning: consuming Beginning) -> Int32 {
    let described = ConfigurationProblem.describe(problem, arguments: arguments, environment: beginning.environment)
    return refuse(described, start: beginning.start)
  }

  /// Ends a task whose configuration does not even say where to report: standard output and the usual file then.
  static func refuse(_ problem: String, start: Instant) -> Int32 {
    tellTerminal(problem)
    guard let sink = try? LogSink.duplicating(1) else { return ExitReason.invalidTask.ownExitCode ?? 1 }
    let termination = (try? TerminationLog(path: TerminationMessageTarget.kubernetesPath)) ?? TerminationLog.none
    let reporter = Reporter(
      log: FrameLog(LogSinks(sink), redaction: .none, start: start), termination: termination,
      run: Reporter.makeRunID(), identifier: nil,
      exitCodeMode: .passthrough)
    return reporter.finish(.invalidTask(problem), account: nil)
  }

  /// A person at a terminal should not have to read JSON to see a mistyped flag; in a pod the frame says it all, and more
  /// lines would only be noise in the log.
  private static func tellTerminal(_ problem: String) {
    guard let standardError = try? Descriptor.duplicate(2), (try? standardError.status())?.kind == .terminal
    else { return }
    try? standardError.writeAll(Array(("warder-init: " + problem + "\n").utf8), subject: "standard error")
  }

  private static func makeReporter(
    _ configuration: EffectiveConfiguration, _ redaction: Redaction, start: Instant
  ) throws(TaskError) -> Reporter {
    let targets = configuration.logTargets
    let first = try open(targets.first ?? .descriptor(1), configuration)
    let second = targets.count > 1 ? try open(targets[1], configuration) : LogSink.none
    return Reporter(
      log: FrameLog(LogSinks(first, second), redaction: redaction, start: start),
      termination: try openTerminationLog(configuration.terminationMessage),
      run: Reporter.makeRunID(), identifier: configuration.identifier, exitCodeMode: configuration.exitCodeMode,
      isCheck: configuration.checksOnly)
  }

  private static func open(
    _ target: LogTarget, _ configuration: EffectiveConfiguration
  ) throws(TaskError) -> LogSink {
    switch target {
    case .path(let path): return try LogSink.opening(path, outside: configuration.scriptsOwnDirectories)
    case .descriptor(let number):
      do { return try LogSink.duplicating(number) } catch {
        throw TaskError(words: "log names descriptor \(number), which cannot be written to: \(error.reason)")
      }
    }
  }

  private static func openTerminationLog(_ target: TerminationMessageTarget) throws(TaskError) -> TerminationLog {
    switch target {
    case .none: return TerminationLog.none
    case .automatic:
      // Missing, or another user's: outside of Kubernetes nobody would read it.
      return (try? TerminationLog(path: TerminationMessageTarget.kubernetesPath)) ?? TerminationLog.none
    case .path(let path):
      do { return try TerminationLog(path: path) } catch {
        throw TaskError(words: "termination_message names \(path), which cannot be written to: \(error.reason)")
      }
    }
  }
}
