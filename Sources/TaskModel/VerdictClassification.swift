/// What is known when the script is over.
package struct TaskFacts: Sendable {
  /// How the main process ended.
  package var end: ProcessEnd
  /// What the supervisor had ended it for before that, nil where the script ended by itself.
  package var intervention: Intervention?
  /// CPU time, user and system, of the main process, getrusage(2).
  package var cpuTime: Duration
  /// What a watch saw when it had the script ended.
  package var finding: LimitFinding?
  /// Whether the kernel killed a process of the tree because its cgroup's memory ran out.
  package var ranOutOfMemory = false
  /// Whether the child's filter was active.
  package var seccompIsActive: Bool
  /// The calls that its filter refused.
  package var denials: DenialSummary

  package init(
    end: ProcessEnd, intervention: Intervention? = nil, cpuTime: Duration = .zero, seccompIsActive: Bool = true,
    denials: DenialSummary = .empty
  ) {
    self.end = end
    self.intervention = intervention
    self.cpuTime = cpuTime
    self.seccompIsActive = seccompIsActive
    self.denials = denials
  }
}

extension Verdict {
  /// How far below the limit the accounted CPU time may lie when the kernel enforces it: RLIMIT_CPU is compared with ticks,
  /// getrusage(2) counts exactly. Of a second 85 ms and more were seen to be missing on a busy machine.
  private static let cpuTolerance = Duration.milliseconds(250)

  /// The verdict on a script that ran.
  ///
  /// What the supervisor did outranks what the process then said: a script that catches SIGTERM and exits with 0 still timed
  /// out, and its status stands beside the reason.
  package static func classify(_ facts: TaskFacts, _ configuration: EffectiveConfiguration) -> Verdict {
    let exitCode: Int32? = if case .exited(let status) = facts.end { status } else { nil }
    let signal: Int32? = if case .signaled(let number) = facts.end { number } else { nil }
    if let intervention = facts.intervention {
      let (reason, cause) = describe(intervention, configuration)
      let found = words(facts.finding, intervention)
      return Verdict(
        reason, exitCode: exitCode, signal: signal, message: "\(cause.text)\(found.text) and \(ending(facts.end).text)")
    }
    if let reason = kernelLimit(facts, configuration) {
      return Verdict(reason, signal: signal, message: describe(reason, facts, configuration))
    }
    if let signal {
      return Verdict(
        .signaled, signal: signal,
        message: "the script was ended by \(SignalName.name(of: signal))\(hint(signal, configuration).text)"
          + facts.denials.hint(configuration))
    }
    let status = exitCode ?? 0
    let hint = status == 0 ? "" : facts.denials.hint(configuration)
    return Verdict(.exited, exitCode: exitCode, message: "the script exited with status \(status)" + hint)
  }

  /// The verdict on a script that was ended for a reason, and whose main process the kernel had not removed a second after
  /// SIGKILL: among hundreds of processes on a busy machine that happens.
  package static func outlived(
    _ intervention: Intervention, _ finding: LimitFinding?, _ configuration: EffectiveConfiguration
  ) -> Verdict {
    let (reason, cause) = describe(intervention, configuration)
    return Verdict(
      reason,
      message: "\(cause.text)\(words(finding, intervention).text); its main process was killed and not gone in time")
  }

  private static func words(_ finding: LimitFinding?, _ intervention: Intervention) -> Words {
    finding.map { $0.intervention == intervention ? $0.words : "" } ?? ""
  }

  // MARK: - Only checked

  /// The verdict on the check of a script that was not to run: nothing in it is the script's own status or signal.
  ///
  /// - Parameters:
  ///   - facts: about the check.
  ///   - program: what the check's command starts.
  ///   - complaint: what it wrote to standard error, or the end of that.
  package static func ofCheck(
    _ facts: TaskFacts, _ configuration: EffectiveConfiguration, program: String, complaint: [UInt8]
  ) -> Verdict {
    let reason = classify(facts, configuration).reason
    guard reason == .exited || reason == .signaled else {
      return Verdict(reason, message: "the script was not run, and its check was ended by \(reason.text)")
    }
    switch facts.end {
    case .exited(0):
      return Verdict(.checked, message: "the script was checked and not run: \(program) found no mistake in its syntax")
    case .exited(let status):
      let words = firstLine(of: complaint)
      let why = words.isEmpty ? "" : Text.joined([": ", Text.quoted(words)], "")
      return Verdict(
        .invalidTask,
        message: "the script was checked and not run: it does not pass, \(program) exited with status \(status)\(why)")
    case .signaled(let signal):
      return .launchFailed(step: "checking it", problem: "\(program) was ended by \(SignalName.name(of: signal))")
    }
  }

