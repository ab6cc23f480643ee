import JSON
import RandomInput
import Testing

@Suite struct SameBytesTests {
  @Test func comparesBytesAndNotMeaning() {
    #expect("abc".hasSameBytes(as: "abc"))
    #expect(!"abc".hasSameBytes(as: "abd"))
    #expect(!"abc".hasSameBytes(as: "ab"))
    #expect("".hasSameBytes(as: ""))
    let composed = "\u{E9}"
    let decomposed = "e\u{301}"
    #expect(composed == decomposed && !composed.hasSameBytes(as: decomposed))
    #expect(
      "a string too long for the small form".hasSameBytes(as: "a string too long for the small form" as StaticString))
  }

  @Test func orderIsThatOfTheBytes() {
    for seed in 0..<2_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let one = generator.text(scalars: generator.size(below: 4))
      let other = generator.text(scalars: generator.size(below: 4))
      let expected =
        one.utf8.lexicographicallyPrecedes(other.utf8) ? -1 : other.utf8.lexicographicallyPrecedes(one.utf8) ? 1 : 0
      #expect(one.order(comparedWith: other).signum() == expected, "seed \(seed)")
    }
  }
}
