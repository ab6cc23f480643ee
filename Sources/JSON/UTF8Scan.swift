internal import CScan

/// How far bytes are valid UTF-8 (Unicode 17, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
package struct UTF8Scan {
  /// Where the valid characters end.
  package let end: Int
  package let stop: Stop

  package enum Stop {
    /// Everything was valid.
    case endOfBytes
    /// What is left, at most three bytes, is the beginning of a character that may go on.
    case incompleteCharacter
    /// The byte at `end` cannot begin, or does not go on to make, a character.
    case invalidByte
  }

  package enum Character {
    /// A character of so many bytes.
    case whole(Int)
    /// The bytes end within a character that is good so far.
    case incomplete
    case invalid
  }

  /// Looks at the bytes from `start` on, which is the first byte of a character: by blocks while these are valid, and
  /// character by character at either end and to find the place of a mistake.
  @_optimize(speed)
  package init(_ bytes: Span<UInt8>, from start: Int = 0) {
    var index = start
    var blocksAreAhead = true
    while index < bytes.count {
      if blocksAreAhead, index >= start + 3 {
        index = Self.skipValidBlocks(of: bytes, from: index)
        blocksAreAhead = false
        continue
      }
      switch Self.character(in: bytes, at: index) {
      case .whole(let length): index += length
      case .incomplete:
        end = index
        stop = .incompleteCharacter
        return
      case .invalid:
        end = index
        stop = .invalidByte
        return
      }
    }
    end = index
    stop = .endOfBytes
  }

  /// What stands at `index`.
  package static func character(in bytes: Span<UInt8>, at index: Int) -> Character {
    let lead = bytes[index]
    if lead < 0x80 { return .whole(1) }
    let length: Int
    // Only the second byte's range depends on the first one.
    var lowest: UInt8 = 0x80
    var highest: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { lowest = 0xA0 }
      if lead == 0xED { highest = 0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { lowest = 0x90 }
      if lead == 0xF4 { highest = 0x8F }
    default: return .invalid
    }
    guard index + 1 < bytes.count else { return .incomplete }
    guard bytes[index + 1] >= lowest, bytes[index + 1] <= highest else { return .invalid }
    var offset = 2
    while offset < length {
      guard index + offset < bytes.count else { return .incomplete }
      guard bytes[index + offset] & 0xC0 == 0x80 else { return .invalid }
      offset += 1
    }
    return .whole(length)
  }

  /// How many of the last bytes are the beginning of a character: 0 to 3.
  package static func incompleteSuffix(of bytes: Span<UInt8>) -> Int {
    var length = 1
    while length <= 3, length <= bytes.count {
      let index = bytes.count - length
      if bytes[index] & 0xC0 != 0x80 {
        if case .incomplete = character(in: bytes, at: index) { return length }
        return 0
      }
      length += 1
    }
    return 0
  }

  /// - Parameter start: the first byte of a character, at least three bytes of whole characters after the beginning.
  /// - Returns: the first byte of the first character that does not lie in valid blocks altogether.
  private static func skipValidBlocks(of bytes: Span<UInt8>, from start: Int) -> Int {
    // Safe: the function reads between the two ends that it is given, and three bytes before `start`.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return start }
      return unsafe cs_skip_utf8(first, buffer.count, start)
    }
  }
}
