/// Turns text into the inside of a JSON string: the one escaper, used for configuration, frames and messages alike.
///
/// Escaped are what RFC 8259 section 7 demands (`"`, `\` and U+0000–U+001F) and, though JSON allows them raw, what
/// harms whoever looks at a raw log or splits it into lines: the C1 controls U+0080–U+009F (some terminals obey
/// them, U+0085 is a line end to many), the line and paragraph separators U+2028 and U+2029, and the bidirectional
/// controls U+202A–U+202E and U+2066–U+2069 (CVE-2021-42574). A JSON parser gives all of them back unchanged.
/// Everything else, DEL and non-ASCII included, stands as it is.
package enum JSONEscape {
  /// The longest escape, `\u001b`, in bytes. So much room is enough for any one character.
  package static let longest = 6

  /// Appends as much of a text as fits, in whole characters.
  ///
  /// - Parameters:
  ///   - text: valid UTF-8; anything else comes out as invalid as it went in.
  ///   - start: where in the text to begin: the first byte of a character.
  ///   - room: the most bytes that may be appended.
  ///   - output: gets the escaped bytes, without quotes.
  /// - Returns: the index of the first byte that was not appended.
  package static func append(
    _ text: Span<UInt8>, from start: Int = 0, room: Int, to output: inout [UInt8]
  ) -> Int {
    let before = output.count
    // Escaping makes a byte at most six; reserving that much, but no more than `room`, keeps one bound for all.
    let reserved = min(room, (text.count - start) * longest)
    output.append(contentsOf: repeatElement(0, count: reserved))
    var escaper = Escaper(index: start, position: before, limit: before + reserved)
    var elements = output.mutableSpan
    // Safe here and below: a byte has no padding and no invalid pattern, and every access checks its bounds.
    var bytes = unsafe elements.mutableBytes
    escaper.run(text, into: &bytes)
    output.removeLast(before + reserved - escaper.position)
    return escaper.index
  }
}

/// The scan. Words of eight bytes are copied and looked at together; only a byte that needs attention is looked at
/// alone. Every load and store is checked against its bounds.
private struct Escaper {
  /// Next byte of the text.
  var index: Int
  /// Next byte of the output.
  var position: Int
  /// End of the output's room.
  let limit: Int

  mutating func run(_ text: Span<UInt8>, into output: inout MutableRawSpan) {
    let source = unsafe text.bytes
    let end = text.count
    while index + 8 <= end, position + 8 <= limit {
      let word = unsafe source.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      output.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
      let attention = Self.bytesNeedingAttention(UInt64(littleEndian: word))
      if attention == 0 {
        index += 8
        position += 8
        continue
      }
      let plain = attention.trailingZeroBitCount >> 3
      index += plain
      position += plain
      guard character(in: text, into: &output) else { return retreat(in: text) }
    }
    while index < end {
      guard character(in: text, into: &output) else { return retreat(in: text) }
    }
  }

  /// The top bit of each byte that may need an escape. A borrow can mark a byte above one that is rightly marked, so
  /// only the lowest mark counts.
  ///
  /// The exclusive or with 2 swaps the quote (0x22) with the space (0x20), so that one comparison with 0x21 finds
  /// quotes and control characters; setting bit 0x20 makes one of the two leading bytes C2 and E2.
  @inline(__always)
  private static func bytesNeedingAttention(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    let quotesAndControls = ((word ^ (ones &* 0x02)) &- (ones &* 0x21)) & ~word
    let backslashes = word ^ (ones &* 0x5C)
    var marks = quotesAndControls | ((backslashes &- ones) & ~backslashes)
    if word & tops != 0 {
      let leads = (word | (ones &* 0x20)) ^ (ones &* 0xE2)
      marks |= (leads &- ones) & ~leads
    }
    return marks & tops
  }

  /// Copies or escapes what stands at `index`: a whole character if it needs an escape, else one byte of it.
  ///
  /// - Returns: false if there is no room.
  private mutating func character(in text: Span<UInt8>, into output: inout MutableRawSpan) -> Bool {
    let byte = text[index]
    switch byte {
    case UInt8(ascii: "\n"): return short(UInt8(ascii: "n"), into: &output)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return short(byte, into: &output)
    case UInt8(ascii: "\t"): return short(UInt8(ascii: "t"), into: &output)
    case UInt8(ascii: "\r"): return short(UInt8(ascii: "r"), into: &output)
    case 0x08: return short(UInt8(ascii: "b"), into: &output)
    case 0x0C: return short(UInt8(ascii: "f"), into: &output)
    case 0..<0x20: return long(UInt16(byte), length: 1, into: &output)
    case 0xC2:
      if index + 1 < text.count, text[index + 1] < 0xA0 {
        return long(UInt16(text[index + 1]), length: 2, into: &output)
      }
    case 0xE2:
      if index + 2 < text.count {
        let scalar = 0x2000 | UInt16(text[index + 1] & 0x3F) << 6 | UInt16(text[index + 2] & 0x3F)
        if scalar >= 0x2028 && scalar <= 0x202E || scalar >= 0x2066 && scalar <= 0x2069 {
          return long(scalar, length: 3, into: &output)
        }
      }
    default: break
    }
    guard position < limit else { return false }
    put(byte, into: &output)
    index += 1
    return true
  }

  /// `\n` and its like.
  private mutating func short(_ letter: UInt8, into output: inout MutableRawSpan) -> Bool {
    guard position + 2 <= limit else { return false }
    put(UInt8(ascii: "\\"), into: &output)
    put(letter, into: &output)
    index += 1
    return true
  }

  /// `\u001b` and its like, for a scalar of `length` bytes.
  private mutating func long(_ scalar: UInt16, length: Int, into output: inout MutableRawSpan) -> Bool {
    guard position + 6 <= limit else { return false }
    put(UInt8(ascii: "\\"), into: &output)
    put(UInt8(ascii: "u"), into: &output)
    for digit in 1...UInt16(4) {
      let shift = 16 - digit * 4
      let nibble = UInt8(truncatingIfNeeded: scalar >> shift & 0xF)
      put(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10, into: &output)
    }
    index += length
    return true
  }

  private mutating func put(_ byte: UInt8, into output: inout MutableRawSpan) {
    output.storeBytes(of: byte, toByteOffset: position, as: UInt8.self)
    position += 1
  }

  /// Goes back to the beginning of a character that did not fit as a whole; its bytes were copied one for one.
  private mutating func retreat(in text: Span<UInt8>) {
    while text[index] & 0xC0 == 0x80, index > 0 {
      index -= 1
      position -= 1
    }
  }
}
