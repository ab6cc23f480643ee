import JSON
import RandomInput
import Testing

/// Numbers, places and limits.
@Suite struct ParserTests {
  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("42", 42), ("-42", -42), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil), ("92233720368547758070", nil), ("1.0", nil),
      ("1e2", nil), ("-1E0", nil),
    ] as [(String, Int64?)])
  func integers(text: String, expected: Int64?) throws {
    guard case .number(let number) = try parse(text).value else {
      Issue.record("\(text) is no number")
      return
    }
    #expect(number.text == text)
    #expect(number.integer == expected)
  }

  @Test func offsetsPointAtNamesAndValues() throws {
    let text = #"  { "é" : [ 1, "x" ] , "b":{ } }"#
    let bytes = Array(text.utf8)
    let root = try parse(text)
    guard case .object(let members) = root.value, case .array(let nodes) = members[0].node.value else {
      Issue.record("not an object with an array")
      return
    }
    #expect(bytes[root.offset] == UInt8(ascii: "{"))
    #expect(members.map { bytes[$0.nameOffset] } == [UInt8(ascii: "\""), UInt8(ascii: "\"")])
    #expect(bytes[members[0].node.offset] == UInt8(ascii: "["))
    #expect(nodes.map { bytes[$0.offset] } == [UInt8(ascii: "1"), UInt8(ascii: "\"")])
    #expect(bytes[members[1].node.offset] == UInt8(ascii: "{"))
  }

  @Test(arguments: [
    (0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 2, 1), (5, 3, 1), (8, 3, 2), (99, 3, 2),
  ])
  func positions(offset: Int, line: Int, column: Int) {
    // a é LF LF €
    let position = JSONParser.position(of: offset, in: Array("aé\n\n€".utf8))
    #expect(position.line == line && position.column == column)
  }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    let limits = JSONLimits(maximumBytes: 1 << 20, maximumDepth: 5, maximumMembers: 10)
    _ = try parse(nested(5), limits: limits)
    let error = #expect(throws: JSONError.self) { try parse(nested(6), limits: limits) }
    #expect(error?.message == "line 1, column 6: arrays and objects are nested more than 5 deep")
    // Nothing that the caller asks for opens the stack to a document.
    let boundless = JSONLimits(maximumBytes: 1 << 20, maximumDepth: .max, maximumMembers: 10)
    _ = try parse(nested(JSONLimits.deepestPossible), limits: boundless)
    #expect(throws: JSONError.self) { try parse(nested(400_000), limits: boundless) }
    #expect(throws: JSONError.self) { try parse(String(repeating: "{\"a\":", count: 100_000), limits: boundless) }
  }

  @Test func sizeIsBounded() throws {
    let limits = JSONLimits(maximumBytes: 4, maximumDepth: 5, maximumMembers: 10)
    _ = try parse("1234", limits: limits)
    let error = #expect(throws: JSONError.self) { try parse("12345", limits: limits) }
    #expect(error?.problem.message == "the document has 5 bytes, more than the 4 allowed")
  }

  @Test func membersAndValuesAreBounded() throws {
    let limits = JSONLimits(maximumBytes: 1 << 20, maximumDepth: 5, maximumMembers: 2, maximumValues: 4)
    _ = try parse(#"{"a":1,"b":2}"#, limits: limits)
    #expect(throws: JSONError.self) { try parse(#"{"a":1,"b":2,"c":3}"#, limits: limits) }
    _ = try parse("[1,2,3]", limits: limits)
    #expect(throws: JSONError.self) { try parse("[1,2,3,4]", limits: limits) }
  }

  @Test func manyNamesAreToldApartAndTheLateDuplicateIsFound() throws {
    let limits = JSONLimits(maximumBytes: 1 << 24, maximumDepth: 2, maximumMembers: 60_000, maximumValues: 100_000)
    var generator = SeededGenerator(seed: 11)
    let names = (0..<50_000).map { "n\($0)" }.shuffled(using: &generator)
    let members = names.map { "\"\($0)\":1" }.joined(separator: ",")
    _ = try parse("{\(members)}", limits: limits)
    let repeated = names[31_337]
    let error = #expect(throws: JSONError.self) { try parse("{\(members),\"\(repeated)\":1}", limits: limits) }
    #expect(error?.problem.message == "the name \"\(repeated)\" stands twice in this object")
  }
}
