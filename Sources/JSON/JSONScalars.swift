/// Numbers, literals and white space.
extension JSONReader {
  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  mutating func number() throws(JSONFault) -> JSONNumber {
    let start = index
    _ = next(is: UInt8(ascii: "-"))
    if next(is: UInt8(ascii: "0")) {
      if isDigit(at: index) { throw JSONFault(problem: .leadingZero, offset: index - 1) }
    } else {
      try digits()
    }
    if next(is: UInt8(ascii: ".")) { try digits() }
    if next(is: UInt8(ascii: "e")) || next(is: UInt8(ascii: "E")) {
      if !next(is: UInt8(ascii: "+")) { _ = next(is: UInt8(ascii: "-")) }
      try digits()
    }
    return JSONNumber(text: String(decoding: bytes[start..<index], as: UTF8.self))
  }

  private mutating func digits() throws(JSONFault) {
    guard isDigit(at: index) else { throw unexpected(.digit) }
    while isDigit(at: index) { index += 1 }
  }

  private func isDigit(at index: Int) -> Bool {
    index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
  }

  mutating func literal(_ text: String) throws(JSONFault) {
    let start = index
    for byte in text.utf8 {
      guard next(is: byte) else {
        throw JSONFault(problem: .unexpected(found: found(at: index), expected: .literal(text)), offset: start)
      }
    }
  }

  /// Space, tab, line feed and carriage return: nothing else is white space in JSON.
  mutating func skipWhiteSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  /// Steps over `byte` if it comes next.
  mutating func next(is byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  func unexpected(_ expected: JSONExpectation) -> JSONFault {
    JSONFault(problem: .unexpected(found: found(at: index), expected: expected), offset: index)
  }

  /// The scalar at a place; the document was found to be valid UTF-8 before.
  func found(at index: Int) -> JSONFound {
    guard index < bytes.count else { return .endOfDocument }
    let lead = bytes[index]
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard length > 1, index + length <= bytes.count else { return .character(Unicode.Scalar(lead)) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for following in bytes[(index + 1)..<(index + length)] { value = value << 6 | UInt32(following & 0x3F) }
    return .character(Unicode.Scalar(value) ?? "\u{FFFD}")
  }
}
