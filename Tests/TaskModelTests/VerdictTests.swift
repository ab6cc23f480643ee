import Testing

@testable import TaskModel

@Suite struct VerdictTests {
  private func verdict(
    _ end: ProcessEnd, _ intervention: Intervention? = nil, cpu: Duration = .zero, seccomp: Bool = true,
    flags: [String] = []
  ) throws -> Verdict {
    Verdict.classify(
      TaskFacts(end: end, intervention: intervention, cpuTime: cpu, seccompIsActive: seccomp),
      try configuration(flags: flags))
  }

  @Test func everyOwnEndIsTold() throws {
    for status in Int32(0)...255 {
      let verdict = try verdict(.exited(status))
      #expect(verdict.reason == .exited)
      #expect(verdict.exitCode == status)
      #expect(verdict.signal == nil)
      #expect(verdict.message == "the script exited with status \(status)")
    }
    for signal in Int32(1)...64 where signal != 31 {
      let verdict = try verdict(.signaled(signal))
      #expect(verdict.reason == .signaled)
      #expect(verdict.exitCode == nil)
      #expect(verdict.signal == signal)
      #expect(verdict.message.hasPrefix("the script was ended by " + SignalName.name(of: signal)))
    }
  }

  @Test(arguments: [
    (Intervention.timeout, ExitReason.timeout, "the script ran longer than timeout 5m"),
    (.cancelled(signal: 15), .cancelled, "the task was cancelled from outside by SIGTERM"),
    (.cpuLimit, .cpuLimit, "the script used more CPU time than cpu_time off"),
    (.memoryLimit, .memoryLimit, "the script used more memory than it may"),
    (.processLimit, .processLimit, "the script had more processes or threads than it may"),
    (.diskLimit, .diskLimit, "the script used more disk space than it may"),
    (.outputLimit(.standardOutputLimit), .outputLimit, "the script wrote more than stdout_limit 4Mi"),
    (.outputLimit(.logLimit), .outputLimit, "the script wrote more than log_limit 9Mi"),
  ])
  func whatTheSupervisorDidComesFirst(_ intervention: Intervention, _ reason: ExitReason, _ cause: String) throws {
    let killed = try verdict(.signaled(9), intervention)
    #expect(killed.reason == reason)
    #expect(killed.signal == 9)
    #expect(killed.exitCode == nil)
    #expect(killed.message == cause + " and was ended by SIGKILL")
    let polite = try verdict(.exited(0), intervention)
    #expect(polite.reason == reason)
    #expect(polite.exitCode == 0)
    #expect(polite.message == cause + " and exited with status 0 when told to end")
    // A violation after the deadline changes nothing.
    #expect(try verdict(.signaled(31), intervention).reason == reason)
  }

