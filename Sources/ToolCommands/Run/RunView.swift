internal import CTool
internal import Foundation
internal import WarderFrames

/// What a run looks like on this process's output streams.
struct RunView {
  enum Form: Equatable, Sendable {
    /// The script's streams, as they come, and the verdict.
    case live
    /// One JSON object, when it is over.
    case json
    /// The log itself.
    case frames
  }

  let form: Form
  let isQuiet: Bool
  let presentation: Presentation
  private(set) var queue = OutputQueue()
  /// The status line that stands on the terminal now, nil for none.
  private var shownStatus: String?
  /// Whether the terminal's cursor stands behind a line that the script has not ended.
  private var isMidLine = false
  private let environment: [String: String]

  private static let output = STDOUT_FILENO
  private static let error = STDERR_FILENO

  init(form: Form, isQuiet: Bool, presentation: Presentation, environment: [String: String]) {
    self.form = form
    self.isQuiet = isQuiet
    self.presentation = presentation
    self.environment = environment
  }

  /// Whether a person is told what goes on.
  var isTalking: Bool { form == .live && !isQuiet }

  /// A dumb terminal has no line that can be written over.
  var hasStatusLine: Bool {
    isTalking && presentation.stderr.isTerminal && environment["TERM"] != "dumb" && environment["TERM"] != nil
  }

  // MARK: - What the log brings

  mutating func show(_ bytes: [UInt8]) {
    if form == .frames { queue.append(bytes, to: Self.output) }
  }

  mutating func show(_ item: LogItem) {
    guard form == .live, case .frame(let frame) = item, case .output(let stream, let bytes) = frame.body,
      let last = bytes.last
    else { return }
    let channel = stream == .stdout ? presentation.stdout : presentation.stderr
    if channel.isTerminal {
      eraseStatus()
      isMidLine = last != UInt8(ascii: "\n") && last != UInt8(ascii: "\r")
    }
    let shown = channel.isForEyes ? TerminalLines.lineFeeds(bytes) : bytes
    queue.append(presentation.script(shown, stream), to: stream == .stdout ? Self.output : Self.error)
  }

  mutating func show(_ result: RunResult, of engine: EngineKind) {
    eraseStatus()
    switch form {
    case .json: queue.append(result.json() + [UInt8(ascii: "\n")], to: Self.output)
    case .frames: return
    case .live:
      guard !isQuiet else { return }
      let line = VerdictLine(result)
      write(presentation.verdict(line))
      if let explanation = line.explanation { write(presentation.notice(explanation)) }
      for remark in RunRemarks.remarks(on: result, engine: engine) { write(presentation.notice(remark, .warning)) }
    }
  }

  // MARK: - Lines of the tool's own

  /// Something to know; left out where nobody wants to.
  mutating func say(_ text: String, _ ink: Ink? = .faint) {
    guard isTalking else { return }
    eraseStatus()
    write(presentation.notice(text, ink))
  }

  /// Something that went wrong.
  mutating func complain(_ text: String) {
    eraseStatus()
    write(presentation.notice(text, .failure))
  }

  /// A line begins at a line's beginning.
  private mutating func write(_ line: [UInt8]) {
    if isMidLine, presentation.stderr.isTerminal { queue.append([UInt8(ascii: "\n")], to: Self.error) }
    isMidLine = false
    queue.append(line, to: Self.error)
  }

  // MARK: - The status line

  /// Whether it has to be drawn again, because something was written where it stood.
  var wantsStatus: Bool { shownStatus == nil }

  /// Draws the line anew, in one piece, over the one that is there: erasing it first would flicker.
  mutating func drawStatus(_ figures: StatusFigures) {
    // A line of the script's that is not ended must stay as it is, and what waits is drawn first.
    guard hasStatusLine, !isMidLine, queue.waitingBytes < 4096 else { return }
    // One column is left free: many terminals go to the next line when the last one is filled.
    let text = StatusLine.text(figures, width: columns - 1)
    guard text != shownStatus else { return }
    let shown = presentation.stderr.isColored ? Ink.faint.paint(text) : text
    queue.append(Array("\r\(shown)\u{1B}[K".utf8), to: Self.error)
    shownStatus = text
  }

  /// EL of ECMA-48: from the cursor to the line's end.
  mutating func eraseStatus() {
    guard shownStatus != nil else { return }
    queue.append(Array("\r\u{1B}[K".utf8), to: Self.error)
    shownStatus = nil
  }

  /// By the terminal, else by COLUMNS, else 80.
  private var columns: Int {
    let told = Int(ct_terminal_columns(Self.error))
    let columns = told > 0 ? told : environment["COLUMNS"].flatMap { Int($0) } ?? 80
    return max(2, columns)
  }

  // MARK: - Writing

  mutating func writePortion() { queue.writePortion() }
  mutating func close(_ descriptor: Int32) { queue.close(descriptor) }

  /// Writes everything that waits, however long that takes.
  mutating func flush() {
    while let descriptor = queue.nextDescriptor {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 30_000) > 0 else { return }
      queue.writePortion()
    }
  }
}

/// Text as a terminal's lines.
enum TerminalLines {
  /// A carriage return begins a new line: with one, progress bars write over what stands there, and so could a script that
  /// wants to hide something.
  static func lineFeeds(_ bytes: [UInt8]) -> [UInt8] {
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    guard bytes.contains(carriageReturn) else { return bytes }
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      guard byte == carriageReturn else {
        shown.append(byte)
        continue
      }
      if index + 1 == bytes.count || bytes[index + 1] != lineFeed { shown.append(lineFeed) }
    }
    return shown
  }
}
