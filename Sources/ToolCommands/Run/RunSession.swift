internal import CTool
internal import Foundation
internal import LinuxSystem
internal import WarderFrames

/// One run from a good task to its exit status: stage, engine, loop, result. Leaves nothing behind.
struct RunSession {
  private let options: RunOptions
  private let requested: RequestedTask
  private let environment = ProcessInfo.processInfo.environment

  init(_ options: RunOptions, _ requested: RequestedTask) {
    self.options = options
    self.requested = requested
  }

  func run() throws -> Int32 {
    let namesSupervisor = options.supervisor != nil || environment[SupervisorBinary.variable]?.isEmpty == false
    let supervisor = try self.supervisor(namesSupervisor)
    // From here on signals are data: one that comes between two steps is not lost, and nothing stays behind.
    // A closed standard stream would otherwise lend its number to a pipe of ours.
    try? StartState.openMissingStandardStreams()
    _ = ct_adopt_orphans()
    Processes.ignoreBrokenPipes()
    let signals: SignalDescriptor
    do {
      try SignalDescriptor.blockSignals()
      signals = try SignalDescriptor()
    } catch { throw RunProblem.engine(error.message) }

    let stage = try makeStage(supervisor)
    var isGone = false
    defer { if !isGone { _ = stage.remove() } }
    let selection = EngineSelection(
      task: requested.task, stage: stage, supervisor: supervisor, environment: environment,
      namesSupervisor: namesSupervisor)
    let found: EngineSelection.Found
    do { found = try selection.select(options.engine) } catch { throw RunProblem.engine(error.message) }

    var view = makeView()
    for remark in requested.remarks + found.warnings { view.say(remark, .warning) }
    if options.engine == .auto || !requested.remarks.isEmpty { view.say(found.remark) }
    let outcome = try follow(found.plan, signals, view)
    isGone = stage.remove()
    if !isGone { view.complain("\(stage.paths.directory) could not be removed") }
    return finish(outcome, found.plan, makeView())
  }

  private func makeView() -> RunView {
    RunView(
      form: options.json ? .json : options.frames ? .frames : .live, isQuiet: options.quiet,
      presentation: options.presentation.presentation, environment: environment)
  }

  private func supervisor(_ isNamed: Bool) throws -> SupervisorBinary? {
    do throws(SupervisorBinary.Problem) {
      return try SupervisorBinary.find(named: options.supervisor, environment: environment)
    } catch {
      // Images have their own.
      if !isNamed, options.engine.kind?.isContainer == true { return nil }
      throw RunProblem.engine(error.message)
    }
  }

  private func makeStage(_ supervisor: SupervisorBinary?) throws -> Stage {
    do throws(Stage.Problem) {
      return try Stage(
        requested.sources, supervisor: supervisor, owner: geteuid() == 0 ? EnginePlan.unprivileged : nil)
    } catch { throw RunProblem.engine(error.message) }
  }

  private func follow(
    _ plan: EnginePlan, _ signals: consuming SignalDescriptor, _ view: RunView
  ) throws -> RunOutcome {
    let process: EngineProcess
    do throws(EngineProcess.Problem) { process = try EngineProcess(plan) } catch {
      throw RunProblem.engine(error.message)
    }
    let control = EngineControl(plan: plan, process: process.process)
    let outcome = RunLoop(process, plan, signals, view, deadlineSeconds: requested.task.deadlineSeconds).run()
    // A supervisor that was killed leaves the script's processes, and a client that died its container.
    if outcome.results.last?.exit == nil, outcome.hasFrames || outcome.wasKilled { control.killAll() }
    return outcome
  }

  /// Shows how it ended.
  private func finish(_ outcome: RunOutcome, _ plan: EnginePlan, _ given: RunView) -> Int32 {
    var view = given
    defer { view.flush() }
    if outcome.lostReader { view.close(STDOUT_FILENO) }
    if outcome.hasFrames {
      for result in outcome.results { view.show(result, of: plan.engine) }
      save(outcome.results, &view)
    }
    let status = RunStatus.of(outcome)
    let isOurs = status == RunStatus.engineFailed || status == RunStatus.lost
    if !outcome.hasFrames, status == RunStatus.cancelled { view.complain("cancelled before the script started") }
    if isOurs, outcome.wasKilled {
      view.complain("killed, as asked for twice: there is no verdict")
    } else if isOurs || !outcome.complaints.isEmpty && view.isTalking {
      let end =
        outcome.status.signal.map { "was ended by signal \($0)" } ?? "ended with status \(outcome.status.exitStatus)"
      if isOurs { view.complain("the engine \(plan.engine.rawValue) \(end) and left no verdict") }
      for line in outcome.complaints.split(separator: "\n") { view.complain("\(plan.engine.rawValue): \(line)") }
    }
    return status
  }

  private func save(_ results: [RunResult], _ view: inout RunView) {
    let artifacts = results.flatMap(\.artifacts)
    guard let directory = options.save else {
      for artifact in artifacts where artifact.isComplete {
        let size = HumanNumbers.count(artifact.bytes.count, "byte")
        view.say("artifact \(artifact.name.text) came back (\(size)); --save DIR writes it")
      }
      return
    }
    do throws(ArtifactExtraction.Problem) {
      let extraction = try ArtifactExtraction(into: directory)
      defer { extraction.close() }
      for problem in extraction.write(artifacts) { view.complain(problem) }
      view.say("\(HumanNumbers.count(artifacts.count { $0.isComplete }, "file")) came back, into \(directory)")
    } catch { view.complain(error.reason) }
  }
}
