import RandomInput
import Testing

@testable import ToolCommands

@Suite("The status line") struct StatusLineTests {
  private let whole = StatusFigures(
    phase: .running, elapsedMilliseconds: 3_210, deadlineMilliseconds: 300_000, memoryBytes: 84_000_000,
    memoryLimitBytes: 536_870_912, processes: 3, outputBytes: 1_234)

  @Test func everything() {
    #expect(
      StatusLine.text(whole, width: 100)
        == "running 3 s of 5 min · 84 MB of 537 MB · 3 processes · 1.2 kB written")
  }

  @Test("what is not known is left out, and nothing stands in its place")
  func unknown() {
    #expect(StatusLine.text(StatusFigures(), width: 80) == "starting · 0 B written")
    var figures = whole
    figures.memoryBytes = nil
    figures.processes = nil
    #expect(StatusLine.text(figures, width: 80) == "running 3 s of 5 min · 1.2 kB written")
    figures = whole
    figures.deadlineMilliseconds = nil
    figures.memoryLimitBytes = nil
    #expect(StatusLine.text(figures, width: 80) == "running 3 s · 84 MB · 3 processes · 1.2 kB written")
  }

  @Test(arguments: [
    (0, "0 s"), (999, "0 s"), (1_000, "1 s"), (59_999, "59 s"), (61_000, "1 min 01 s"), (7_320_000, "2 h 02 min"),
  ])
  func elapsed(_ milliseconds: Int64, _ shown: String) {
    let figures = StatusFigures(phase: .cancelling, elapsedMilliseconds: milliseconds)
    #expect(StatusLine.text(figures, width: 80) == "cancelling \(shown) · 0 B written")
  }

  @Test("is never wider than it may be, and loses whole parts from its end")
  func width() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      func sometimes<Value>(_ value: Value) -> Value? { generator.next() % 4 == 0 ? nil : value }
      let figures = StatusFigures(
        phase: [.starting, .running, .cancelling, .killing].randomElement(using: &generator)!,
        elapsedMilliseconds: sometimes(Int64(generator.next() >> (generator.next() % 60 + 1))),
        deadlineMilliseconds: sometimes(Int64(generator.next() % 604_800_000)),
        memoryBytes: sometimes(Int64(generator.next() >> (generator.next() % 60 + 1))),
        memoryLimitBytes: sometimes(Int64(generator.next() >> (generator.next() % 60 + 1))),
        processes: sometimes(Int(generator.next() % 5_000)), outputBytes: Int64(generator.next() >> 20))
      let longest = StatusLine.text(figures, width: .max)
      for width in [0, 1, 2, 7, 10, 20, 40, 79, 200] {
        let text = StatusLine.text(figures, width: width)
        #expect(text.count <= width, "\(text)")
        #expect(longest.hasPrefix(text.replacing("…", with: "")), "\(text) of \(longest)")
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
      }
    }
  }

  @Test func carriageReturnsBeginLines() {
    func shown(_ text: String) -> String { String(decoding: TerminalLines.lineFeeds(Array(text.utf8)), as: UTF8.self) }
    #expect(shown("a\r\nb\n") == "a\nb\n")
    #expect(shown("10%\r20%\r") == "10%\n20%\n")
    #expect(shown("\r\r\n") == "\n\n")
    #expect(shown("plain") == "plain")
  }
}
