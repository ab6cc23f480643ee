internal import WarderFrames

/// One call of `warder decode`: logs go in, and what was asked for comes out, as early as it can.
struct Decoding {
  private let form: DecodeCommand.Form?
  /// Whether there are several logs, which results are to tell apart.
  private let isNamed: Bool
  private var printer: TextPrinter
  private var assembler = RunAssembler()
  /// Of each run, where a stream is passed on while the log comes in.
  private var orders: [Int: FrameOrder] = [:]
  /// What the process exits with, as far as it is known.
  private(set) var status: Int32 = 0
  private var hasRead = false
  /// Whether Ctrl-C ended the reading.
  private(set) var isInterrupted = false

  init(form: DecodeCommand.Form?, presentation: Presentation, isNamed: Bool) {
    self.form = form
    self.isNamed = isNamed
    printer = TextPrinter(presentation)
  }

  // MARK: - Reading

  /// Reads a log to its end; where it is followed, to the verdict.
  mutating func read(_ input: LogInput, named name: String) throws {
    assembler.beginLog(named: isNamed ? name : nil)
    hasRead = true
    var decoder = FrameDecoder()
    var isOpen = true
    while isOpen {
      var items: [(item: LogItem, source: String?)] = []
      switch try input.next() {
      case .bytes(let bytes): decoder.feed(bytes.span) { items.append(($0, $1)) }
      case .idle: isOpen = assembler.lastRun.map { !assembler.hasVerdict(onRun: $0) } ?? true
      case .truncated: try printer.say("the log was cut back: going on at its beginning", .warning)
      case .end: isOpen = false
      case .interrupted:
        isInterrupted = true
        isOpen = false
      }
      if !isOpen { decoder.finish { items.append(($0, $1)) } }
      for (item, source) in items { try take(item, from: source, isLive: input.isLive) }
    }
    try passOn(orders.keys.sorted().flatMap { orders[$0]?.finish() ?? [] })
    guard form == nil else { return }
    try printer.printVerdicts(in: assembler)
    if assembler.lastRun == nil, let nothing = assembler.results.last { try printer.printVerdict(on: nothing) }
  }

  /// Says that something failed, and goes on.
  mutating func fail(_ problem: String, status: Int32) throws {
    try printer.say(problem, .failure)
    self.status = max(self.status, status)
  }

  private mutating func take(_ item: LogItem, from source: String?, isLive: Bool) throws {
    let placement = assembler.add(item, from: source)
    guard case .frame(let frame) = item else { return }
    let run: Int
    switch placement {
    case .added(let index), .leftOut(let index): run = index
    case .duplicate, .noise: return
    }
    switch form {
    case nil: try printer.print(frame, of: run, in: assembler)
    case .events:
      guard case .event(let event) = frame.body else { return }
      try StandardStreams.write(RunResult.Event(time: frame.time, frame: event).json() + Self.newline, to: .stdout)
    case .stdout, .stderr:
      guard isLive else { return }
      try passOn(orders[run, default: FrameOrder()].add(frame))
    case .json: break
    }
  }

  private static let newline = [UInt8(ascii: "\n")]

  private var stream: OutputStream? {
    switch form {
    case .stdout: .stdout
    case .stderr: .stderr
    case .json, .events, nil: nil
    }
  }

  private func passOn(_ frames: [Frame]) throws {
    for frame in frames {
      guard case .output(let stream, let bytes) = frame.body, stream == self.stream else { continue }
      try StandardStreams.write(bytes, to: .stdout)
    }
  }

  // MARK: - Results

  /// Prints what only the whole log tells, and writes the files that came back.
  mutating func finish(_ extraction: ArtifactExtraction?) throws {
    // A log that could not be opened says nothing, not even that it is lost.
    let results = hasRead ? assembler.results : []
    for (index, result) in results.enumerated() {
      if form == .json { try StandardStreams.write(result.json() + Self.newline, to: .stdout) }
      if let stream {
        if let order = orders[index] {
          if order.tooLate > 0 {
            try fail(
              "\(HumanNumbers.count(order.tooLate, "frame")) came too late for their place in the output", status: 1)
          }
        } else {
          try StandardStreams.write(stream == .stdout ? result.stdout : result.stderr, to: .stdout)
        }
      }
      if form != nil { try sayMissing(of: result) }
      status = max(status, DecodeStatus(of: result).rawValue)
      let folder = results.count > 1 ? String(index + 1) : nil
      for problem in extraction?.write(result.artifacts, folder: folder) ?? [] { try fail(problem, status: 1) }
    }
    if isInterrupted { status = 130 }
  }

  /// A program reads the status and the result; whoever looks at the terminal wants to hear of it as well.
  private mutating func sayMissing(of result: RunResult) throws {
    guard result.hasFrames else { return try printer.say("no frame in the log: nothing is known of a run", .failure) }
    for sentence in MissingReport.sentences(on: result) { try printer.say(sentence, .warning) }
  }
}
