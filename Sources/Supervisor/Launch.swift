internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// From a good task to a running script, and from there to its verdict.
struct Launch {
  let task: LoadedTask
  let configuration: EffectiveConfiguration
  /// A program that may be executed besides what tasks may: this one itself, when it is to try things as a script would.
  var alsoExecutable: String?

  /// Why the script's first instruction was never reached.
  struct Stop: Error {
    let verdict: Verdict
  }

  /// A script that runs.
  struct Started: ~Copyable {
    let process: Int32
    let startedAt: Instant
    var standardOutput: Descriptor
    var standardError: Descriptor
    var listener: SeccompListener
    let withheldNames: [String]
    /// What a check is in place of; nil where the script itself runs.
    let plannedRun: EventFrame?
  }

  /// - Returns: the process's exit code.
  func run(_ given: consuming Reporter, _ begun: consuming TaskRun.Beginning) -> Int32 {
    var reporter = given
    var beginning = begun
    var report = IsolationReport()
    Self.dropPrivileges(configuration.disabled, &report)
    do { try Self.startRelay(configuration, environment: beginning.environment, &reporter.log) } catch {
      return reporter.finish(error.verdict, account: nil)
    }

    let work: WorkDirectory
    do { work = try WorkDirectory(scriptName: task.fileName, in: configuration.temporaryDirectory) } catch {
      return reporter.finish(
        .launchFailed(step: "preparing the working directory", problem: error.message), account: nil)
    }
    let sharedMemory = SharedMemory(isOwn: beginning.ownProcess == 1)
    let artifacts: ArtifactDirectory
    do { artifacts = try makeArtifactDirectory(in: work.path) } catch {
      clean(work, sharedMemory)
      return reporter.finish(.launchFailed(step: "preparing it", problem: error.message), account: nil)
    }
    enterScope(&report)
    let mounts = Machine.mountInfo
    let watches = Watches(
      configuration, mounts: mounts, ownProcess: beginning.ownProcess, workDirectory: work.path, &report)

    let started: Started
    do {
      started = try start(in: work, mounts: mounts, beside: reporter.log.sinks.relay.process, &beginning, &report)
    } catch {
      _ = beginning.oomScore.restore()
      // The layers are known by now, and worth knowing: one of them may be the reason.
      reporter.log.write(startFrame(run: reporter.run, report, watches.limits, withheldNames: []))
      artifacts.remove(until: Instant.now.advanced(by: TimeBounds.artifactRemoval))
      clean(work, sharedMemory)
      return reporter.finish(error.verdict, account: nil)
    }
    // Now that the script runs and may be many; it takes the scheduler a while.
    Processes.preferShortSlices()
    protectSupervisor(work, artifacts, &report)
    // Not sooner: while the child leaves the memory that both share, the kernel looks at every process of the machine for
    // another one that shares it (__set_oom_adj in fs/proc/base.c).
    _ = beginning.oomScore.restore()
    reporter.log.write(startFrame(run: reporter.run, report, watches.limits, withheldNames: started.withheldNames))
    if task.unusableInputs > 0 {
      reporter.log.write(EventFrame("inputs_left_out", [Field("count", Int64(task.unusableInputs))]), at: .now)
    }
    if let plannedRun = started.plannedRun { reporter.log.write(plannedRun, at: .now) }
    return supervise(started, in: work, sharedMemory, artifacts, reporter, beginning, watches, report)
  }

  private func startFrame(run: String, _ report: IsolationReport, _ watched: WatchedLimits, withheldNames: [String])
    -> StartFrame
  {
    var frame = StartFrame(
      version: WarderVersion.text, id: configuration.identifier, run: run, runtime: task.runtime.name,
      script: .init(path: task.origin, bytes: Int64(task.script.count), sha256: task.sha256),
      limits: configuration.limits(watched).map { Field($0.name, $0.value.map { .integer($0) } ?? .null) },
      isolation: report.frameLayers, withheldEnvironment: withheldNames,
      startedAt: Timestamp.text(unixNanoseconds: Machine.unixNanoseconds))
    frame.isCheck = configuration.checksOnly
    frame.trust = configuration.trust?.name
    return frame
  }

  /// Leftovers cost a rerun in the same pod disk space, and a laptop its tidiness. A second is enough for what is sane;
  /// the rest goes with the pod.
  private func clean(_ work: borrowing WorkDirectory, _ sharedMemory: borrowing SharedMemory) {
    let deadline = Instant.now.advanced(by: .seconds(1))
    sharedMemory.empty(until: deadline)
    _ = work.remove(until: deadline)
  }
}

// MARK: - While the script runs

