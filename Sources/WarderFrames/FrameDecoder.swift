internal import CScan

/// Finds the frames in a log, however it is cut and whatever stands between them.
///
/// Bytes go in as they come, in pieces of any size; frames and noise come out in the log's order. The memory that a
/// decoder holds is bounded, whatever the log: a line that is too long to be a frame is only counted. Understood are
/// lines that end with LF or CR LF, the log files of container runtimes (CRI and docker's `json-file`, with their partial
/// lines joined) and the output of `kubectl logs`, with or without `--timestamps` and `--prefix`.
///
/// A line is a frame or it is noise, as a whole: the inside of a line, which may hold anything that a script wrote, is
/// never searched for frames.
public struct FrameDecoder: Sendable {
  private var line = BoundedLine(maximum: Self.longestPhysicalLine)
  /// What partial lines of either stream have brought so far.
  private var partialStdout = BoundedLine(maximum: FrameEncoder.longestLine)
  private var partialStderr = BoundedLine(maximum: FrameEncoder.longestLine)

  /// containerd splits what a container writes at 16,384 bytes, and puts less than 128 before it; docker's lines can be
  /// longer by their escapes.
  private static let longestPhysicalLine = DockerLine.longest

  /// A decoder at a log's beginning.
  public init() {}

  /// Takes the log's next bytes and hands out what they complete.
  public mutating func feed(_ bytes: Span<UInt8>, handle: (LogItem) -> Void) {
    feed(bytes) { item, _ in handle(item) }
  }

  /// Says that the log has ended: hands out a last line that has no line end.
  ///
  /// Such a line may be the beginning of a frame whose rest was lost, and is noise then, or a whole frame that a
  /// container runtime took for a partial line. Afterwards the decoder is at the beginning of another log.
  public mutating func finish(handle: (LogItem) -> Void) {
    finish { item, _ in handle(item) }
  }

  /// Takes the log's next bytes and hands out what they complete, and where `kubectl logs --prefix` says that it comes from:
  /// `pod/name/container`. Lines of several sources may alternate; a `RunAssembler` that is told the source keeps their runs
  /// apart.
  public mutating func feed(_ bytes: Span<UInt8>, handle: (_ item: LogItem, _ source: String?) -> Void) {
    var start = 0
    while start < bytes.count {
      let end = start + Self.lineLength(bytes.extracting(start...))
      let text = bytes.extracting(start..<end)
      // Nearly every line is a frame of output that came whole: it is read where it lies.
      if end < bytes.count, line.length == 0, let frame = FrameParser.output(text) {
        handle(.frame(frame), nil)
      } else {
        line.append(text)
        if end < bytes.count { endLine(handle) }
      }
      start = end + 1
    }
  }

  /// Says that the log has ended: hands out a last line that has no line end, and its source.
  public mutating func finish(handle: (_ item: LogItem, _ source: String?) -> Void) {
    if line.length > 0 { endLine(handle) }
    if partialStdout.length > 0 { endPartial(.stdout, handle) }
    if partialStderr.length > 0 { endPartial(.stderr, handle) }
  }

  /// Takes the log's next bytes and returns what they complete.
  public mutating func feed(_ bytes: [UInt8]) -> [LogItem] {
    var items: [LogItem] = []
    feed(bytes.span) { items.append($0) }
    return items
  }

  /// Says that the log has ended and returns what was left.
  public mutating func finish() -> [LogItem] {
    var items: [LogItem] = []
    finish { items.append($0) }
    return items
  }

  /// How many bytes come before the next newline, or the end.
  private static func lineLength(_ bytes: Span<UInt8>) -> Int {
    // Safe: the function reads between the two ends that it is given.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return 0 }
      return unsafe cs_line_length(first, buffer.count)
    }
  }

  /// A physical line is complete.
  private mutating func endLine(_ handle: (LogItem, String?) -> Void) {
    if line.isWhole, line.bytes.last == UInt8(ascii: "\r") { line.removeLast() }
    if line.isWhole, let part = DockerLine(line.bytes) {
      append(part.text.span, to: part.stream)
      if !part.isPartial { endPartial(part.stream, handle) }
    } else {
      endLine(after: LinePrefix(of: line.bytes), handle)
    }
    line.clear()
  }

  private mutating func endLine(after prefix: LinePrefix, _ handle: (LogItem, String?) -> Void) {
    switch prefix.kind {
    case .line:
      let source = prefix.source.map { String(decoding: line.bytes[$0], as: UTF8.self) }
      if line.isWhole, let frame = FrameParser.frame(Array(line.bytes[prefix.textStart...])) {
        handle(.frame(frame), source)
      } else {
        handle(.noise(line.noise), source)
      }
    case .runtime(let stream, let isPartial):
      let bytes = line.bytes
      append(bytes.span.extracting(prefix.textStart...), to: stream, andMore: line.length - bytes.count)
      if !isPartial { endPartial(stream, handle) }
    }
  }

  private mutating func append(_ text: Span<UInt8>, to stream: OutputStream, andMore cutOff: Int = 0) {
    switch stream {
    case .stdout: partialStdout.append(text, andMore: cutOff)
    case .stderr: partialStderr.append(text, andMore: cutOff)
    }
  }

  /// A line that came in parts is complete.
  private mutating func endPartial(_ stream: OutputStream, _ handle: (LogItem, String?) -> Void) {
    switch stream {
    case .stdout:
      handle(Self.item(partialStdout), nil)
      partialStdout.clear()
    case .stderr:
      handle(Self.item(partialStderr), nil)
      partialStderr.clear()
    }
  }

  private static func item(_ line: BoundedLine) -> LogItem {
    if line.isWhole, let frame = FrameParser.frame(line.bytes) { return .frame(frame) }
    return .noise(line.noise)
  }
}
