import RandomInput
import Testing
import ToolCommands

@Suite struct TerminalTextTests {
  @Test(arguments: [
    ("plain ü 漢 🙂\n\ttab", "plain ü 漢 🙂\n\ttab"), ("\u{1B}[31mred", "\\u{1b}[31mred"), ("a\rb", "a\\u{d}b"),
    ("\u{9B}2J", "\\u{9b}2J"), ("\u{202E}reversed", "\\u{202e}reversed"), ("\u{7F}", "\\u{7f}"),
    ("\u{2066}isolate\u{2069}", "\\u{2066}isolate\\u{2069}"),
  ]) func controlsBecomeVisible(text: String, shown: String) {
    #expect(String(decoding: TerminalText.neutralized(Array(text.utf8)), as: UTF8.self) == shown)
  }

  @Test func whatIsNoTextIsReplaced() {
    #expect(TerminalText.neutralized([0x61, 0xFF]) == Array("a\u{FFFD}".utf8))
  }

  @Test(arguments: 0..<300) func nothingIsLeftThatATerminalObeys(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bytes = random.oneIn(2) ? random.bytes(count: 200) : Array(random.text(scalars: 100).utf8)
    for scalar in String(decoding: TerminalText.neutralized(bytes), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control: #expect(scalar == "\n" || scalar == "\t", "seed \(seed)")
      case .lineSeparator, .paragraphSeparator: Issue.record("seed \(seed)")
      default: break
      }
    }
  }
}
