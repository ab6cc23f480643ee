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
}

/// Validation by blocks. Compiled for speed even where everything else is compiled for size: all of a script's output
/// passes here.
extension UTF8Scan {
  /// - Parameter start: the first byte of a character, at least three bytes of whole characters after the beginning.
  /// - Returns: the first byte of the first character that does not lie in valid blocks altogether.
  @_optimize(speed)
  private static func skipValidBlocks(of bytes: Span<UInt8>, from start: Int) -> Int {
    // Safe: a byte has no padding and no invalid pattern, and every load checks its bounds.
    let raw = unsafe bytes.bytes
    var index = start
    let lastBlock = bytes.count - 16
    while index <= lastBlock {
      let block = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: ByteBlock.self)
      let before = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index - 1, as: ByteBlock.self)
      // ASCII, and nothing before it that would have to go on.
      if !(block | before).isMarked {
        index += 16
        continue
      }
      let twoBefore = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index - 2, as: ByteBlock.self)
      let threeBefore = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index - 3, as: ByteBlock.self)
      if mistakes(in: block, after: before, twoBefore, threeBefore).isMarked { break }
      index += 16
    }
    // Back to the beginning of a character that reaches beyond the last good block.
    if index > start, bytes[index - 1] >= 0xC0 { return index - 1 }
    if index > start, bytes[index - 2] >= 0xE0 { return index - 2 }
    if index > start, bytes[index - 3] >= 0xF0 { return index - 3 }
    return index
  }

  /// Marks the bytes that are not what the bytes before them demand: for each byte of a block, that many before it.
  @inline(__always)
  private static func mistakes(
    in block: ByteBlock, after before: ByteBlock, _ twoBefore: ByteBlock, _ threeBefore: ByteBlock
  ) -> ByteBlock {
    let bit6 = block.raised(1)
    let bit5 = block.raised(2)
    let lead = before & before.raised(1)
    let leadOfThree = lead & before.raised(2)
    let leadOfFour = leadOfThree & before.raised(3)

    // A byte is a continuation (10xxxxxx) if and only if one of the three before it demands one.
    let demanded =
      lead | (twoBefore & twoBefore.raised(1) & twoBefore.raised(2))
      | (threeBefore & threeBefore.raised(1) & threeBefore.raised(2) & threeBefore.raised(3))
    var wrong = (block & ~bit6) ^ demanded

    // From here on a byte is subtracted from 0x80 to mark it where it is zero.
    let top = ByteBlock(each: 0x80)
    // C0 and C1 begin overlong forms.
    wrong |= block & bit6 & ~bit5 & (top &- (block & ByteBlock(each: 0x1E)))
    // E0 goes on with A0 or above, ED with 9F or below.
    let nibble = before & ByteBlock(each: 0x0F)
    let isZero = top &- nibble
    let isD = top &- (nibble ^ ByteBlock(each: 0x0D))
    wrong |= leadOfThree & ~leadOfFour & ((isZero & ~bit5) | (isD & bit5))
    // F0 goes on with 90 or above, F4 with 8F or below, and nothing begins with F5 or above.
    if leadOfFour.isMarked {
      let from90 = bit5 | block.raised(3)
      let is4 = top &- (nibble ^ ByteBlock(each: 0x04))
      let isAbove4 = nibble &+ ByteBlock(each: 0x7B)
      wrong |= leadOfFour & ((isZero & ~from90) | (is4 & from90) | isAbove4)
    }
    return wrong
  }
}
