/// SplitMix64: the same seed gives the same input on every machine, so a failure can be had again.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// True once in `times`.
  package mutating func oneIn(_ times: Int) -> Bool {
    Int.random(in: 0..<times, using: &self) == 0
  }

  /// A number below `bound`; small ones are as likely as large ones.
  package mutating func size(below bound: Int) -> Int {
    let scale = Int.random(in: 1...max(1, bound), using: &self)
    return Int.random(in: 0..<scale, using: &self) % max(1, bound)
  }

  /// Bytes of every value, equally likely.
  package mutating func bytes(count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }

  /// Text with every kind of character that escaping and cutting must mind.
  package mutating func text(scalars count: Int) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<count { text.append(scalar()) }
    return String(text)
  }

  /// A scalar out of one of the ranges that are treated differently somewhere.
  package mutating func scalar() -> Unicode.Scalar {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x61...0x7A, 0x0...0x1F, 0x0A...0x0A, 0x22...0x22, 0x5C...0x5C, 0x7F...0xA5,
      0xA0...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x1F600...0x1F64F, 0x10000...0x10FFFF, 0x2020...0x2070,
    ]
    let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
    return Unicode.Scalar(UInt32.random(in: range, using: &self)) ?? "x"
  }

  /// Changes a few bytes: flips, copies, cuts and repeats, as a damaged or hostile file would have them.
  package mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0...3, using: &self) {
      let place = Int.random(in: 0...result.count, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0 where place < result.count:
        result[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1 where place < result.count:
        result.remove(at: place)
      case 2:
        result.insert(UInt8.random(in: .min ... .max, using: &self), at: place)
      case 3:
        let interesting = Array("{}[]\",:\\u0dD8n-.eE+\n\r\t \u{0}".utf8) + [0x80, 0xC2, 0xED, 0xF4, 0xFF]
        result.insert(interesting[Int.random(in: 0..<interesting.count, using: &self)], at: place)
      case 4:
        result.removeSubrange(place..<min(result.count, place + size(below: 16)))
      default:
        let end = min(result.count, place + size(below: 16))
        result.insert(contentsOf: result[place..<end], at: place)
      }
    }
    return result
  }
}
