import JSON
import RandomInput
import Testing

/// RFC 8259, case by case: what must be read, and what must be refused and where.
@Suite struct ConformanceTests {
  @Test(arguments: [
    // document, rendered
    ("null", "null"), ("true", "true"), ("false", "false"), (" \t\r\n1 \t\r\n", "1"),
    ("0", "0"), ("-0", "-0"), ("-1", "-1"), ("10", "10"), ("0.0", "0.0"), ("1.50", "1.50"), ("1e5", "1e5"),
    ("1E+05", "1E+05"), ("0e-0", "0e-0"), ("123456789012345678901234567890", "123456789012345678901234567890"),
    ("\"\"", "\"\""), ("\"a\u{7F}\"", "\"a\u{7F}\""), (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#),
    (#""\u0041\u00e9\u20AC""#, "\"Aé€\""), (#""\ud83d\ude00""#, "\"😀\""), (#""\uDBFF\uDFFF""#, "\"\u{10FFFF}\""),
    (#""\u0000""#, #""\u0000""#), ("\"\u{FEFF}\"", "\"\u{FEFF}\""), (#""\u2028\u0085""#, #""\u2028\u0085""#),
    ("\"\u{2028}\u{85}\u{202E}\"", #""\u2028\u0085\u202e""#), ("\"é€😀\"", "\"é€😀\""),
    ("[]", "[]"), ("[ ]", "[]"), ("[1]", "[1]"), ("[1 , [2],\n{}]", "[1,[2],{}]"), ("[[[[]]]]", "[[[[]]]]"),
    ("{}", "{}"), ("{\n}", "{}"), (#"{"a":1}"#, #"{"a":1}"#), (#"{ "b" : [ ] , "a" : null }"#, #"{"b":[],"a":null}"#),
    (#"{"":0," ":1}"#, #"{"":0," ":1}"#), (#"{"é":1,"e\u0301":2}"#, "{\"é\":1,\"e\u{301}\":2}"),
  ])
  func accepted(document: String, rendered: String) throws {
    #expect(try parse(document).value.rendered.utf8.elementsEqual(rendered.utf8))
  }

  @Test(arguments: [
    // document, line, column, message
    ("", 1, 1, "expected a value, found the end of the document"),
    (" \n ", 2, 2, "expected a value, found the end of the document"),
    ("nul", 1, 1, "expected the literal null, found the end of the document"),
    ("True", 1, 1, "expected a value, found 'T'"),
    ("NaN", 1, 1, "expected a value, found 'N'"), ("-Infinity", 1, 2, "expected a digit, found 'I'"),
    ("+1", 1, 1, "expected a value, found '+'"), (".5", 1, 1, "expected a value, found '.'"),
    ("1.", 1, 3, "expected a digit, found the end of the document"),
    ("1.e1", 1, 3, "expected a digit, found 'e'"), ("1e", 1, 3, "expected a digit, found the end of the document"),
    ("1e+", 1, 4, "expected a digit, found the end of the document"),
    ("-", 1, 2, "expected a digit, found the end of the document"),
    ("01", 1, 1, "a number must not begin with 0 followed by more digits"),
    ("[-01]", 1, 3, "a number must not begin with 0 followed by more digits"),
    ("0x1", 1, 2, "expected nothing more after the end of the document, found 'x'"),
    ("1 2", 1, 3, "expected nothing more after the end of the document, found '2'"),
    ("{}}", 1, 3, "expected nothing more after the end of the document, found '}'"),
    ("truefalse", 1, 5, "expected nothing more after the end of the document, found 'f'"),
    ("[", 1, 2, "expected a value or ']', found the end of the document"),
    ("[1", 1, 3, "expected ',' or ']', found the end of the document"),
    ("[1,]", 1, 4, "expected a value, found ']'"), ("[,1]", 1, 2, "expected a value or ']', found ','"),
    ("[1 2]", 1, 4, "expected ',' or ']', found '2'"), ("[1}", 1, 3, "expected ',' or ']', found '}'"),
    ("]", 1, 1, "expected a value, found ']'"),
    ("{", 1, 2, "expected a name in double quotes or '}', found the end of the document"),
    ("{a:1}", 1, 2, "expected a name in double quotes or '}', found 'a'"),
    ("{'a':1}", 1, 2, "expected a name in double quotes or '}', found '''"),
    ("{\"a\"}", 1, 5, "expected ':' after the name, found '}'"),
    ("{\"a\" 1}", 1, 6, "expected ':' after the name, found '1'"),
    ("{\"a\":}", 1, 6, "expected a value, found '}'"),
    ("{\"a\":1,}", 1, 8, "expected a name in double quotes, found '}'"),
    ("{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}', found '\"'"),
    ("{1:1}", 1, 2, "expected a name in double quotes or '}', found '1'"),
    ("{\n  \"a\": 1,\n  \"b\": 2,\n  \"a\": 3\n}", 4, 3, "the name \"a\" stands twice in this object"),
    (#"{"a":1,"\u0061":2}"#, 1, 8, "the name \"a\" stands twice in this object"),
    ("// x\n1", 1, 1, "expected a value, found '/'"), ("[1,/*x*/2]", 1, 4, "expected a value, found '/'"),
    ("\"", 1, 2, "expected a closing double quote, found the end of the document"),
    ("\"a\nb\"", 1, 3, "a control character inside a string must be written as \\u000A"),
    ("\"\u{0}\"", 1, 2, "a control character inside a string must be written as \\u0000"),
    ("\"\\x\"", 1, 3, "expected one of \" \\ / b f n r t u after the backslash, found 'x'"),
    ("\"\\", 1, 3, "expected one of \" \\ / b f n r t u after the backslash, found the end of the document"),
    ("\"\\u12G4\"", 1, 6, "expected four hexadecimal digits after \\u, found 'G'"),
    ("\"\\u12", 1, 6, "expected four hexadecimal digits after \\u, found the end of the document"),
    ("\"\\ud800\"", 1, 2, "\\uD800 is half of a surrogate pair without its other half"),
    ("\"\\udc00\\ud800\"", 1, 2, "\\uDC00 is half of a surrogate pair without its other half"),
    ("\"\\ud800\\ud800\"", 1, 2, "\\uD800 is half of a surrogate pair without its other half"),
    ("\"\\ud800\\n\"", 1, 2, "\\uD800 is half of a surrogate pair without its other half"),
    (
      "\u{FEFF}1", 1, 1,
      "the document begins with a byte order mark, which JSON does not allow; save it as UTF-8 without one"
    ),
    ("[\u{A0}1]", 1, 2, "expected a value or ']', found U+00A0"),
    ("[😀]", 1, 2, "expected a value or ']', found U+1F600"), ("[\"é😀\" x", 1, 7, "expected ',' or ']', found 'x'"),
    ("\u{C}1", 1, 1, "expected a value, found U+000C"),
  ])
  func refused(document: String, line: Int, column: Int, message: String) {
    let error = #expect(throws: JSONError.self) { try parse(document) }
    #expect(error?.message == "line \(line), column \(column): \(message)")
  }

  @Test(
    arguments: [
      ([0x22, 0x80, 0x22], 1), ([0x22, 0xC0, 0xAF, 0x22], 1), ([0x22, 0x61, 0xED, 0xA0, 0x80, 0x22], 2),
      ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1), ([0xFF], 0), ([0x31, 0x20, 0xC3], 2),
      ([0x22, 0xE0, 0x9F, 0xBF, 0x22], 1), ([0x22, 0xF8, 0x88, 0x80, 0x80, 0x80, 0x22], 1),
    ] as [([UInt8], Int)])
  func badUTF8(document: [UInt8], offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSONParser.parse(document) }
    #expect(error?.offset == offset)
    guard case .invalidUTF8 = error?.problem else {
      Issue.record("the problem is \(String(describing: error?.message))")
      return
    }
  }
}
