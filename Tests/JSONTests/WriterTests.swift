import JSON
import RandomInput
import Testing

@Suite struct WriterTests {
  @Test func commasColonsAndNesting() {
    var writer = JSONWriter(appendingTo: Array("> ".utf8))
    writer.beginObject()
    writer.key("a")
    writer.integer(Int64.min)
    writer.key("b")
    writer.beginArray()
    writer.unsigned(.max)
    writer.bool(true)
    writer.bool(false)
    writer.null()
    writer.beginObject()
    writer.endObject()
    writer.beginArray()
    writer.endArray()
    writer.endArray()
    writer.key("c\n")
    writer.string("\u{1B}[2J")
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"> {"a":-9223372036854775808,"b":[18446744073709551615,true,false,null,{},[]],"c\n":"\u001b[2J"}"#)
  }

  @Test func indentedForPeople() {
    var writer = JSONWriter(indented: true)
    writer.beginObject()
    writer.key("a")
    writer.beginArray()
    writer.integer(1)
    writer.integer(2)
    writer.endArray()
    writer.key("b")
    writer.beginObject()
    writer.endObject()
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self) == """
        {
          "a": [
            1,
            2
          ],
          "b": {}
        }
        """)
  }

  @Test func everyLayoutOfARandomValueReadsBackTheSame() throws {
    for seed in 0..<500 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let value = JSONValue.random(depth: 5, using: &generator)
      for indented in [false, true] {
        var writer = JSONWriter(indented: indented)
        writer.write(value)
        let back = try JSONParser.parse(writer.bytes)
        #expect(back.value.rendered.utf8.elementsEqual(value.rendered.utf8), "seed \(seed)")
      }
    }
  }

  @Test func aStringIsCutByItsEscapedLength() throws {
    for seed in 0..<2_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let text = generator.text(scalars: generator.size(below: 30))
      let room = Int.random(in: 3...80, using: &generator)
      var writer = JSONWriter()
      writer.string(text, room: room)
      #expect(writer.bytes.count <= room + 2, "seed \(seed)")
      guard case .string(let back) = try JSONParser.parse(writer.bytes).value else {
        Issue.record("no string, seed \(seed)")
        return
      }
      if back.utf8.elementsEqual(text.utf8) { continue }
      #expect(back.unicodeScalars.last == "…", "seed \(seed)")
      #expect(text.utf8.starts(with: back.utf8.dropLast(3)), "seed \(seed)")
      var whole = JSONWriter()
      whole.string(text)
      #expect(whole.bytes.count > room + 2, "cut without need, seed \(seed)")
    }
  }

  @Test(arguments: [0, 7, 10, 99, 100, 12345, UInt64.max])
  func decimals(value: UInt64) {
    var bytes: [UInt8] = []
    bytes.appendDecimal(value)
    #expect(String(decoding: bytes, as: UTF8.self) == String(value))
    bytes = []
    bytes.appendDecimal(value, digits: 3)
    #expect(String(decoding: bytes, as: UTF8.self) == String("00\(value)".suffix(3)))
  }
}
