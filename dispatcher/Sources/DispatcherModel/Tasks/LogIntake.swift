package import WarderFrames

/// A line of a log that is worth keeping.
package struct LogLine: Sendable, Hashable {
  /// With its line end: a frame as it stood in the log, without what a transport put in front of it.
  package var bytes: [UInt8]
  /// What it is; nil for a line that is no frame.
  package var frame: Frame?
  /// The run that the frame belongs to, as far as the log has named one.
  package var run: String?

  /// What tells the frame from all others of the task: `RUN.SEQ`.
  package var eventID: String? {
    guard let frame else { return nil }
    return "\(run ?? "").\(frame.sequence)"
  }
}

/// Takes a log that may be cut anywhere and that may come again from its start, and hands out each of its lines once.
package struct LogIntake: Sendable {
  private var line: [UInt8] = []
  private var isTooLong = false
  private var run: String?
  /// The highest sequence number of each run that was handed out.
  private var highest: [String: UInt64] = [:]
  /// Whether what comes was here before: until a frame comes that was not.
  private var isReplay = false
  /// What comes instead of a line that is longer than a frame with its prefix can be: a few of its bytes.
  private static let longestLine = FrameEncoder.longestLine + 512

  package init() {}

  /// The log is read from its start again.
  package mutating func restart() {
    line = []
    isTooLong = false
    isReplay = true
  }

  /// - Returns: the lines that the bytes complete, and that were not there before.
  package mutating func take(_ bytes: [UInt8]) -> [LogLine] {
    var lines: [LogLine] = []
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      append(bytes[start..<end])
      if let complete = endLine() { lines.append(complete) }
      start = end + 1
    }
    append(bytes[start...])
    return lines
  }

  /// What is left at the log's end: a line that was cut off.
  package mutating func finish() -> [LogLine] {
    guard !line.isEmpty else { return [] }
    return endLine().map { [$0] } ?? []
  }

  private mutating func append(_ bytes: ArraySlice<UInt8>) {
    let room = Self.longestLine - line.count
    if bytes.count > room { isTooLong = true }
    line += bytes.prefix(room)
  }

  private mutating func endLine() -> LogLine? {
    defer {
      line = []
      isTooLong = false
    }
    let newline = [UInt8(ascii: "\n")]
    guard !isTooLong, let frame = Self.frame(in: line) else {
      // One of a log that comes again was counted the first time.
      return isReplay ? nil : LogLine(bytes: line + newline, frame: nil, run: run)
    }
    if let named = frame.body.runName { run = named }
    let key = run ?? ""
    if let seen = highest[key], frame.sequence <= seen { return nil }
    highest[key] = frame.sequence
    isReplay = false
    // A prefix (time, pod) has no brace in it.
    let start = line.firstIndex(of: UInt8(ascii: "{")) ?? 0
    return LogLine(bytes: line[start...] + newline, frame: frame, run: run)
  }

  private static func frame(in line: [UInt8]) -> Frame? {
    guard line.contains(UInt8(ascii: "{")) else { return nil }
    var decoder = FrameDecoder()
    var found: Frame?
    decoder.feed(line.span) { if case .frame(let frame) = $0 { found = frame } }
    decoder.finish { if case .frame(let frame) = $0 { found = frame } }
    return found
  }
}

extension FrameBody {
  /// The run that the frame names.
  fileprivate var runName: String? {
    switch self {
    case .start(let start): start.run
    case .exit(let exit): exit.run
    case .output, .event, .artifact, .unknown: nil
    }
  }

  /// The event's name in a stream of server-sent events.
  package var eventName: String {
    switch self {
    case .start: "start"
    case .output(.stdout, _): "stdout"
    case .output(.stderr, _): "stderr"
    case .event: "event"
    case .artifact: "artifact"
    case .exit: "exit"
    case .unknown: "unknown"
    }
  }
}
