/// A strict parser of RFC 8259: one value, no byte order mark, no comments, no trailing commas, nothing after the
/// value, no duplicate names, valid UTF-8 and whole surrogate pairs only.
package enum JSONParser {
  /// Parses a whole document.
  ///
  /// - Parameters:
  ///   - bytes: the document, UTF-8.
  ///   - limits: what it may cost.
  /// - Throws: the first problem, with its place. Bad UTF-8 anywhere is reported before any mistake of grammar.
  package static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSONNode {
    var reader = JSONReader(bytes: bytes, limits: limits)
    do throws(JSONFault) {
      return try reader.document()
    } catch {
      throw JSONError(
        problem: error.problem, offset: error.offset, position: position(of: error.offset, in: bytes))
    }
  }

  /// Line and column of a byte; an offset beyond the end means the end.
  package static func position(of offset: Int, in bytes: [UInt8]) -> JSONPosition {
    var line = 1
    var column = 1
    var index = 0
    let end = min(offset, bytes.count)
    while index < end {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else {
        // A scalar is counted at its last byte, so that an offset inside one still names that scalar.
        let isInside = index + 1 < bytes.count && bytes[index + 1] & 0xC0 == 0x80 && byte >= 0x80
        if !isInside { column += 1 }
      }
      index += 1
    }
    return JSONPosition(line: line, column: column)
  }
}

/// A problem before its line and column were worked out.
struct JSONFault: Error {
  let problem: JSONProblem
  let offset: Int
}

/// The recursive descent. Every level of nesting is one call of `value(depth:)`, and there are never more than
/// `maximumDepth` of them.
struct JSONReader {
  let bytes: [UInt8]
  let limits: JSONLimits
  let maximumDepth: Int
  var index = 0
  private var values = 0

  init(bytes: [UInt8], limits: JSONLimits) {
    self.bytes = bytes
    self.limits = limits
    maximumDepth = min(limits.maximumDepth, JSONLimits.deepestPossible)
  }

  mutating func document() throws(JSONFault) -> JSONNode {
    guard bytes.count <= limits.maximumBytes else {
      throw JSONFault(
        problem: .tooLarge(bytes: bytes.count, maximum: limits.maximumBytes), offset: limits.maximumBytes)
    }
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw JSONFault(problem: .byteOrderMark, offset: 0)
    }
    // Checked once here, so that every later slice is known to be good.
    let scan = UTF8Scan(bytes.span)
    if scan.end < bytes.count { throw JSONFault(problem: .invalidUTF8, offset: scan.end) }
    skipWhiteSpace()
    let node = try value(depth: 0, expected: .value)
    skipWhiteSpace()
    if index < bytes.count { throw JSONFault(problem: .trailingData(found: found(at: index)), offset: index) }
    return node
  }

  /// Reads the value that begins at `index`, with `depth` arrays and objects open around it.
  private mutating func value(depth: Int, expected: JSONExpectation) throws(JSONFault) -> JSONNode {
    let start = index
    values += 1
    guard values <= limits.maximumValues else {
      throw JSONFault(problem: .tooManyValues(maximum: limits.maximumValues), offset: start)
    }
    guard start < bytes.count else { throw unexpected(expected) }
    switch bytes[start] {
    case UInt8(ascii: "{"):
      return JSONNode(value: .object(try members(depth: depth + 1)), offset: start)
    case UInt8(ascii: "["):
      return JSONNode(value: .array(try elements(depth: depth + 1)), offset: start)
    case UInt8(ascii: "\""):
      return JSONNode(value: .string(try string()), offset: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return JSONNode(value: .number(try number()), offset: start)
    case UInt8(ascii: "t"):
      try literal("true")
      return JSONNode(value: .bool(true), offset: start)
    case UInt8(ascii: "f"):
      try literal("false")
      return JSONNode(value: .bool(false), offset: start)
    case UInt8(ascii: "n"):
      try literal("null")
      return JSONNode(value: .null, offset: start)
    default:
      throw unexpected(expected)
    }
  }

  private mutating func elements(depth: Int) throws(JSONFault) -> [JSONNode] {
    try checkDepth(depth)
    index += 1
    var nodes: [JSONNode] = []
    skipWhiteSpace()
    if next(is: UInt8(ascii: "]")) { return nodes }
    var expected = JSONExpectation.valueOrEndOfArray
    while true {
      nodes.append(try value(depth: depth, expected: expected))
      skipWhiteSpace()
      if next(is: UInt8(ascii: "]")) { return nodes }
      guard next(is: UInt8(ascii: ",")) else { throw unexpected(.commaOrEndOfArray) }
      skipWhiteSpace()
      expected = .value
    }
  }

  private mutating func members(depth: Int) throws(JSONFault) -> [JSONMember] {
    try checkDepth(depth)
    index += 1
    var members: [JSONMember] = []
    var names = UniqueNames()
    skipWhiteSpace()
    if next(is: UInt8(ascii: "}")) { return members }
    var expected = JSONExpectation.nameOrEndOfObject
    while true {
      let nameOffset = index
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw unexpected(expected) }
      guard members.count < limits.maximumMembers else {
        throw JSONFault(problem: .tooManyMembers(maximum: limits.maximumMembers), offset: nameOffset)
      }
      let name = try string()
      guard names.insert(name, at: members.count, into: members) else {
        throw JSONFault(problem: .duplicateName(name), offset: nameOffset)
      }
      skipWhiteSpace()
      guard next(is: UInt8(ascii: ":")) else { throw unexpected(.colon) }
      skipWhiteSpace()
      members.append(
        JSONMember(name: name, nameOffset: nameOffset, node: try value(depth: depth, expected: .value)))
      skipWhiteSpace()
      if next(is: UInt8(ascii: "}")) { return members }
      guard next(is: UInt8(ascii: ",")) else { throw unexpected(.commaOrEndOfObject) }
      skipWhiteSpace()
      expected = .name
    }
  }

  private func checkDepth(_ depth: Int) throws(JSONFault) {
    guard depth <= maximumDepth else {
      throw JSONFault(problem: .tooDeep(maximum: maximumDepth), offset: index)
    }
  }
}
