import JSON

/// Cuts one of the script's output streams into frames.
///
/// Whatever the bytes and however they are fed, the payloads of the frames, put together, are exactly the bytes. Text
/// goes as text. From the first byte that is not UTF-8 a base64 frame reaches to the next newline, the frame's
/// capacity or the end of what was fed; then text is tried again. No frame ends within a character: up to three
/// bytes of a character that has only begun are held back until the rest comes or `flush` gives up on it.
public struct OutputFramer: Sendable {
  /// Which of the two streams this is.
  public let stream: OutputStream
  /// What frames carry so far; held bytes are not yet in it.
  public private(set) var totals = StreamTotals()

  /// The beginning of a character that may go on, at most three bytes.
  private var held: [UInt8] = []

  /// A framer at the stream's beginning.
  public init(_ stream: OutputStream) {
    self.stream = stream
    held.reserveCapacity(4)
  }

  /// How many bytes are held back. If there are any and the script does not go on, `flush` lets its reader see them.
  public var heldBytes: Int { held.count }

  /// Turns bytes into lines, until they are used up or the log has become as long as it may.
  ///
  /// Text makes a little more than its size. Hostile bytes can make forty times theirs (a frame for every character
  /// that stands beside a bad byte), so a caller whose memory is small sets a limit and writes out in between.
  ///
  /// - Parameters:
  ///   - bytes: what the script wrote next.
  ///   - time: when it was read.
  ///   - encoder: numbers the frames.
  ///   - chargeLimit: no frame is begun once `encoder.chargedBytes` has reached this.
  ///   - output: the lines are appended here.
  /// - Returns: how many of the bytes were used, those held back included. The caller feeds the rest again, or drops
  ///   it.
  public mutating func feed(
    _ bytes: Span<UInt8>, at time: FrameTime, through encoder: inout FrameEncoder, chargeLimit: UInt64 = .max,
    into output: inout [UInt8]
  ) -> Int {
    if encoder.chargedBytes >= chargeLimit { return 0 }
    var index = held.isEmpty ? 0 : resume(bytes, at: time, through: &encoder, into: &output)
    while index < bytes.count {
      let scan = UTF8Scan(bytes, from: index)
      while index < scan.end {
        if encoder.chargedBytes >= chargeLimit { return index }
        let text = bytes.extracting(index..<scan.end)
        index += count(encoder.text(text, of: stream, at: time, into: &output))
      }
      switch scan.stop {
      case .endOfBytes: break
      case .incompleteCharacter:
        hold(bytes, from: index)
        index = bytes.count
      case .invalidByte:
        if encoder.chargedBytes >= chargeLimit { return index }
        let line = bytes.extracting(index..<Self.endOfLine(in: bytes, from: index))
        index += count(encoder.base64(line, of: stream, at: time, into: &output))
      }
    }
    return index
  }

  /// Goes on with the character that was held back. Leaves it held if the bytes do not complete it either.
  ///
  /// - Returns: how many bytes were used.
  private mutating func resume(
    _ bytes: Span<UInt8>, at time: FrameTime, through encoder: inout FrameEncoder, into output: inout [UInt8]
  ) -> Int {
    for index in 0..<bytes.count {
      held.append(bytes[index])
      switch UTF8Scan.character(in: held.span, at: 0) {
      case .incomplete: continue
      case .whole:
        _ = count(encoder.text(held.span, of: stream, at: time, into: &output))
        held.removeAll(keepingCapacity: true)
        return index + 1
      case .invalid:
        // The last byte may begin something better.
        held.removeLast()
        flush(at: time, through: &encoder, into: &output)
        return index
      }
    }
    return bytes.count
  }

  /// Writes out bytes that are held back: call it when the stream ended, or when it has been silent for a while.
  public mutating func flush(at time: FrameTime, through encoder: inout FrameEncoder, into output: inout [UInt8]) {
    guard !held.isEmpty else { return }
    _ = count(encoder.base64(held.span, of: stream, at: time, into: &output))
    held.removeAll(keepingCapacity: true)
  }

  /// Counts bytes that the script wrote and that are left out of the log.
  public mutating func drop(_ byteCount: Int) {
    totals.droppedBytes += Int64(byteCount)
  }

  private mutating func count(_ byteCount: Int) -> Int {
    totals.bytes += Int64(byteCount)
    totals.frames += 1
    return byteCount
  }

  private mutating func hold(_ bytes: Span<UInt8>, from start: Int) {
    for index in start..<bytes.count { held.append(bytes[index]) }
  }

  /// Where the line that begins with a bad byte ends: after its newline, or where the bytes end with a whole
  /// character.
  private static func endOfLine(in bytes: Span<UInt8>, from start: Int) -> Int {
    for index in start..<bytes.count where bytes[index] == UInt8(ascii: "\n") { return index + 1 }
    return bytes.count - UTF8Scan.incompleteSuffix(of: bytes.extracting(start...))
  }
}
