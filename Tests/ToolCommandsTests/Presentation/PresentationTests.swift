import Testing
import WarderFrames

@testable import ToolCommands

@Suite struct PresentationTests {
  private static func presentation(isTerminal: Bool, isColored: Bool) -> Presentation {
    let channel = Presentation.Channel(isTerminal: isTerminal, isColored: isColored)
    return Presentation(stdout: channel, stderr: channel)
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func aProgramGetsTheBytes() {
    let plain = Self.presentation(isTerminal: false, isColored: false)
    let bytes: [UInt8] = [0x1B, 0xFF, 0x0A]
    #expect(plain.script(bytes, .stdout) == bytes && plain.script(bytes, .stderr) == bytes)
    #expect(Self.text(plain.notice("a\n\u{1B}b", .failure)) == "warder: a\\n\\u{1b}b\n")
  }

  @Test func eyesGetHarmlessText() {
    for isColored in [false, true] {
      let shown = Self.presentation(isTerminal: !isColored, isColored: isColored)
      #expect(Self.text(shown.script(Array("\u{1B}[2J\n".utf8), .stdout)) == "\\u{1b}[2J\n")
    }
  }

  @Test func standardErrorHasItsColourLineByLine() {
    let colored = Self.presentation(isTerminal: true, isColored: true)
    #expect(
      Self.text(colored.script(Array("one\n\ntwo".utf8), .stderr)) == "\u{1B}[91mone\u{1B}[0m\n\n\u{1B}[91mtwo\u{1B}[0m"
    )
    #expect(Self.text(colored.script(Array("one\n".utf8), .stdout)) == "one\n")
  }

  @Test func theVerdictStandsByItselfOnATerminal() {
    let line = VerdictLine(RunAssembler.results(ofLog: [])[0])
    let plain = Self.presentation(isTerminal: true, isColored: false)
    #expect(Self.text(plain.verdict(line)).hasPrefix("? no verdict"))
    #expect(Self.text(Self.presentation(isTerminal: false, isColored: false).verdict(line)).hasPrefix("warder: ? no"))
  }
}
