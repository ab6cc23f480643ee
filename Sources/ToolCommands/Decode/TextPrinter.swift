internal import WarderFrames

/// Shows a log to a person as it comes: output where it belongs, events and the verdict as lines on standard error.
struct TextPrinter {
  private let presentation: Presentation
  /// Whether the terminal's cursor stands behind a line that the script has not ended.
  private var isMidLine = false
  /// The run that was shown last.
  private var current: Int?
  /// Of each run the number of the frame that should come next.
  private var expected: [Int: UInt64] = [:]
  private var judged: Set<Int> = []

  init(_ presentation: Presentation) {
    self.presentation = presentation
  }

  /// Shows a frame of a run; the caller knows that it was not there before.
  mutating func print(_ frame: Frame, of run: Int, in log: RunAssembler) throws {
    try sayGap(before: frame, of: run, in: log)
    switch frame.body {
    case .output(let stream, let bytes):
      try turn(to: run, in: log)
      try write(bytes, stream)
    case .event(let event):
      guard let text = EventText.text(of: event) else { return }
      try turn(to: run, in: log)
      try say(text)
    case .start, .artifact, .exit, .unknown: break
    }
  }

  /// The verdicts on all runs that have not been judged yet, at a log's end.
  mutating func printVerdicts(in log: RunAssembler) throws {
    for run in 0..<log.runCount where !judged.contains(run) {
      let result = log.result(ofRun: run)
      // What stands for a log without frames is judged where that log ends.
      guard result.hasFrames else { continue }
      try turn(to: run, in: log)
      judged.insert(run)
      try printVerdict(on: result)
    }
  }

  /// Says whose the following lines are, where they are another run's than the last ones.
  private mutating func turn(to run: Int, in log: RunAssembler) throws {
    guard current != run else { return }
    let isFirst = current == nil
    let source = log.source(ofRun: run)
    // Without a name there is no going back to a run: the one before is over.
    if source == nil, let last = current, !judged.contains(last), log.source(ofRun: last) == nil {
      judged.insert(last)
      try printVerdict(on: log.result(ofRun: last))
    }
    current = run
    if let source {
      try say("== \(source)", .strong)
    } else if !isFirst {
      try say("== run \(run + 1)", .strong)
    }
  }

  private mutating func sayGap(before frame: Frame, of run: Int, in log: RunAssembler) throws {
    let next = expected[run] ?? 0
    if frame.sequence > next {
      try turn(to: run, in: log)
      let gap = MissingReport.ranges([next...(frame.sequence - 1)])
      let isOne = frame.sequence - next == 1
      try say(isOne ? "frame \(gap) is missing here" : "frames \(gap) are missing here", .warning)
    }
    expected[run] = max(next, frame.sequence &+ 1)
  }

  /// The line of the verdict, and one for everything that is missing.
  mutating func printVerdict(on result: RunResult) throws {
    guard result.hasFrames else {
      try say("no frame in the log: nothing is known of a run", .failure)
      try sayNoise(in: result)
      return
    }
    let line = VerdictLine(result)
    try writeError(presentation.verdict(line))
    if let explanation = line.explanation { try say(explanation) }
    for layer in result.start?.isolation ?? [] where result.exit != nil && Self.isWorthALine(layer) {
      try say("isolation: \(layer.name) is \(layer.state.text)\(Self.reason(of: layer))", .warning)
    }
    for artifact in result.artifacts where artifact.isComplete {
      try say("artifact \(artifact.name.text) came back (\(HumanNumbers.count(artifact.bytes.count, "byte")))")
    }
    if let refused = result.exit?.artifacts?.refused, refused > 0 {
      try say("\(HumanNumbers.count(refused, "thing")) in the artifact directory did not come back", .warning)
    }
    for sentence in MissingReport.sentences(on: result) { try say(sentence, .warning) }
    try sayNoise(in: result)
  }

  private mutating func sayNoise(in result: RunResult) throws {
    guard result.noiseLines > 0 else { return }
    try say(
      HumanNumbers.count(result.noiseLines, "line of the log is no frame", "lines of the log are no frames"), .warning)
  }

  /// A line of the tool's own.
  mutating func say(_ text: String, _ ink: Ink? = nil) throws {
    try writeError(presentation.notice(text, ink))
  }

  /// A wall that is missing or lower than it should be. A watch is `disabled` where nobody asked for its limit.
  private static func isWorthALine(_ layer: IsolationLayer) -> Bool {
    switch layer.state {
    case .active: false
    case .degraded, .unavailable: true
    case .disabled: !layer.name.hasSuffix("_watch")
    }
  }

  private static func reason(of layer: IsolationLayer) -> String {
    for detail in layer.details where detail.name == "reason" {
      if case .string(let reason) = detail.value { return ": " + reason }
    }
    return ""
  }

  // MARK: - Writing

  private mutating func write(_ bytes: [UInt8], _ stream: OutputStream) throws {
    guard let last = bytes.last else { return }
    try StandardStreams.write(presentation.script(bytes, stream), to: stream)
    let channel = stream == .stdout ? presentation.stdout : presentation.stderr
    if channel.isTerminal { isMidLine = last != UInt8(ascii: "\n") }
  }

  /// A line of ours begins at a line's beginning.
  private mutating func writeError(_ line: [UInt8]) throws {
    let start: [UInt8] = isMidLine && presentation.stderr.isTerminal ? [UInt8(ascii: "\n")] : []
    isMidLine = false
    try StandardStreams.write(start + line, to: .stderr)
  }
}
