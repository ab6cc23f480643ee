import JSON

/// Writes frames of protocol 1 and owns their sequence numbers. Every method appends one whole line to a buffer that
/// the caller writes out and uses again.
///
/// A line is UTF-8 and has at most `longestLine` bytes with its newline, whatever it is given: in `start`, `event` and
/// `exit` frames long strings are cut by their escaped length, at a character's end, and `…` stands for the rest.
/// A script's output and artifacts are never cut (see `OutputFramer`).
public struct FrameEncoder: Sendable {
  /// The most bytes of a line, its newline included. Container runtimes split longer ones (conmon at 8,192 bytes).
  public static let longestLine = 8000

  /// The number of the next frame, which is also how many were written.
  public private(set) var nextSequence: UInt64 = 0
  /// The latest time that a frame bears. Readers rely on it that time never goes back from a frame to the next.
  private var latest = FrameTime(microseconds: 0)
  /// Bytes of all lines so far.
  public private(set) var bytesWritten: UInt64 = 0

  /// What the log weighs against its limit: every line counts with what a container runtime adds to it (about 40
  /// bytes, in the log file that the kubelet rotates at 10 MiB) and some reserve.
  public var chargedBytes: UInt64 { bytesWritten + nextSequence * Self.chargePerLine }

  /// What a line is charged besides its bytes.
  public static let chargePerLine: UInt64 = 64

  /// An encoder whose first frame is number 0.
  public init() {}

  /// Every body's last part, after its payload: `"}` and the newline.
  static let lineEnd: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "\n")]

  // MARK: - Lines of output

  /// Appends a line with as many whole characters of valid UTF-8 as fit.
  ///
  /// - Returns: how many bytes of `text` it holds; at least one character.
  mutating func text(
    _ text: Span<UInt8>, of stream: OutputStream, at time: FrameTime, into output: inout [UInt8]
  ) -> Int {
    let start = output.count
    begin(stream == .stdout ? #""stdout":""# : #""stderr":""#, at: time, into: &output)
    let room = Self.longestLine - (output.count - start) - Self.lineEnd.count
    let taken = JSONEscape.append(text, room: room, to: &output)
    output.append(contentsOf: Self.lineEnd)
    finish(lineFrom: start, in: output)
    return taken
  }

  /// Appends a line with as many bytes as fit, in base64; a character is not cut where the bytes are one.
  ///
  /// - Returns: how many bytes it holds; at least one.
  mutating func base64(
    _ bytes: Span<UInt8>, of stream: OutputStream, at time: FrameTime, into output: inout [UInt8]
  ) -> Int {
    let start = output.count
    begin(stream == .stdout ? #""stdout_b64":""# : #""stderr_b64":""#, at: time, into: &output)
    let room = Self.longestLine - (output.count - start) - Self.lineEnd.count
    var taken = min(bytes.count, Base64.capacity(room: room))
    if taken < bytes.count { taken -= UTF8Scan.incompleteSuffix(of: bytes.extracting(first: taken)) }
    Base64.append(bytes.extracting(first: taken), to: &output)
    output.append(contentsOf: Self.lineEnd)
    finish(lineFrom: start, in: output)
    return taken
  }

  // MARK: - Every line's beginning and end

  /// `{"seq":0,"t":0.000000,` and the body's key. A time before that of the last frame counts as that.
  mutating func begin(_ key: String, at time: FrameTime, into output: inout [UInt8]) {
    latest = max(latest, time)
    output.append(contentsOf: #"{"seq":"#.utf8)
    output.appendDecimal(nextSequence)
    output.append(contentsOf: #","t":"#.utf8)
    output.appendDecimal(latest.microseconds / 1_000_000)
    output.append(UInt8(ascii: "."))
    output.appendDecimal(latest.microseconds % 1_000_000, digits: 6)
    output.append(UInt8(ascii: ","))
    output.append(contentsOf: key.utf8)
  }

  mutating func finish(lineFrom start: Int, in output: [UInt8]) {
    nextSequence += 1
    bytesWritten += UInt64(output.count - start)
  }

  /// Appends a line whose strings may have to be cut: writes it with ever less room for each until it fits. The first
  /// try almost always does; the last is certain to, because `body` bounds the number of its strings.
  ///
  /// - Parameter body: writes the body's value, no string longer than `room` bytes when escaped.
  mutating func line(
    _ key: String, at time: FrameTime, into output: inout [UInt8],
    body: (_ writer: inout JSONWriter, _ room: Int) -> Void
  ) {
    let start = output.count
    var room = 4096
    while true {
      begin(key, at: time, into: &output)
      var writer = JSONWriter(appendingTo: output)
      output = []
      body(&writer, room)
      output = writer.takeBytes()
      output.append(UInt8(ascii: "}"))
      output.append(UInt8(ascii: "\n"))
      if output.count - start <= Self.longestLine || room <= Self.leastRoom { break }
      output.removeLast(output.count - start)
      room /= 2
    }
    finish(lineFrom: start, in: output)
  }

  /// The least room that a string gets: with it even the longest lists fit into a line.
  static let leastRoom = 16
}
