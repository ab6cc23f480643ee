internal import TaskModel
internal import WarderFrames

/// A run in the layout that Integr8sCode's `entrypoint.sh` writes and its pod monitor reads.
///
///     STDOUT <count>\n<standard output>STDERR <count>\n<standard error>
///
/// Its own script counts bytes (`wc -c`), its reader slices a decoded `str`, that is, counts code points: with the first
/// character beyond ASCII in the first part the header of the second is missed, and both parts are lost. What the reader does is what
/// counts.
package struct ExecutorOutput: Sendable {
  private let stdout: BoundedText
  private let stderr: BoundedText
  /// Whole lines that follow the standard error.
  private let remarks: [UInt8]
  private let exit: ExitFrame?

  /// What is not the streams' text may take: two headers, and remarks about what was left out.
  private static let reserve = BoundedText.Budget(bytes: 64 << 10, lines: 100)

  init(stdout: BoundedText, stderr: BoundedText, remarks: [UInt8], exit: ExitFrame?) {
    let (first, second) = Self.share(ExecutorRun.budget, stdout, stderr)
    self.stdout = first
    self.stderr = second
    self.remarks = remarks
    self.exit = exit
  }

  /// Both streams within one budget: each gets what the other leaves, and none less than a quarter where it needs it.
  private static func share(
    _ budget: BoundedText.Budget, _ stdout: BoundedText, _ stderr: BoundedText
  ) -> (BoundedText, BoundedText) {
    let first = stdout.size
    let bytes = budget.bytes - reserve.bytes
    let lines = budget.lines - reserve.lines
    let forStderr = BoundedText.Budget(
      bytes: max(bytes - first.bytes, bytes / 4), lines: max(lines - first.lines, lines / 4))
    let limited = stderr.limited(to: forStderr)
    let taken = limited.size
    let forStdout = BoundedText.Budget(bytes: bytes - taken.bytes, lines: lines - taken.lines)
    return (stdout.limited(to: forStdout), limited)
  }

  /// The log, as pieces to be written one after the other.
  package var log: [[UInt8]] {
    var error = stderr.pieces
    if !remarks.isEmpty {
      let last = error.last { !$0.isEmpty }
      if let last, last.last != UInt8(ascii: "\n") { error.append([UInt8(ascii: "\n")]) }
      error.append(remarks)
    }
    return Self.part("STDOUT", stdout.pieces) + Self.part("STDERR", error)
  }

  private static func part(_ name: String, _ pieces: [[UInt8]]) -> [[UInt8]] {
    var count = 0
    for piece in pieces { count += scalarCount(piece) }
    return [Array("\(name) \(count)\n".utf8)] + pieces
  }

  /// Code points of valid UTF-8: every byte but those that go on a character begins one.
  private static func scalarCount(_ text: [UInt8]) -> Int {
    var count = 0
    for byte in text where byte & 0xC0 != 0x80 { count += 1 }
    return count
  }

  // MARK: - The termination message

  /// Ticks of a second in what the kernel tells user space (USER_HZ), the same on every machine of 64 bits.
  private static let ticksPerSecond: Int64 = 100

  /// The five lines that the reader takes the exit code and the resource usage from.
  package var terminationMessage: [UInt8] {
    let cpu = (exit?.cpuUserMilliseconds ?? 0) + (exit?.cpuSystemMilliseconds ?? 0)
    let wall = exit?.durationMilliseconds ?? 0
    let thousandths = String(1000 + wall % 1000).utf8.dropFirst()
    let text = """
      exit_code=\(exitCode)
      cpu_jiffies=\(cpu * Self.ticksPerSecond / 1000)
      clk_tck=\(Self.ticksPerSecond)
      peak_memory_kb=\((exit?.maximumResidentBytes ?? 0) / 1024)
      wall_seconds=\(wall / 1000).
      """
    return Array(text.utf8) + thousandths + Array("000\n".utf8)
  }

  /// What a shell would say of it: 128 + n for a signal, 124 for a deadline as timeout(1) does, 137 for what is killed at a
  /// limit, as the kernel's own kill for memory would be.
  package var exitCode: Int64 {
    guard let exit else { return Self.killed }
    switch exit.reason {
    case .exited, .checked: return exit.exitCode ?? 1
    case .signaled: return Self.signalBase + Self.number(of: exit.signal)
    case .timeout: return 124
    case .cpuLimit: return Self.signalBase + Int64(SignalName.cpuLimit)
    case .syscallViolation: return Self.signalBase + Int64(SignalName.badSystemCall)
    case .cancelled: return Self.signalBase + Int64(SignalName.terminate)
    case .launchFailed: return 127
    case .invalidTask, .isolationUnavailable, .internalError: return 126
    default: return Self.killed
    }
  }

  private static let signalBase: Int64 = 128
  private static let killed: Int64 = 128 + 9

  private static func number(of signal: String?) -> Int64 {
    signal.flatMap { SignalName.number(of: $0) }.map { Int64($0) } ?? 0
  }
}
