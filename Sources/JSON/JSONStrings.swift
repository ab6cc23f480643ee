internal import CScan

/// Strings and their escapes.
extension JSONReader {
  /// Reads the string whose opening quote is at `index`.
  mutating func string() throws(JSONFault) -> String {
    index += 1
    let start = index
    try skipPlainCharacters()
    if bytes[index] == UInt8(ascii: "\"") {
      index += 1
      return String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
    }
    var decoded: [UInt8] = []
    var plainStart = start
    while bytes[index] == UInt8(ascii: "\\") {
      decoded.append(contentsOf: bytes[plainStart..<index])
      try escape(into: &decoded)
      plainStart = index
      try skipPlainCharacters()
    }
    decoded.append(contentsOf: bytes[plainStart..<index])
    index += 1
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Goes on to the next quote or backslash.
  private mutating func skipPlainCharacters() throws(JSONFault) {
    // Safe: the function reads between the two ends that it is given.
    index += unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return 0 }
      return unsafe cs_plain_length(first + index, buffer.count - index)
    }
    guard index < bytes.count else { throw unexpected(.endOfString) }
    let byte = bytes[index]
    if byte < 0x20 { throw JSONFault(problem: .controlCharacter(byte), offset: index) }
  }

  /// Decodes the escape whose backslash is at `index`.
  private mutating func escape(into decoded: inout [UInt8]) throws(JSONFault) {
    let start = index
    index += 1
    guard index < bytes.count else { throw unexpected(.escape) }
    let plain: UInt8
    switch bytes[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[index]
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "u"):
      index += 1
      append(try scalar(escapeAt: start), to: &decoded)
      return
    default: throw unexpected(.escape)
    }
    decoded.append(plain)
    index += 1
  }

  /// The scalar of `\uXXXX`, or of the two of them that make a surrogate pair.
  private mutating func scalar(escapeAt start: Int) throws(JSONFault) -> UInt32 {
    let first = try codeUnit()
    guard first & 0xF800 == 0xD800 else { return first }
    let lone = JSONFault(problem: .loneSurrogate(first), offset: start)
    guard first & 0xFC00 == 0xD800, next(is: UInt8(ascii: "\\")), next(is: UInt8(ascii: "u")) else { throw lone }
    let second = try codeUnit()
    guard second & 0xFC00 == 0xDC00 else { throw lone }
    return 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
  }

  private mutating func codeUnit() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard index < bytes.count else { throw unexpected(.hexadecimalDigit) }
      let byte = bytes[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw unexpected(.hexadecimalDigit)
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }

  /// Appends a scalar that is no surrogate, in UTF-8.
  private func append(_ scalar: UInt32, to decoded: inout [UInt8]) {
    if scalar < 0x80 {
      decoded.append(UInt8(scalar))
      return
    }
    if scalar < 0x800 {
      decoded.append(0xC0 | UInt8(scalar >> 6))
    } else {
      if scalar < 0x10000 {
        decoded.append(0xE0 | UInt8(scalar >> 12))
      } else {
        decoded.append(0xF0 | UInt8(scalar >> 18))
        decoded.append(0x80 | UInt8(scalar >> 12 & 0x3F))
      }
      decoded.append(0x80 | UInt8(scalar >> 6 & 0x3F))
    }
    decoded.append(0x80 | UInt8(scalar & 0x3F))
  }
}