  /// Compilers and shells say place and mistake in the first line.
  private static func firstLine(of bytes: [UInt8]) -> [UInt8] {
    for line in bytes.pieces(separatedBy: ASCII.newline) where !line.isEmpty { return line }
    return []
  }

  // MARK: - Ended by the supervisor

  private static func describe(
    _ intervention: Intervention, _ configuration: EffectiveConfiguration
  ) -> (ExitReason, Words) {
    switch intervention {
    case .timeout:
      (.timeout, "the script ran longer than timeout \(WallDuration.format(configuration.timeout))")
    case .cancelled(let signal):
      (.cancelled, "the task was cancelled from outside by \(SignalName.name(of: signal))")
    case .cpuLimit:
      (.cpuLimit, "the script used more CPU time than \(name(.cpuTime, configuration))")
    case .memoryLimit: (.memoryLimit, "the script used more memory than it may")
    case .processLimit: (.processLimit, "the script had more processes or threads than it may")
    case .diskLimit: (.diskLimit, "the script used more disk space than it may")
    case .outputLimit(let key):
      (.outputLimit, "the script wrote more than \(name(key, configuration))")
    }
  }

  /// `stdout_limit 4Mi`
  private static func name(_ key: ConfigurationKey, _ configuration: EffectiveConfiguration) -> String {
    let row = key.row
    guard let value = configuration[key].value else { return row.name }
    return Text.joined([row.name, value.text(for: row.kind)], " ")
  }

  private static func ending(_ end: ProcessEnd) -> Words {
    switch end {
    case .exited(let status): "exited with status \(status) when told to end"
    case .signaled(let signal): "was ended by \(SignalName.name(of: signal))"
    }
  }

  // MARK: - Ended by the kernel

  /// The kernel enforces RLIMIT_CPU with SIGXCPU, and with SIGKILL a second later (setrlimit(2)); a filter that kills does
  /// it by SIGSYS. A script can send itself either signal, so the CPU time must bear the first one out.
  private static func kernelLimit(_ facts: TaskFacts, _ configuration: EffectiveConfiguration) -> ExitReason? {
    guard case .signaled(let signal) = facts.end else { return nil }
    if signal == SignalName.kill, facts.ranOutOfMemory { return .memoryLimit }
    if signal == SignalName.cpuLimit || signal == SignalName.kill, let seconds = configuration.cpuTimeSeconds,
      facts.cpuTime + cpuTolerance >= .seconds(seconds)
    {
      return .cpuLimit
    }
    return signal == SignalName.badSystemCall && facts.seccompIsActive ? .syscallViolation : nil
  }

  private static func describe(
    _ reason: ExitReason, _ facts: TaskFacts, _ configuration: EffectiveConfiguration
  ) -> Words {
    if reason == .memoryLimit {
      return "the script used more memory than its cgroup has, and the kernel ended it by SIGKILL"
    }
    if reason == .cpuLimit {
      return "the script used more CPU time than \(name(.cpuTime, configuration)) and \(ending(facts.end).text)"
    }
    return
      "the script was ended by SIGSYS: by a filter, as for a system call of another architecture, or by itself"
  }

  private static func hint(_ signal: Int32, _ configuration: EffectiveConfiguration) -> Words {
    switch signal {
    case SignalName.fileSizeLimit:
      ": it wrote a file larger than \(name(.fileSize, configuration))"
    case SignalName.kill:
      ", which Warder did not send: the kernel does so when memory runs out, another process may have"
    default: ""
    }
  }
}
