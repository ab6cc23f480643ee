internal import LinuxSystem
internal import TaskModel

extension Relay {
  /// Starts the relay that the configuration names; none where it names none.
  ///
  /// Privileges must have been dropped, and the supervisor's signal scope not have been entered: a process that is born within
  /// it is killed with the script's tree.
  /// - Throws: one sentence.
  static func start(
    _ configuration: EffectiveConfiguration, environment: [EnvironmentVariable]
  ) throws(TaskError) -> Relay {
    guard let command = configuration.relay else { return .none }
    guard ProcessTable.canBeRead else {
      // Beside a relay the tree's end is told from there.
      throw TaskError(words: "the relay could not be started: /proc cannot be read")
    }
    do {
      return try start(
        command, environment: environment.map { $0.assignment }, log: configuration.relayLog,
        wait: configuration.relayWait)
    } catch {
      throw TaskError(words: "the relay could not be started: \(error.message)")
    }
  }

  private static func start(
    _ command: [String], environment: [[UInt8]], log: RelayLog, wait: Duration
  ) throws(SystemCallError) -> Relay {
    var input = try makePipe()
    let output = log == .replace ? try Descriptor.duplicate(1) : try Files.open("/dev/null", .write)
    var plan = SpawnPlan(
      path: command[0], workingDirectory: ".", standardInput: Descriptor(owning: input.readEnd.release()),
      standardOutput: output, standardError: try Descriptor.duplicate(2))
    plan.arguments = command.map { Array($0.utf8) }
    plan.environment = environment
    plan.required = .noNewPrivileges

    var listener = SeccompListener.none
    let patience = Int32(clamping: TimeBounds.startUp.wholeMilliseconds)
    switch try plan.start(timeoutMilliseconds: patience, listener: &listener) {
    case .running(let process, _):
      Processes.spare(process)
      return Relay(
        pipe: Descriptor(owning: input.writeEnd.release()), process: process,
        handle: try Processes.openPidfd(process), leash: try Leash.on(group: process), log: log, wait: wait)
    case .failed(let stage, let number):
      _ = try? Processes.reap()
      throw SystemCallError(call: stage == .execute ? "execve" : "clone", number: number, subject: command[0])
    }
  }
}
