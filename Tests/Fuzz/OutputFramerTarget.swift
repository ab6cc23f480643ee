import RandomInput
import WarderFrames

extension FuzzTarget {
  /// The output framer: what goes in comes out of the decoder, however it was fed.
  static let outputFramer = FuzzTarget(name: "output-framer", share: 10) { generator in
    let output = generator.scriptOutput(scale: generator.oneIn(20) ? 20_000 : 300)
    let scale = output.count < 500 ? 4 : 3_000
    var encoder = FrameEncoder()
    var framer = OutputFramer(.stderr)
    var log: [UInt8] = []
    var index = 0
    let time = FrameTime(microseconds: generator.next() >> Int.random(in: 0..<64, using: &generator))
    while index < output.count {
      let end = min(output.count, index + 1 + generator.size(below: scale))
      index += framer.feed(
        output.span.extracting(index..<end), at: time, through: &encoder, chargeLimit: encoder.chargedBytes + 9_000,
        into: &log)
      if generator.oneIn(50) { framer.flush(at: time, through: &encoder, into: &log) }
    }
    framer.flush(at: time, through: &encoder, into: &log)
    let items = decoded(log)
    var back: [UInt8] = []
    for frame in frames(items) {
      guard case .output(.stderr, let bytes) = frame.body, frame.time == time else {
        return "a strange frame: \(frame)"
      }
      back += bytes
    }
    if !noise(items).isEmpty { return "a line is no frame: \(quoted(output))" }
    if back != output { return "not what went in: \(quoted(output))" }
    if framer.totals != StreamTotals(bytes: Int64(output.count), frames: Int64(items.count)) {
      return "wrong totals: \(framer.totals)"
    }
    return nil
  }
}
