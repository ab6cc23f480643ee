import WarderFrames

/// What a line of a container's output looks like by the time somebody reads it.
package enum LogDress: CaseIterable, Sendable {
  case plain, carriageReturn, timestamps, prefix, prefixAndTimestamps, runtime, docker
}

/// Logs as readers get them: in the clothes of container runtimes and of kubectl, and damaged.
extension SeededGenerator {
  package mutating func dress() -> LogDress {
    oneIn(3) ? .plain : LogDress.allCases[Int.random(in: 0..<LogDress.allCases.count, using: &self)]
  }

  /// A line of output with its newline, as physical lines.
  ///
  /// - Parameter parts: into how many parts a runtime's log may split it.
  package mutating func dressed(_ line: [UInt8], as dress: LogDress, parts: Int = 3, pod: String = "a-1") -> [UInt8] {
    let newline = [UInt8(ascii: "\n")]
    let text = Array(line.dropLast())
    let times = ["2026-11-21T09:00:00Z", "2026-11-21T09:00:00.5Z", "2026-11-21T09:00:00.123456789+01:00"]
    let time = times[Int.random(in: 0..<times.count, using: &self)]
    func before(_ prefix: String) -> [UInt8] { Array(prefix.utf8) + line }
    switch dress {
    case .plain: return line
    case .carriageReturn: return text + Array("\r\n".utf8)
    case .timestamps: return before("\(time) ")
    case .prefix: return before("[pod/\(pod)/script] ")
    case .prefixAndTimestamps: return before("[pod/\(pod)/script] \(time) ")
    case .runtime:
      return pieces(of: text, count: parts).map { piece, isLast in
        Array("\(time) stdout \(isLast ? "F" : "P") ".utf8) + piece + newline
      }.reduce([], +)
    case .docker:
      return pieces(of: text, count: parts).map { piece, isLast in
        Array(#"{"log":""#.utf8) + Self.escaped(piece) + Array((isLast ? #"\n"# : "").utf8)
          + Array(#"","stream":"stdout","time":"\#(time)"}"#.utf8) + newline
      }.reduce([], +)
    }
  }

  /// A text in a few parts, cut anywhere; docker's own are cut at characters here, because its files are UTF-8.
  private mutating func pieces(of text: [UInt8], count: Int) -> [(bytes: [UInt8], isLast: Bool)] {
    var cuts = (0..<size(below: count)).map { _ in Int.random(in: 0...text.count, using: &self) }
    cuts = cuts.filter { $0 == text.count || text[$0] & 0xC0 != 0x80 }.sorted()
    var pieces: [(bytes: [UInt8], isLast: Bool)] = []
    var start = 0
    for end in cuts + [text.count] {
      pieces.append((Array(text[start..<end]), false))
      start = end
    }
    pieces[pieces.count - 1].isLast = true
    return pieces
  }

  /// The inside of a JSON string, with the escapes of Go's encoder.
  private static func escaped(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "<"): result += Array(#"\u003c"#.utf8)
      case 0..<0x20:
        result += Array((byte < 0x10 ? #"\u000"# : #"\u001"#).utf8) + [Array("0123456789abcdef".utf8)[Int(byte & 15)]]
      default: result.append(byte)
      }
    }
    return result
  }

  /// A short log of one run or of several, mostly whole, with lines damaged, lost, repeated, late or foreign, in whatever
  /// clothes.
  package mutating func damagedLog() -> [UInt8] {
    if oneIn(20) { return bytes(count: size(below: 500)) }
    var lines: [[UInt8]] = []
    let dress = dress()
    let isTidy = oneIn(4)
    for number in 0..<(oneIn(4) ? 2 : 1) {
      let log = SampleLog(
        run: oneIn(6) ? "same" : "run\(number)", steps: 4, outputSize: 300, hasVerdict: !oneIn(6), using: &self)
      for line in log.lines where isTidy || !oneIn(20) {
        let line = !isTidy && oneIn(8) ? mutate(line) : line
        var dressed = dressed(line, as: oneIn(30) ? .plain : dress, pod: oneIn(12) ? "b-2" : "a-\(number)")
        if !isTidy, oneIn(20) { dressed = mutate(dressed) }
        for _ in 0...(!isTidy && oneIn(20) ? 1 : 0) { lines.append(dressed) }
        if !isTidy, oneIn(12) { lines.append(bytes(count: size(below: 100)) + [UInt8(ascii: "\n")]) }
      }
    }
    if !isTidy, oneIn(4), lines.count > 1 {
      for _ in 0...size(below: 3) {
        lines.swapAt(Int.random(in: 0..<lines.count, using: &self), Int.random(in: 0..<lines.count, using: &self))
      }
    }
    if oneIn(10) { lines.shuffle(using: &self) }
    var log = Array(lines.joined())
    if oneIn(6) { log.removeLast(size(below: min(log.count, 400))) }
    return log
  }
}