  @Test func cpuLimitNeedsTheTimeThatBearsItOut() throws {
    let limited = ["--cpu-time=2s"]
    #expect(try verdict(.signaled(24), cpu: .milliseconds(1_990), flags: limited).reason == .cpuLimit)
    #expect(try verdict(.signaled(9), cpu: .seconds(3), flags: limited).reason == .cpuLimit)
    #expect(try verdict(.signaled(24), cpu: .milliseconds(500), flags: limited).reason == .signaled)
    #expect(try verdict(.signaled(9), cpu: .milliseconds(500), flags: limited).reason == .signaled)
    #expect(try verdict(.signaled(24), cpu: .seconds(100)).reason == .signaled)
    #expect(try verdict(.signaled(15), cpu: .seconds(3), flags: limited).reason == .signaled)
    #expect(
      try verdict(.signaled(24), cpu: .seconds(2), flags: limited).message
        == "the script used more CPU time than cpu_time 2s and was ended by SIGXCPU")
  }

  @Test func aWatchSaysWhatItFound() throws {
    let finding = LimitFinding(.memory, used: 50 << 20, allowed: 48 << 20)
    var facts = TaskFacts(end: .signaled(9), intervention: .memoryLimit)
    facts.finding = finding
    #expect(
      Verdict.classify(facts, try configuration()).message
        == "the script used more memory than it may (50 MiB, where memory allows 48 MiB) and was ended by SIGKILL")
    // The first cause counts, and what came after it is not its explanation.
    facts.intervention = .timeout
    #expect(
      Verdict.classify(facts, try configuration()).message
        == "the script ran longer than timeout 5m and was ended by SIGKILL")
    #expect(finding.intervention == .memoryLimit)
  }

  @Test func whoOutlivesItsKillIsStillToldByTheCause() throws {
    let verdict = Verdict.outlived(
      .processLimit, LimitFinding(.processes, used: 131, allowed: 128), try configuration())
    #expect(verdict.reason == .processLimit)
    #expect(verdict.signal == nil)
    #expect(
      verdict.message
        == "the script had more processes or threads than it may (131, where processes allows 128); "
        + "its main process was killed and not gone in time")
  }

  @Test func theKernelsKillForMemoryIsTold() throws {
    var facts = TaskFacts(end: .signaled(9))
    #expect(Verdict.classify(facts, try configuration()).reason == .signaled)
    facts.ranOutOfMemory = true
    #expect(Verdict.classify(facts, try configuration()).reason == .memoryLimit)
    // Somebody else's death is not the end of a script that went on.
    facts.end = .exited(1)
    #expect(Verdict.classify(facts, try configuration()).reason == .exited)
    facts.end = .signaled(15)
    #expect(Verdict.classify(facts, try configuration()).reason == .signaled)
  }

  @Test func aBadSystemCallIsAViolationWhereThereIsAFilter() throws {
    #expect(try verdict(.signaled(31)).reason == .syscallViolation)
    #expect(try verdict(.signaled(31), seccomp: false).reason == .signaled)
  }

  @Test func hintsSayWhatToDo() throws {
    #expect(
      try verdict(.signaled(25)).message
        == "the script was ended by SIGXFSZ: it wrote a file larger than file_size 256Mi")
    #expect(try verdict(.signaled(25)).reason == .signaled)
    #expect(try verdict(.signaled(9)).message.contains("which Warder did not send"))
    #expect(
      Verdict.isolationUnavailable([(.landlock, "ENOSYS"), (.seccomp, "EINVAL")]).message
        == "the script was not started because required isolation is not active: landlock (ENOSYS), seccomp (EINVAL); "
        + "require names the layers that must be")
    #expect(
      Verdict.launchFailed(step: "exec of /usr/bin/python3", problem: "No such file or directory (ENOENT)").message
        == "the script could not be started: exec of /usr/bin/python3 failed: No such file or directory (ENOENT)")
  }

  // MARK: - Names

  @Test func reasonsAreThoseOfTheLogFormat() {
    #expect(
      ExitReason.allCases.map { $0.text } == [
        "exited", "signaled", "timeout", "cpu_limit", "memory_limit", "process_limit", "disk_limit", "output_limit",
        "syscall_violation", "cancelled", "checked", "launch_failed", "invalid_task", "isolation_unavailable",
        "internal_error",
      ])
    #expect(
      ReaderReason.allCases.map { $0.text } == [
        "lost", "oom_killed", "evicted", "deadline_exceeded", "unschedulable", "admission_refused", "image_pull",
        "node_lost",
      ])
  }

  @Test func signalNamesGoBothWays() {
    for number in Int32(1)...64 {
      #expect(SignalName.number(of: SignalName.name(of: number)) == number)
    }
    for (number, name) in [
      (1, "SIGHUP"), (4, "SIGILL"), (9, "SIGKILL"), (11, "SIGSEGV"), (15, "SIGTERM"), (16, "SIGSTKFLT"),
      (17, "SIGCHLD"),
      (19, "SIGSTOP"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (29, "SIGIO"), (31, "SIGSYS"), (32, "SIG32"), (34, "SIGRTMIN"),
      (35, "SIGRTMIN+1"), (64, "SIGRTMIN+30"), (65, "SIG65"), (0, "SIG0"),
    ] as [(Int32, String)] {
      #expect(SignalName.name(of: number) == name)
    }
    #expect(SignalName.number(of: "SIG65") == nil)
    #expect(SignalName.number(of: "KILL") == nil)
  }

  // MARK: - Exit codes

  @Test func passthroughTellsTheScriptsStatus() {
    for status in Int32(0)...255 {
      let verdict = Verdict(.exited, exitCode: status, message: "")
      let code = ProcessExitCode.code(for: verdict, mode: .passthrough)
      #expect(code == (240...253 ~= status ? 1 : status))
      #expect(ProcessExitCode.code(for: verdict, mode: .verdict) == (status == 0 ? 0 : 1))
      #expect(ProcessExitCode.code(for: verdict, mode: .ran) == 0)
      #expect(ProcessExitCode.code(for: verdict, mode: .zero) == 0)
    }
    for signal in Int32(1)...64 {
      let verdict = Verdict(.signaled, signal: signal, message: "")
      #expect(ProcessExitCode.code(for: verdict, mode: .ran) == 0)
      #expect(ProcessExitCode.code(for: verdict, mode: .passthrough) == 128 + signal)
      #expect(ProcessExitCode.code(for: verdict, mode: .verdict) == 1)
    }
  }

  @Test(
    arguments: [
      (ExitReason.timeout, 240), (.cancelled, 241), (.memoryLimit, 242), (.processLimit, 243), (.diskLimit, 244),
      (.outputLimit, 245), (.cpuLimit, 246), (.syscallViolation, 247), (.invalidTask, 250), (.launchFailed, 251),
      (.isolationUnavailable, 252), (.internalError, 253),
    ] as [(ExitReason, Int32)])
  func verdictsHaveTheirOwnCodes(_ reason: ExitReason, _ code: Int32) {
    for end in [
      Verdict(reason, exitCode: 0, message: ""), Verdict(reason, signal: 9, message: ""), Verdict(reason, message: ""),
    ] {
      #expect(ProcessExitCode.code(for: end, mode: .passthrough) == code)
      #expect(ProcessExitCode.code(for: end, mode: .verdict) == code)
      // What the script did, or what became of it under a limit, is 0; what somebody else did is not.
      #expect(ProcessExitCode.code(for: end, mode: .ran) == (code == 241 || code >= 250 ? code : 0))
      #expect(ProcessExitCode.code(for: end, mode: .zero) == 0)
    }
  }

  /// Nothing that a script does by itself makes a code that Warder's verdicts use.
  @Test func reservedCodesCannotBeForged() {
    let own = Set(ExitReason.allCases.compactMap { $0.ownExitCode })
    #expect(own.count == ExitReason.allCases.count - 2)
    // A check that found nothing is all that 0 can stand for besides a script's own status.
    for reason in ExitReason.allCases where reason != .checked {
      if let code = reason.ownExitCode { #expect(ProcessExitCode.reserved.contains(code)) }
    }
    #expect(ExitReason.checked.ownExitCode == 0)
    for mode in ExitCodeMode.allCases {
      for status in Int32(0)...255 {
        #expect(
          !ProcessExitCode.reserved.contains(
            ProcessExitCode.code(for: Verdict(.exited, exitCode: status, message: ""), mode: mode)))
      }
      for signal in Int32(1)...64 {
        #expect(
          !ProcessExitCode.reserved.contains(
            ProcessExitCode.code(for: Verdict(.signaled, signal: signal, message: ""), mode: mode)))
      }
    }
  }

  @Test func zeroNeedsAnExitFrame() {
    let success = Verdict(.exited, exitCode: 0, message: "")
    #expect(ProcessExitCode.code(for: success, mode: .zero, exitFrameIsWritten: false) == 253)
    #expect(ProcessExitCode.code(for: success, mode: .ran, exitFrameIsWritten: false) == 253)
    #expect(ProcessExitCode.code(for: success, mode: .passthrough, exitFrameIsWritten: false) == 0)
  }

  // MARK: - Checks

  /// Nothing about a check passes for the script's own status or signal.
  @Test func aCheckIsNoRun() throws {
    let configuration = try configuration(flags: ["--trust", "shadow", "--cpu-time", "2s"])
    func verdict(_ facts: TaskFacts, _ complaint: String = "") -> Verdict {
      Verdict.ofCheck(facts, configuration, program: "python3", complaint: complaint.bytes)
    }
    let good = verdict(TaskFacts(end: .exited(0)), "a warning\n")
    #expect(good.reason == .checked)
    #expect(good.message == "the script was checked and not run: python3 found no mistake in its syntax")
    let bad = verdict(TaskFacts(end: .exited(1)), "\nscript.py:3: SyntaxError: bad\nmore\n")
    #expect(bad.reason == .invalidTask)
    #expect(
      bad.message == "the script was checked and not run: it does not pass, python3 exited with status 1: "
        + "\"script.py:3: SyntaxError: bad\"")
    #expect(verdict(TaskFacts(end: .signaled(11))).reason == .launchFailed)
    #expect(verdict(TaskFacts(end: .exited(0), intervention: .timeout)).reason == .timeout)
    #expect(verdict(TaskFacts(end: .signaled(15), intervention: .cancelled(signal: 15))).reason == .cancelled)
    #expect(verdict(TaskFacts(end: .signaled(9), cpuTime: .seconds(3))).reason == .cpuLimit)
    for facts in [
      TaskFacts(end: .exited(0)), TaskFacts(end: .exited(3)), TaskFacts(end: .signaled(11)),
      TaskFacts(end: .exited(0), intervention: .timeout), TaskFacts(end: .signaled(9), intervention: .timeout),
    ] {
      let verdict = verdict(facts)
      #expect(verdict.exitCode == nil && verdict.signal == nil && !verdict.message.contains("exited with status 0"))
    }
  }

  @Test func commandsAreShownAsTheyWouldBeTyped() {
    #expect(
      ShellText.command(["python3", "/tmp/a b", "", "it's", "--x=1,2", "$HOME"].map(\.bytes))
        == #"python3 '/tmp/a b' '' 'it'\''s' --x=1,2 '$HOME'"#)
  }
}
