internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

extension Launch {
  /// Prepares everything, starts the child, and waits until the script's program runs.
  ///
  /// - Parameters:
  ///   - mounts: the table of mounts, nil where it cannot be read.
  ///   - relay: the relay's process, which leads a group of its own; 0 for none.
  func start(
    in work: borrowing WorkDirectory, mounts: [UInt8]?, beside relay: Int32 = 0,
    _ beginning: inout TaskRun.Beginning, _ report: inout IsolationReport
  ) throws(Stop) -> Started {
    let environment = ChildEnvironment.compose(
      container: beginning.environment, runtime: task.runtime, configuration: configuration,
      workDirectory: work.path, temporaryDirectory: configuration.temporaryDirectory, cpuCount: ProcessorShare.count)
    report.set(.environment, configuration.disabled.contains(.environment) ? .disabled : .active)
    let program = try prepare(work, environment)

    var confinement = Confinement(
      grants: FilesystemPolicy.grants(
        script: work.scriptPath, taskDirectory: task.directory, workDirectory: work.path,
        configuration: configuration, alsoExecutable: alsoExecutable),
      mountInfo: mounts, configuration: configuration, profile: task.seccompProfile,
      protecting: SeccompProtection(
        processes: [beginning.ownProcess, relay], groups: [Processes.ownGroup, relay]), report: &report)
    let missing = report.missing(of: configuration.requiredLayers)
    guard missing.isEmpty else { throw Stop(verdict: .isolationUnavailable(missing)) }

    return try spawn(program, environment, in: work, &confinement, &beginning, &report)
  }

  /// Places what the script needs, and finds what runs it.
  private func prepare(_ work: borrowing WorkDirectory, _ environment: ChildEnvironment) throws(Stop) -> String {
    do {
      try work.place(script: task.script, name: task.fileName)
      if let directory = task.directory { try work.link(inputs: task.inputs, of: directory) }
      let program = try ProgramLookup.find(task.runtime.command[0], in: Self.searchPath(environment))
      guard configuration.checksOnly, let checker = task.runtime.check.first else { return program }
      return try ProgramLookup.find(checker, in: Self.searchPath(environment))
    } catch {
      throw Stop(verdict: .launchFailed(step: "preparing it", problem: error.message))
    }
  }

  /// What would run, were the script not only checked. Limits and isolation are in the start frame.
  private static func plannedRun(_ command: [[UInt8]], _ environment: ChildEnvironment) -> EventFrame {
    var names: [UInt8] = []
    for variable in environment.variables {
      if !names.isEmpty { names += [UInt8(ascii: ","), UInt8(ascii: " ")] }
      names += variable.name
    }
    return EventFrame(
      "would_run",
      [
        Field("command", ShellText.command(command)),
        Field("environment", String(decoding: names, as: UTF8.self)),
      ])
  }

  private static func searchPath(_ environment: ChildEnvironment) -> String {
    let path = environment.variables.first { $0.name.elementsEqual("PATH".utf8) }
    return path.map { String(decoding: $0.value, as: UTF8.self) } ?? ChildEnvironment.defaultPath
  }

  private func spawn(
    _ program: String, _ environment: ChildEnvironment, in work: borrowing WorkDirectory,
    _ confinement: inout Confinement, _ beginning: inout TaskRun.Beginning, _ report: inout IsolationReport
  ) throws(Stop) -> Started {
    var output = try attempt("making a pipe") { () throws(SystemCallError) in try Pipe() }
    var error = try attempt("making a pipe") { () throws(SystemCallError) in try Pipe() }
    try attempt("setting up a pipe") { () throws(SystemCallError) in
      try output.readEnd.setNonblocking(true)
      try error.readEnd.setNonblocking(true)
    }
    let inputPath = configuration.checksOnly ? "/dev/null" : task.standardInputPath ?? "/dev/null"
    let input = try attempt("opening " + inputPath) { () throws(SystemCallError) in try Files.open(inputPath) }

    var plan = SpawnPlan(
      path: program, workingDirectory: work.path, standardInput: input,
      standardOutput: Descriptor(owning: output.writeEnd.release()),
      standardError: Descriptor(owning: error.writeEnd.release()))
    let command = task.runtime.commandLine(script: work.scriptPath, arguments: configuration.arguments)
    plan.arguments = configuration.checksOnly ? task.runtime.checkLine(script: work.scriptPath) : command
    plan.environment = environment.variables.map { $0.assignment }
    plan.limits = confinement.limits
    plan.setsNoNewPrivileges = confinement.setsNoNewPrivileges
    plan.landlock = confinement.takeLandlock()
    plan.filters = confinement.filters
    plan.wantsListener = true
    plan.listenerPlace = Descriptor(owning: beginning.listenerPlace.release())
    plan.required = Confinement.requiredOfChild(configuration.requiredLayers)

    let left = beginning.start.advanced(by: TimeBounds.startUp).nanoseconds(since: .now) / 1_000_000
    // The child takes the value on at its birth; a non-dumpable one could not write its own.
    _ = beginning.oomScore.raise()
    let startedAt = Instant.now
    var listener = SeccompListener.none
    let result: SpawnResult
    do { result = try plan.start(timeoutMilliseconds: Int32(min(left, 60_000)), listener: &listener) } catch {
      throw Stop(verdict: .launchFailed(step: "starting a process", problem: error.reason))
    }
    switch result {
    case .running(let process, let layerErrors):
      Confinement.note(layerErrors, in: &report)
      Confinement.note(listener, error: layerErrors.listener, in: &report)
      return Started(
        process: process, startedAt: startedAt, standardOutput: Descriptor(owning: output.readEnd.release()),
        standardError: Descriptor(owning: error.readEnd.release()), listener: listener,
        withheldNames: environment.withheldNames,
        plannedRun: configuration.checksOnly ? Self.plannedRun(command, environment) : nil)
    case .failed(let stage, let number):
      throw Stop(verdict: verdict(on: stage, number, program, &report))
    }
  }

  /// What a child that gave up means: a missing layer is not the program's fault, nor the program a layer's.
  private func verdict(
    on stage: SpawnStage, _ number: Int32, _ program: String, _ report: inout IsolationReport
  ) -> Verdict {
    let reason = number == 0 ? "the process was killed from outside" : errorReason(number)
    let layer: TaskModel.IsolationLayer? =
      switch stage {
      case .limits: .resourceLimits
      case .noNewPrivileges: .noNewPrivileges
      case .landlock: .landlock
      case .seccomp: .seccomp
      case .session, .workingDirectory, .standardStreams, .descriptors, .signals, .execute: nil
      }
    if let layer {
      report.set(layer, .unavailable, reason: reason)
      return .isolationUnavailable([(layer, reason)])
    }
    guard stage == .execute else { return .launchFailed(step: stage.description, problem: reason) }
    return .launchFailed(step: "executing " + program, problem: reason + Self.advice(for: number))
  }

  private static func advice(for number: Int32) -> String {
    switch number {
    case ErrorNumber.noSuchFile: "; the program is there, so its interpreter (ELF or #!) must be missing"
    case ErrorNumber.accessDenied:
      "; the script may execute from the system's directories only: name another with --read, or in the policy's filesystem"
    default: ""
    }
  }

  private func attempt<Value: ~Copyable>(
    _ step: String, _ body: () throws(SystemCallError) -> Value
  ) throws(Stop) -> Value {
    do { return try body() } catch { throw Stop(verdict: .launchFailed(step: step, problem: error.reason)) }
  }
}
