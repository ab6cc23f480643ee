import JSON

/// The parts of files that came back.
extension FrameEncoder {
  /// Appends a line with as much of a file's part as fits.
  ///
  /// - Returns: how many bytes of the part it holds: all of them, or more than a thousand. The line has the part's `end` only
  ///   where it holds them all.
  @discardableResult
  public mutating func artifact(_ chunk: ArtifactChunk, at time: FrameTime, into output: inout [UInt8]) -> Int {
    artifact(chunk.name, offset: chunk.offset, chunk.bytes.span, end: chunk.end, at: time, into: &output)
  }

  /// The same without an array for each part.
  @discardableResult
  package mutating func artifact(
    _ name: ArtifactName, offset: Int64, _ bytes: Span<UInt8>, end: ArtifactEnd?, at time: FrameTime,
    into output: inout [UInt8]
  ) -> Int {
    let start = output.count
    begin(#""artifact":{"#, at: time, into: &output)
    Self.append(name, to: &output)
    output.append(contentsOf: #","offset":"#.utf8)
    output.appendDecimal(UInt64(max(0, offset)))
    output.append(contentsOf: #","b64":""#.utf8)
    let room = Self.longestLine - (output.count - start) - Self.lineEnd.count - 1
    let whole = end == nil ? Base64.capacity(room: room) : Base64.capacity(room: room - Self.endLength)
    // Bytes that fit only without their end leave one for the line that has it.
    let taken = bytes.count <= whole ? bytes.count : min(bytes.count - 1, Base64.capacity(room: room))
    Base64.append(bytes.extracting(first: taken), to: &output)
    output.append(UInt8(ascii: "\""))
    if let end, bytes.count <= whole {
      output.append(contentsOf: #","bytes":"#.utf8)
      output.appendDecimal(UInt64(max(0, end.bytes)))
      output.append(contentsOf: #","sha256":""#.utf8)
      _ = JSONEscape.append(end.sha256.utf8.span, room: 64, to: &output)
      output.append(UInt8(ascii: "\""))
    }
    output.append(UInt8(ascii: "}"))
    output.append(UInt8(ascii: "}"))
    output.append(UInt8(ascii: "\n"))
    finish(lineFrom: start, in: output)
    return taken
  }

  /// The most that a file can add to `chargedBytes`.
  package static func artifactCharge(_ name: ArtifactName, bytes: UInt64) -> UInt64 {
    var encodedName: [UInt8] = []
    append(name, to: &encodedName)
    let overhead = longestStart + encodedName.count + endLength
    let part = UInt64(Base64.capacity(room: longestLine - overhead))
    // Every line but the last is full; the last may have to leave a byte to one more.
    let lines = bytes / part + 2
    return lines * (UInt64(overhead) + chargePerLine + 4) + (bytes + 2) / 3 * 4
  }

  /// `{"seq":18446744073709551615,"t":18446744073709.000000,"artifact":{` … `,"offset":9223372036854775807,"b64":""}}` and a
  /// newline.
  private static let longestStart = 136
  /// `,"bytes":9223372036854775807,"sha256":"` and 64 digits and a quote.
  private static let endLength = 104

  /// A name that is not UTF-8, or is long when escaped, goes as `name_b64`.
  private static func append(_ name: ArtifactName, to output: inout [UInt8]) {
    let bytes = name.bytes.span
    let start = output.count
    output.append(contentsOf: #""name":""#.utf8)
    let isText = UTF8Scan(bytes, from: 0).end == bytes.count
    if !isText || JSONEscape.append(bytes, room: longestLine / 2, to: &output) < bytes.count {
      output.removeLast(output.count - start)
      output.append(contentsOf: #""name_b64":""#.utf8)
      Base64.append(bytes, to: &output)
    }
    output.append(UInt8(ascii: "\""))
  }
}
