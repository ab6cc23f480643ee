internal import WarderFrames

/// What is missing of a run, a sentence for each thing: nothing where its log is complete.
enum MissingReport {
  private static let mostRanges = 8

  static func sentences(on result: RunResult) -> [String] {
    var found: [String] = []
    if result.exit == nil, result.hasFrames {
      found.append("the verdict is missing: nobody knows what came after frame \(result.lastSequence ?? 0)")
    }
    if result.missingFrames > 0 {
      let count = HumanNumbers.count(result.missingFrames, "frame is", "frames are")
      found.append("\(count) missing: \(ranges(result.gaps))")
    }
    if result.leftOutFrames > 0 {
      found.append(
        "\(HumanNumbers.count(result.leftOutFrames, "frame")) left out: the log is larger than this reader holds")
    }
    if !result.isProtocolKnown {
      found.append(
        "the log is of protocol \(result.start?.protocolNumber ?? 0), and this reader knows only \(StartFrame.currentProtocol)"
      )
    }
    return found + result.disagreements
  }

  /// `3, 5–9 and 2 more gaps`
  static func ranges(_ gaps: [ClosedRange<UInt64>]) -> String {
    var words = gaps.prefix(mostRanges).map { gap in
      gap.lowerBound == gap.upperBound ? "\(gap.lowerBound)" : "\(gap.lowerBound)–\(gap.upperBound)"
    }
    if gaps.count > mostRanges { words.append(HumanNumbers.count(gaps.count - mostRanges, "more gap")) }
    guard let last = words.popLast() else { return "" }
    return words.isEmpty ? last : "\(words.joined(separator: ", ")) and \(last)"
  }
}
