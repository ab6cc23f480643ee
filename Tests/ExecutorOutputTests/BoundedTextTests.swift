import RandomInput
import Testing

@testable import ExecutorOutput

@Suite struct BoundedTextTests {
  private func text(_ bounded: BoundedText) -> String {
    String(decoding: bounded.pieces.joined(), as: UTF8.self)
  }

  @Test func whatFitsIsWhole() {
    var bounded = BoundedText(.init(bytes: 100, lines: 10))
    bounded.append(Array("one\ntwo\n".utf8))
    bounded.finish()
    #expect(bounded.leftOutBytes == nil)
    #expect(text(bounded) == "one\ntwo\n")
    #expect(bounded.size.bytes == 8)
  }

  @Test func beginningAndEndAreKept() {
    var bounded = BoundedText(.init(bytes: 1 << 20, lines: 100))
    for number in 0..<1000 { bounded.append(Array("line \(number)\n".utf8)) }
    bounded.finish()
    let lines = text(bounded).split(separator: "\n")
    #expect(lines.first == "line 0")
    #expect(lines.last == "line 999")
    #expect(lines.count <= 101)
    #expect(lines.contains { $0.hasPrefix("[warder: ") && $0.hasSuffix(" bytes of output are left out here]") })
  }

  @Test func aGapOfSomebodyElseIsNamed() {
    var bounded = BoundedText(.init(bytes: 100, lines: 100))
    bounded.append(Array("begin".utf8))
    bounded.leaveOut(bytes: 5)
    bounded.append(Array("end\n".utf8))
    bounded.finish()
    #expect(text(bounded) == "begin\n[warder: 5 bytes of output are left out here]\nend\n")
  }

  /// Nothing is lost silently: what is kept and what is said to be missing is everything, the budget holds, and no character
  /// is cut.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func everyByteIsAccountedFor(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let budget = BoundedText.Budget(bytes: 40 + generator.size(below: 4000), lines: 8 + generator.size(below: 40))
    var bounded = BoundedText(budget)
    var all: [UInt8] = []
    var foreign: UInt64 = 0
    for _ in 0..<generator.size(below: 60) {
      if generator.oneIn(30) {
        let gap = UInt64(generator.size(below: 1000))
        bounded.leaveOut(bytes: gap)
        foreign += gap
      }
      let more = Array(generator.text(scalars: generator.size(below: 120)).utf8)
      bounded.append(more)
      all += more
    }
    bounded.finish()
    for candidate in [bounded, bounded.limited(to: .init(bytes: budget.bytes / 2, lines: budget.lines / 2))] {
      let pieces = candidate.pieces
      let kept = pieces[0] + (pieces.count == 3 ? pieces[2] : [])
      #expect(UInt64(kept.count) + (candidate.leftOutBytes ?? 0) == UInt64(all.count) + foreign)
      #expect(all.starts(with: pieces[0]))
      if pieces.count == 3 { #expect(all.suffix(pieces[2].count).elementsEqual(pieces[2])) }
      #expect(pieces.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
    }
    #expect(bounded.size.bytes <= budget.bytes)
    #expect(bounded.size.lines <= budget.lines + 1)
  }
}
