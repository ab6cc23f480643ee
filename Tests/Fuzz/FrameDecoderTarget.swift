import RandomInput
import WarderFrames

extension FuzzTarget {
  /// The frame decoder: logs damaged, wrapped as a container runtime does it, and cut into random pieces.
  static let frameDecoder = FuzzTarget(name: "frame-decoder", share: 10) { generator in
    let log = generator.damagedLog()
    let atOnce = decoded(log)
    var decoder = FrameDecoder()
    var inPieces: [LogItem] = []
    var index = 0
    let scale = generator.oneIn(4) ? 3 : 500
    while index < log.count {
      let end = min(log.count, index + 1 + generator.size(below: scale))
      inPieces += decoder.feed(Array(log[index..<end]))
      index = end
    }
    inPieces += decoder.finish()
    if atOnce != inPieces { return "the pieces matter: \(quoted(log))" }
    let lines = log.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    if atOnce.count > lines + 1 { return "more items than lines: \(quoted(log))" }
    if noise(atOnce).contains(where: { $0.bytes.count > min($0.length, Noise.mostBytes) }) {
      return "noise of more bytes than it has: \(quoted(log))"
    }
    return nil
  }
}

extension SeededGenerator {
  /// A short log, mostly whole, with lines damaged, lost, repeated, foreign, or in a container runtime's clothes.
  mutating func damagedLog() -> [UInt8] {
    if oneIn(20) { return bytes(count: size(below: 500)) }
    var log: [UInt8] = []
    let wraps = oneIn(3)
    for line in SampleLog(steps: 4, outputSize: 300, using: &self).lines where !oneIn(20) {
      var line = oneIn(5) ? mutate(line) : line
      if wraps {
        let prefix = ["2026-11-21T09:00:00Z ", "2026-11-21T09:00:00.5Z stdout F ", "2026-11-21T09:00:00.5Z stderr P "]
        line = Array(prefix[Int.random(in: 0..<3, using: &self)].utf8) + line
        if oneIn(10) { line = mutate(line) }
      }
      for _ in 0...(oneIn(20) ? 1 : 0) { log += line }
      if oneIn(10) { log += bytes(count: size(below: 100)) + [UInt8(ascii: "\n")] }
    }
    return log
  }
}
