internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Says how the task ended, in all three places: the log, the termination message, the process's own exit code.
struct Reporter: ~Copyable {
  var log: FrameLog
  let termination: TerminationLog
  let run: String
  let identifier: String?
  let exitCodeMode: ExitCodeMode

  /// Makes the run's random id: a rerun in the same pod must not be mistaken for this one.
  static func makeRunID() -> String {
    // Without random numbers (before the kernel's generator is ready) the time of the start must do.
    let bytes = (try? Machine.randomBytes(16)) ?? []
    guard !bytes.isEmpty else { return "\(Machine.unixNanoseconds)" }
    var digits: [UInt8] = []
    for byte in bytes { appendHexadecimal(byte, to: &digits) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// What stays as the termination message if the supervisor is killed.
  func writeProvisionalMessage() -> String? {
    termination.write(TerminationMessage.provisional(run: run, identifier: identifier))
  }

  /// Tells the crash handler where its last words go, and which number they must bear.
  func updateCrashContext() {
    Crash.setContext(
      nextSequence: log.nextSequence, log: log.descriptor, terminationMessage: termination.rawDescriptor)
  }

  /// What a script that ran leaves besides the verdict.
  struct Account {
    var durationNanoseconds: UInt64 = 0
    var processesKilled: Int64 = 0
    var standardOutput = StreamTotals()
    var standardError = StreamTotals()
    var standardOutputTail = OutputTail(bytes: [], isWhole: true)
    var standardErrorTail = OutputTail(bytes: [], isWhole: true)
    var denials = DenialSummary.empty
  }

  /// Writes the verdict everywhere and waits, with a bound, for the log's reader to take it.
  /// - Parameter account: nil where the script never ran.
  /// - Returns: the process's exit code.
  consuming func finish(_ verdict: Verdict, account: Account?) -> Int32 {
    let milliseconds = account.map { Int64(clamping: $0.durationNanoseconds / 1_000_000) }
    let message = TerminationMessage.compose(
      verdict, run: run, identifier: identifier, duration: milliseconds.map { .milliseconds($0) },
      standardOutput: account?.standardOutputTail ?? OutputTail(bytes: [], isWhole: true),
      standardError: account?.standardErrorTail ?? OutputTail(bytes: [], isWhole: true))
    // The message first: the log's reader may be the one that is stuck.
    if let failure = termination.write(message) {
      log.write(EventFrame("termination_message_failed", [Field("reason", failure)]), at: .now)
    }

    let usage = Processes.childrenUsage
    log.write(
      ExitFrame(
        reason: Reason(text: verdict.reason.text), exitCode: verdict.exitCode.map { Int64($0) },
        signal: verdict.signal.map { SignalName.name(of: $0) }, durationMilliseconds: milliseconds ?? 0,
        cpuUserMilliseconds: Int64(clamping: usage.userMicroseconds / 1000),
        cpuSystemMilliseconds: Int64(clamping: usage.systemMicroseconds / 1000),
        maximumResidentBytes: Int64(clamping: usage.maximumResidentBytes),
        processesKilled: account?.processesKilled ?? 0, stdout: account?.standardOutput ?? StreamTotals(),
        stderr: account?.standardError ?? StreamTotals(), denied: Self.frameCalls(account?.denials),
        deniedOthers: Int64(clamping: account?.denials.others ?? 0), message: verdict.message))
    let isWritten = log.flush(until: Instant.now.advanced(by: TimeBounds.logFlush))
    return ProcessExitCode.code(for: verdict, mode: exitCodeMode, exitFrameIsWritten: isWritten)
  }

  /// The frame itself puts those together that are more than it lists.
  private static func frameCalls(_ denials: DenialSummary?) -> [DeniedCall] {
    (denials?.calls ?? []).map {
      DeniedCall(syscall: $0.name, family: $0.family, count: Int64(clamping: $0.count))
    }
  }
}

extension Instant {
  /// Later by a duration; what is below a nanosecond is cut off.
  func advanced(by duration: Duration) -> Instant { advanced(byNanoseconds: duration.wholeNanoseconds) }
}

extension Duration {
  /// 0 for a negative duration.
  var wholeNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : product + UInt64(attoseconds / 1_000_000_000)
  }
}
