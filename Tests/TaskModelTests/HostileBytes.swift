import RandomInput

extension SeededGenerator {
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  mutating func chance(_ percent: Int) -> Bool {
    number(1...100) <= percent
  }

  mutating func pick<T>(_ items: [T]) -> T {
    items[number(0...(items.count - 1))]
  }

  /// Bytes with a liking for what text formats stumble over.
  mutating func hostileBytes(upTo longest: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    let count = number(0...longest)
    while bytes.count < count {
      switch number(0...9) {
      case 0: bytes.append(UInt8(number(0...31)))
      case 1: bytes.append(UInt8(number(128...255)))
      case 2: bytes += Array("\"\\/\u{7F}".utf8)
      case 3: bytes += Array("é€𝄞\u{2028}\u{85}\u{202E}\u{FEFF}".utf8)
      case 4: bytes += [0xED, 0xA0, 0x80]
      case 5: bytes += [0xF0, 0x9F, 0x98]
      default: bytes.append(UInt8(number(32...126)))
      }
    }
    return bytes
  }
}