extension Launch {
  private func supervise(
    _ given: consuming Started, in work: borrowing WorkDirectory, _ sharedMemory: borrowing SharedMemory,
    _ artifacts: borrowing ArtifactDirectory, _ reporter: consuming Reporter,
    _ beginning: consuming TaskRun.Beginning, _ watches: consuming Watches, _ report: IsolationReport
  ) -> Int32 {
    var started = given
    let startedAt = started.startedAt
    // Without a scope process 1 reaches everybody, a relay too.
    let reachesTreeOnly = report.isActive(.signalScope)
    let budget = OutputBudget(
      standardOutputLimit: UInt64(configuration.standardOutputLimitBytes),
      standardErrorLimit: UInt64(configuration.standardErrorLimitBytes),
      logLimit: UInt64(configuration.logLimitBytes), keepsTails: configuration.output == .truncate)
    let parts = EventLoop.Parts(
      timer: beginning.timer, signals: beginning.signals, reporter: reporter,
      standardOutput: OutputRelay(
        .stdout, pipe: Descriptor(owning: started.standardOutput.release()),
        tailCapacity: budget.account(of: .stdout).tailCapacity, redaction: reporter.log.redaction,
        startedAt: startedAt),
      standardError: OutputRelay(
        .stderr, pipe: Descriptor(owning: started.standardError.release()),
        tailCapacity: budget.account(of: .stderr).tailCapacity, redaction: reporter.log.redaction,
        startedAt: startedAt),
      watches: watches,
      denials: DenialReporter(started.listener.handOver()))
    let tree = ProcessTree(
      reach: beginning.ownProcess == 1 && configuration.relay == nil || reachesTreeOnly ? .treeOnly : .beyondTree,
      ownProcess: beginning.ownProcess)
    let timing = SupervisionMachine.Timing(
      timeout: configuration.timeout.wholeNanoseconds, grace: configuration.grace.wholeNanoseconds,
      heldPipes: TimeBounds.heldPipes.wholeNanoseconds, kill: TimeBounds.finalDrain.wholeNanoseconds / 2,
      drain: TimeBounds.finalDrain.wholeNanoseconds / 2)
    var loop = EventLoop(
      parts, machine: SupervisionMachine(timing: timing, startedAt: startedAt), tree: tree,
      cancellation: CancellationRule(
        ownProcess: beginning.ownProcess, parent: beginning.parent, treeIsScoped: holdsSignals(report)),
      mainProcess: started.process, budget: budget, outputPolicy: configuration.output,
      heartbeat: Heartbeat(
        intervalNanoseconds: configuration.heartbeat?.wholeNanoseconds ?? 0, startedAt: startedAt))

    Crash.setKillsTree(tree.isWithinReach)
    var failure: SystemCallError?
    do { try loop.run() } catch {
      failure = error
      tree.kill()
    }
    var outcome = loop.finish()
    let treeIsGone = failure == nil && outcome.treeIsGone
    let collected = collect(artifacts, treeIsGone: treeIsGone, budget, log: &outcome.reporter.log)
    artifacts.remove(until: Instant.now.advanced(by: TimeBounds.artifactRemoval))
    clean(work, sharedMemory)
    let verdict = verdict(on: outcome, failure: failure, report)
    let account = Reporter.Account(
      durationNanoseconds: outcome.endedAt.nanoseconds(since: startedAt), processesKilled: outcome.processesKilled,
      standardOutput: outcome.standardOutput, standardError: outcome.standardError,
      standardOutputTail: outcome.standardOutputTail, standardErrorTail: outcome.standardErrorTail,
      denials: outcome.denials, artifacts: collected)
    return outcome.reporter.finish(verdict, account: account)
  }

  /// Whether nothing in the tree can signal the supervisor: then every signal comes from outside.
  private func holdsSignals(_ report: IsolationReport) -> Bool {
    report.isActive(.landlock) && report.landlockABI >= Int64(Landlock.scopeABI)
  }

  private func verdict(
    on outcome: borrowing EventLoop.Outcome, failure: SystemCallError?, _ report: IsolationReport
  ) -> Verdict {
    if let failure { return .internalError(failure.message) }
    guard let end = outcome.end else {
      if let cause = outcome.intervention { return .outlived(cause, outcome.finding, configuration) }
      return .internalError("the script's main process outlived every attempt to kill it")
    }
    let usage = Processes.childrenUsage
    var facts = TaskFacts(
      end: end, intervention: outcome.intervention,
      cpuTime: .microseconds(Int64(clamping: usage.userMicroseconds + usage.systemMicroseconds)),
      seccompIsActive: report.isActive(.seccomp), denials: outcome.denials)
    facts.finding = outcome.finding
    facts.ranOutOfMemory = outcome.ranOutOfMemory
    if configuration.checksOnly {
      return Verdict.ofCheck(
        facts, configuration, program: PathName.lastComponent(task.runtime.check[0]),
        complaint: outcome.standardErrorTail.bytes)
    }
    return Verdict.classify(facts, configuration)
  }
}
