internal import JSON

/// Makes of a script's bytes the text that Integr8sCode's reader gets to see, piece by piece.
///
/// The reader asks the Kubernetes API for the log and decodes it as strict UTF-8, so one bad byte would lose everything: what
/// is no UTF-8 becomes U+FFFD, once for each maximal subpart (Unicode 17, section 3.9), as `bytes.decode(errors="replace")`
/// does. And containerd leaves out a CR before an LF where other runtimes keep it, so that the reader would count wrongly:
/// line ends are a plain LF.
package struct TextRepair: Sendable {
  /// The beginning of a character whose rest is to come, at most three bytes.
  private var begun: [UInt8] = []
  /// CRs of which nobody knows yet whether an LF follows.
  private var heldReturns = 0

  package init() {}

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// Takes the stream's next bytes and appends their text.
  package mutating func feed(_ bytes: [UInt8], into text: inout [UInt8]) {
    guard !begun.isEmpty else {
      repair(bytes, into: &text)
      return
    }
    let whole = begun + bytes
    begun = []
    repair(whole, into: &text)
  }

  /// Says that the stream has ended.
  package mutating func finish(into text: inout [UInt8]) {
    releaseReturns(into: &text)
    if !begun.isEmpty { text += Self.replacement }
    begun = []
  }

  private mutating func repair(_ bytes: [UInt8], into text: inout [UInt8]) {
    var start = 0
    while start < bytes.count {
      let scan = UTF8Scan(bytes.span, from: start)
      appendLines(bytes, start, scan.end, into: &text)
      start = scan.end
      switch scan.stop {
      case .endOfBytes: return
      case .incompleteCharacter:
        begun = Array(bytes[start...])
        return
      case .invalidByte:
        releaseReturns(into: &text)
        text += Self.replacement
        start += Self.subpart(of: bytes, at: start)
      }
    }
  }

  /// How many bytes a bad character has: as many as could still have become a good one.
  private static func subpart(of bytes: [UInt8], at start: Int) -> Int {
    var length = 1
    while start + length < bytes.count, length < 4 {
      let candidate = Array(bytes[start...(start + length)])
      guard case .incomplete = UTF8Scan.character(in: candidate.span, at: 0) else { return length }
      length += 1
    }
    return length
  }

  /// Appends good text without the CRs that stand before an LF.
  private mutating func appendLines(_ bytes: [UInt8], _ start: Int, _ end: Int, into text: inout [UInt8]) {
    var from = start
    for index in start..<end where bytes[index] == Self.carriageReturn || heldReturns > 0 {
      if bytes[index] == Self.carriageReturn {
        text += bytes[from..<index]
        from = index + 1
        heldReturns += 1
      } else {
        if bytes[index] == Self.lineFeed { heldReturns = 0 }
        releaseReturns(into: &text)
      }
    }
    text += bytes[from..<end]
  }

  private mutating func releaseReturns(into text: inout [UInt8]) {
    while heldReturns > 0 {
      text.append(Self.carriageReturn)
      heldReturns -= 1
    }
  }
}
