/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
package enum Base64 {
  /// How many bytes fit, encoded, into so much room.
  package static func capacity(room: Int) -> Int {
    max(0, room) / 4 * 3
  }

  /// Appends the encoded bytes.
  package static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    let start = output.count
    let whole = bytes.count / 3 * 3
    output.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (bytes.count + 2) / 3 * 4))
    let letters = alphabet
    var encoded = output.mutableSpan
    var from = 0
    var to = start
    while from < whole {
      let group = UInt32(bytes[from]) << 16 | UInt32(bytes[from + 1]) << 8 | UInt32(bytes[from + 2])
      encoded[to] = letters[Int(group >> 18)]
      encoded[to + 1] = letters[Int(group >> 12 & 63)]
      encoded[to + 2] = letters[Int(group >> 6 & 63)]
      encoded[to + 3] = letters[Int(group & 63)]
      from += 3
      to += 4
    }
    guard whole < bytes.count else { return }
    let second = whole + 1 < bytes.count ? bytes[whole + 1] : 0
    let group = UInt32(bytes[whole]) << 16 | UInt32(second) << 8
    encoded[to] = letters[Int(group >> 18)]
    encoded[to + 1] = letters[Int(group >> 12 & 63)]
    if whole + 1 < bytes.count { encoded[to + 2] = letters[Int(group >> 6 & 63)] }
  }

  /// The bytes, or nil if the text is not exactly what `append` writes: padding is required, and unused bits are 0.
  package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    var padding = 0
    if text.count > 0, text[text.count - 1] == UInt8(ascii: "=") {
      padding = text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    let end = text.count - padding
    var group: UInt32 = 0
    for index in 0..<text.count {
      var digit: UInt32 = 0
      if index < end {
        guard let value = value(of: text[index]) else { return nil }
        digit = value
      }
      group = group << 6 | digit
      guard index % 4 == 3 else { continue }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      bytes.append(UInt8(truncatingIfNeeded: group))
    }
    for _ in 0..<padding {
      // What padding stands for was no part of the bytes, so it must have been zero.
      guard bytes.removeLast() == 0 else { return nil }
    }
    return bytes
  }

  private static let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func value(of letter: UInt8) -> UInt32? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(letter - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(letter - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(letter - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
