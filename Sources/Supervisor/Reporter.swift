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
  /// Whether the script is only checked.
  var isCheck = false

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
    guard termination.isOpen else { return nil }
    return termination.write(TerminationMessage.provisional(run: run, identifier: redactedIdentifier))
  }

  /// Tells the crash handler where its last words go, and which number they must bear.
  func updateCrashContext() {
    Crash.setContext(
      nextSequence: log.nextSequence, log: log.sinks.first.descriptor.raw,
      secondLog: log.sinks.second.descriptor.raw, terminationMessage: termination.rawDescriptor)
  }

  private var redactedIdentifier: String? { identifier.map { log.redaction.text($0) } }

  /// What a script that ran leaves besides the verdict.
  struct Account {
    var durationNanoseconds: UInt64 = 0
    var processesKilled: Int64 = 0
    var standardOutput = StreamTotals()
    var standardError = StreamTotals()
    var standardOutputTail = OutputTail(bytes: [], isWhole: true)
    var standardErrorTail = OutputTail(bytes: [], isWhole: true)
    var denials = DenialSummary.empty
    /// Nil where no files were to come back.
    var artifacts: ArtifactTotals?
  }

  /// Writes the verdict everywhere and waits, with a bound, for the log's reader to take it.
  /// - Parameter account: nil where the script never ran.
  /// - Returns: the process's exit code.
  consuming func finish(_ verdict: Verdict, account: Account?) -> Int32 {
    let milliseconds = account.map { Int64(clamping: $0.durationNanoseconds / 1_000_000) }
    log.flush(at: .now)
    tellOfRelay()
    var told = verdict.redacted(by: log.redaction).adding(log.sinks.loss(isOver: false))
    // The message first: the log's reader may be the one that is stuck.
    if let failure = writeMessage(told, account, milliseconds) {
      log.write(EventFrame("termination_message_failed", [Field("reason", failure)]), at: .now)
    }

    let usage = Processes.childrenUsage
    var frame = ExitFrame(
      reason: Reason(text: told.reason.text), exitCode: told.exitCode.map { Int64($0) },
      signal: told.signal.map { SignalName.name(of: $0) }, durationMilliseconds: milliseconds ?? 0,
      cpuUserMilliseconds: Int64(clamping: usage.userMicroseconds / 1000),
      cpuSystemMilliseconds: Int64(clamping: usage.systemMicroseconds / 1000),
      maximumResidentBytes: Int64(clamping: usage.maximumResidentBytes),
      processesKilled: account?.processesKilled ?? 0, stdout: account?.standardOutput ?? StreamTotals(),
      stderr: account?.standardError ?? StreamTotals(), denied: Self.frameCalls(account?.denials),
      deniedOthers: Int64(clamping: account?.denials.others ?? 0), message: told.message)
    frame.run = run
    frame.artifacts = account?.artifacts
    frame.isCheck = isCheck
    log.write(frame)
    let began = Instant.now
    var isWritten = log.flush(until: began.advanced(by: TimeBounds.logFlush))
    if log.sinks.relay.exists {
      let spent = Instant.now.nanoseconds(since: began)
      isWritten = concludeRelay(logPatience: TimeBounds.logFlush - .nanoseconds(Int64(clamping: spent))) && isWritten
    }
    if let loss = log.sinks.loss(isOver: true) {
      told = verdict.redacted(by: log.redaction).adding(loss)
      _ = writeMessage(told, account, milliseconds)
    }
    // Who goes by this mode reads what the relay writes, and would take 0 for a run that wrote nothing.
    if exitCodeMode == .ran, log.sinks.relay.failedTheLog { isWritten = false }
    return ProcessExitCode.code(for: verdict, mode: exitCodeMode, exitFrameIsWritten: isWritten)
  }

  /// What became of the relay so far: the `exit` frame is the last one.
  private mutating func tellOfRelay() {
    let now = Instant.now
    if let event = log.sinks.relay.takeEvent(at: now, isOver: true) { log.write(event, at: now) }
    if let event = log.sinks.relay.lossEvent() { log.write(event, at: now) }
  }

  private mutating func concludeRelay(logPatience: Duration) -> Bool {
    let (complaint, isWritten) = log.sinks.concludeRelay(logPatience: logPatience)
    if let complaint { Self.complain(complaint) }
    return isWritten
  }

  /// Says on standard error what neither changes the verdict nor stands in the log, which has ended; without waiting for a reader.
  static func complain(_ problem: String) {
    guard let standardError = try? Descriptor.duplicate(2), standardError.waitUntilWritable(milliseconds: 0) else {
      return
    }
    _ = standardError.write(Array(("warder-init: " + problem + "\n").utf8), from: 0)
  }

  /// The frame itself puts those together that are more than it lists.
  private static func frameCalls(_ denials: DenialSummary?) -> [DeniedCall] {
    (denials?.calls ?? []).map {
      DeniedCall(syscall: $0.name, family: $0.family, count: Int64(clamping: $0.count))
    }
  }

  /// - Returns: why it could not be written.
  private func writeMessage(_ verdict: Verdict, _ account: Account?, _ milliseconds: Int64?) -> String? {
    guard termination.isOpen else { return nil }
    return termination.write(
      TerminationMessage.compose(
        verdict, run: run, identifier: redactedIdentifier, duration: milliseconds.map { .milliseconds($0) },
        standardOutput: account?.standardOutputTail ?? OutputTail(bytes: [], isWhole: true),
        standardError: account?.standardErrorTail ?? OutputTail(bytes: [], isWhole: true)))
  }
}

extension Verdict {
  fileprivate func redacted(by redaction: Redaction) -> Verdict {
    Verdict(reason, exitCode: exitCode, signal: signal, message: "\(redaction.text(message))")
  }

  /// With one more thing to be known.
  fileprivate func adding(_ remark: String?) -> Verdict {
    guard let remark else { return self }
    return Verdict(reason, exitCode: exitCode, signal: signal, message: "\(message); \(remark)")
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
