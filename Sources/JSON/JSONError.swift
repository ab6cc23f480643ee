/// Why a document was refused, and where.
package struct JSONError: Error, Sendable {
  package let problem: JSONProblem
  /// Offset in bytes from the start of the document.
  package let offset: Int
  package let position: JSONPosition

  package init(problem: JSONProblem, offset: Int, position: JSONPosition) {
    self.problem = problem
    self.offset = offset
    self.position = position
  }

  /// The whole sentence: `line 3, column 5: expected ':' after the name, found '}'`.
  package var message: String {
    "line \(position.line), column \(position.column): \(problem.message)"
  }
}

/// A place in a text, as editors count it.
package struct JSONPosition: Sendable {
  /// From 1; a line ends with a line feed.
  package let line: Int
  /// From 1, in characters, of which every Unicode scalar is one; a byte that is not UTF-8 counts as one as well.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What can be wrong with a document.
package enum JSONProblem: Sendable {
  case tooLarge(bytes: Int, maximum: Int)
  case tooDeep(maximum: Int)
  case tooManyMembers(maximum: Int)
  case tooManyValues(maximum: Int)
  case byteOrderMark
  case invalidUTF8
  case unexpected(found: JSONFound, expected: JSONExpectation)
  case trailingData(found: JSONFound)
  case leadingZero
  case controlCharacter(UInt8)
  case loneSurrogate(UInt32)
  case duplicateName(String)

  /// What was expected and what was found, without the place.
  package var message: String {
    switch self {
    case .tooLarge(let bytes, let maximum):
      "the document has \(bytes) bytes, more than the \(maximum) allowed"
    case .tooDeep(let maximum):
      "arrays and objects are nested more than \(maximum) deep"
    case .tooManyMembers(let maximum):
      "the object has more than \(maximum) members"
    case .tooManyValues(let maximum):
      "the document has more than \(maximum) values"
    case .byteOrderMark:
      "the document begins with a byte order mark, which JSON does not allow; save it as UTF-8 without one"
    case .invalidUTF8:
      "the bytes here are not valid UTF-8"
    case .unexpected(let found, let expected):
      "expected \(expected.text), found \(found.text)"
    case .trailingData(let found):
      "expected nothing more after the end of the document, found \(found.text)"
    case .leadingZero:
      "a number must not begin with 0 followed by more digits"
    case .controlCharacter(let byte):
      "a control character inside a string must be written as \\u00\(hexadecimal(UInt32(byte), digits: 2))"
    case .loneSurrogate(let unit):
      "\\u\(hexadecimal(unit, digits: 4)) is half of a surrogate pair without its other half"
    case .duplicateName(let name):
      "the name \"\(name)\" stands twice in this object"
    }
  }
}

/// What stood where something else was expected.
package enum JSONFound: Sendable {
  case endOfDocument
  case character(Unicode.Scalar)

  var text: String {
    switch self {
    case .endOfDocument: "the end of the document"
    case .character(let scalar):
      // Anything that could move a terminal's cursor or hide is named by its number.
      scalar.value > 0x20 && scalar.value < 0x7F
        ? "'\(String(decoding: CollectionOfOne(UInt8(truncatingIfNeeded: scalar.value)), as: UTF8.self))'"
        : "U+\(hexadecimal(scalar.value, digits: 4))"
    }
  }
}

/// What the grammar allows at a place.
package enum JSONExpectation: Sendable {
  case value
  case valueOrEndOfArray
  case name
  case nameOrEndOfObject
  case colon
  case commaOrEndOfArray
  case commaOrEndOfObject
  case digit
  case hexadecimalDigit
  case escape
  case endOfString
  case literal(String)

  var text: String {
    switch self {
    case .value: "a value"
    case .valueOrEndOfArray: "a value or ']'"
    case .name: "a name in double quotes"
    case .nameOrEndOfObject: "a name in double quotes or '}'"
    case .colon: "':' after the name"
    case .commaOrEndOfArray: "',' or ']'"
    case .commaOrEndOfObject: "',' or '}'"
    case .digit: "a digit"
    case .hexadecimalDigit: "four hexadecimal digits after \\u"
    case .escape: "one of \" \\ / b f n r t u after the backslash"
    case .endOfString: "a closing double quote"
    case .literal(let text): "the literal \(text)"
    }
  }
}

/// `value` in upper-case hexadecimal, with zeros in front up to `digits`.
func hexadecimal(_ value: UInt32, digits: Int) -> String {
  var bytes: [UInt8] = []
  var shift = 28
  while shift >= 0 {
    let nibble = UInt8((value >> UInt32(shift)) & 0xF)
    if nibble != 0 || !bytes.isEmpty || shift < digits * 4 {
      bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10)
    }
    shift -= 4
  }
  return String(decoding: bytes, as: UTF8.self)
}
