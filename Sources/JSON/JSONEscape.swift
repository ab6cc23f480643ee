internal import CScan

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
    // Escaping makes at most six bytes of one; `room` bounds it besides.
    let reserved = min(room, (text.count - start) * longest)
    var next = start
    output.append(addingCapacity: reserved) { free in
      // Safe: bytes may stay uninitialised where nobody reads them, and what the count takes in was stored. The function
      // in C keeps to the two sizes that it is given, and every access to the raw span checks its bounds.
      unsafe free.withUnsafeMutableBufferPointer { buffer, initializedCount in
        guard let target = buffer.baseAddress else { return }
        var written = 0
        unsafe text.withUnsafeBufferPointer { source in
          guard let source = source.baseAddress else { return }
          next += unsafe cs_escape(source + start, text.count - start, target, reserved, &written)
        }
        var bytes = unsafe MutableRawSpan(_unsafeElements: buffer)
        var escaper = Escaper(index: next, position: written, limit: reserved)
        escaper.run(text, into: &bytes)
        next = escaper.index
        initializedCount = escaper.position
      }
    }
    return next
  }
}

/// The rest of a text that was escaped by blocks: what is near either buffer's end, character by character.
private struct Escaper {
  /// Next byte of the text.
  var index: Int
  /// Next byte of the output.
  var position: Int
  /// End of the output's room.
  let limit: Int

  mutating func run(_ text: Span<UInt8>, into output: inout MutableRawSpan) {
    while index < text.count {
      guard character(in: text, into: &output) else { return retreat(in: text) }
    }
  }

  /// What follows the backslash in `\n` and its like; 0 for a byte that has no such form.
  @inline(__always)
  private static func letter(ofShortEscapeFor byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "\n"): UInt8(ascii: "n")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
    case UInt8(ascii: "\t"): UInt8(ascii: "t")
    case UInt8(ascii: "\r"): UInt8(ascii: "r")
    case 0x08: UInt8(ascii: "b")
    case 0x0C: UInt8(ascii: "f")
    default: 0
    }
  }

  /// Copies or escapes what stands at `index`: a whole character if it needs an escape, else one byte of it.
  ///
  /// - Returns: false if there is no room.
  @_optimize(speed)
  private mutating func character(in text: Span<UInt8>, into output: inout MutableRawSpan) -> Bool {
    let byte = text[index]
    let letter = Self.letter(ofShortEscapeFor: byte)
    if letter != 0 {
      guard position + 2 <= limit else { return false }
      put(UInt8(ascii: "\\"), into: &output)
      put(letter, into: &output)
      index += 1
      return true
    }
    if byte < 0x20 { return long(UInt16(byte), length: 1, into: &output) }
    if byte == 0xC2, index + 1 < text.count, text[index + 1] < 0xA0 {
      return long(UInt16(text[index + 1]), length: 2, into: &output)
    }
    if byte == 0xE2, index + 2 < text.count {
      let scalar = 0x2000 | UInt16(text[index + 1] & 0x3F) << 6 | UInt16(text[index + 2] & 0x3F)
      if scalar >= 0x2028 && scalar <= 0x202E || scalar >= 0x2066 && scalar <= 0x2069 {
        return long(scalar, length: 3, into: &output)
      }
    }
    guard position < limit else { return false }
    put(byte, into: &output)
    index += 1
    return true
  }

  /// `\u001b` and its like, for a scalar of `length` bytes.
  private mutating func long(_ scalar: UInt16, length: Int, into output: inout MutableRawSpan) -> Bool {
    guard position + 6 <= limit else { return false }
    put(UInt8(ascii: "\\"), into: &output)
    put(UInt8(ascii: "u"), into: &output)
    put(Self.digit(scalar >> 12), into: &output)
    put(Self.digit(scalar >> 8), into: &output)
    put(Self.digit(scalar >> 4), into: &output)
    put(Self.digit(scalar), into: &output)
    index += length
    return true
  }

  /// The lowest four bits as a hexadecimal digit.
  @inline(__always)
  private static func digit(_ value: UInt16) -> UInt8 {
    let nibble = UInt8(truncatingIfNeeded: value & 0xF)
    return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") - 10 + nibble
  }

  @inline(__always)
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
