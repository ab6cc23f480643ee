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
