import JSON
import RandomInput
import Testing

@testable import TaskModel

@Suite struct TerminationMessageTests {
  private struct Message {
    let whole: [UInt8]
    let first: [JSONMember]
    let second: [JSONMember]

    func text(_ name: String) -> String? {
      for member in first + second where member.name == name {
        if case .string(let text) = member.node.value { return text }
      }
      return nil
    }

    var isComplete: Bool? {
      for member in second where member.name == "output_complete" {
        if case .bool(let bool) = member.node.value { return bool }
      }
      return nil
    }
  }

  /// Parses a message as its readers do, and checks what holds for every one.
  private func read(_ bytes: [UInt8]) throws -> Message {
    #expect(bytes.count <= 4_096)
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    try #require(lines.count == 3)
    #expect(lines[2].isEmpty)
    #expect(lines[0].count + 1 <= 1_000)
    guard case .object(let first) = try JSONParser.parse(lines[0]).value,
      case .object(let second) = try JSONParser.parse(lines[1]).value
    else {
      throw ParsingFailed()
    }
    return Message(whole: bytes, first: first, second: second)
  }

  private struct ParsingFailed: Error {}

  private func compose(
    _ verdict: Verdict = Verdict(.exited, exitCode: 0, message: "the script exited with status 0"),
    output: OutputTail = OutputTail(bytes: [], isWhole: true), error: OutputTail = OutputTail(bytes: [], isWhole: true),
    identifier: String? = nil
  ) throws -> Message {
    try read(
      TerminationMessage.compose(
        verdict, run: "9f1c0000000000000000000000000000", identifier: identifier, duration: .milliseconds(1_203),
        standardOutput: output, standardError: error))
  }

  @Test func saysTheVerdict() throws {
    let message = try compose(
      output: OutputTail(bytes: "hello\n".bytes, isWhole: true), error: OutputTail(bytes: "é".bytes, isWhole: true),
      identifier: "abc")
    let expected =
      #"{"reason":"exited","exit_code":0,"duration_ms":1203,"run":"9f1c0000000000000000000000000000","id":"abc","#
      + #""message":"the script exited with status 0"}"# + "\n"
      + #"{"stdout_tail":"hello\n","stderr_tail":"é","output_complete":true}"# + "\n"
    #expect(String(decoding: message.whole, as: UTF8.self) == expected)
    let killed = try compose(Verdict(.timeout, signal: 9, message: "m"))
    #expect(killed.text("signal") == "SIGKILL")
    #expect(!killed.first.contains { $0.name == "exit_code" })
  }

  @Test func provisionalMessageSaysLost() throws {
    let bytes = TerminationMessage.provisional(run: "9f", identifier: "a\"b")
    #expect(bytes.last == 0x0A)
    #expect(bytes.count <= 1_000)
    guard case .object(let members) = try JSONParser.parse(bytes).value else {
      Issue.record("no object")
      return
    }
    #expect(members.map { $0.name } == ["reason", "run", "id", "message"])
    guard case .string("lost") = members[0].node.value else {
      Issue.record("another reason")
      return
    }
  }

  @Test func theFirstLineKeepsItsBoundWhateverIsInIt() throws {
    for filler in ["x", "\u{1}", "\"", "𝄞", "\u{202E}"] {
      let long = String(repeating: filler, count: 2_000)
      let message = try compose(Verdict(.invalidTask, exitCode: 255, signal: 64, message: "\(long)"), identifier: long)
      #expect(message.text("reason") == "invalid_task")
      #expect(message.text("message")?.hasSuffix("…") == true)
      #expect((message.text("message")?.utf8.count ?? 0) > 50)
    }
  }

  /// The tails are true ends of the output, cut between characters, as long as they can be, and `output_complete` says
  /// whether they are everything.
  @Test func tailsAreTheEndOfTheOutput() throws {
    var random = SeededGenerator(seed: 11)
    for round in 0..<400 {
      let longest = random.pick([0, 20, 1_000, 6_000])
      let output = random.hostileBytes(upTo: longest)
      let error = random.hostileBytes(upTo: random.pick([0, 20, 6_000]))
      let outputIsWhole = random.chance(70)
      let errorIsWhole = random.chance(70)
      let message = try compose(
        output: OutputTail(bytes: output, isWhole: outputIsWhole),
        error: OutputTail(bytes: error, isWhole: errorIsWhole))
      let shownOutput = try #require(message.text("stdout_tail"))
      let shownError = try #require(message.text("stderr_tail"))
      #expect(isEnd(shownOutput, of: output), "round \(round)")
      #expect(isEnd(shownError, of: error), "round \(round)")

      let isEverything =
        outputIsWhole && errorIsWhole && Array(shownOutput.utf8) == output && Array(shownError.utf8) == error
      #expect(message.isComplete == isEverything, "round \(round)")
      let isCut = shownOutput.utf8.count < repaired(output).count || shownError.utf8.count < repaired(error).count
      if isCut, outputIsWhole, errorIsWhole {
        // What was left out is one character that takes at most twelve bytes, in each of the two.
        #expect(message.whole.count > 4_096 - 24, "round \(round)")
      }
    }
  }

  /// Compares scalars, since a cut may fall between a base character and its accent.
  private func isEnd(_ shown: String, of bytes: [UInt8]) -> Bool {
    let whole = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    let end = Array(shown.unicodeScalars)
    return end.count <= whole.count && whole.suffix(end.count) == end[...]
  }

  private func repaired(_ bytes: [UInt8]) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  @Test func oneStreamUsesWhatTheOtherLeaves() throws {
    let much = OutputTail(bytes: Array(repeating: 0x61, count: 10_000), isWhole: false)
    let both = try compose(output: much, error: much)
    let output = both.text("stdout_tail")?.utf8.count ?? 0
    let error = both.text("stderr_tail")?.utf8.count ?? 0
    #expect(abs(output - error) <= 1)
    #expect(both.whole.count == 4_096)
    let alone = try compose(output: much, error: OutputTail(bytes: "oops".bytes, isWhole: true))
    #expect(alone.text("stderr_tail") == "oops")
    #expect(alone.whole.count == 4_096)
    let other = try compose(output: OutputTail(bytes: "ok".bytes, isWhole: true), error: much)
    #expect(other.text("stdout_tail") == "ok")
    #expect(other.whole.count == 4_096)
  }

  @Test func aCutAtTheBeginningLeavesNoHalfCharacter() throws {
    let tail = Array("€uro".utf8.dropFirst())
    #expect(try compose(output: OutputTail(bytes: tail, isWhole: false)).text("stdout_tail") == "uro")
    // A stream that really began so is shown as it was: with replacements, and not as complete.
    let whole = try compose(output: OutputTail(bytes: tail, isWhole: true))
    #expect(whole.text("stdout_tail")?.hasSuffix("uro") == true)
    #expect(whole.text("stdout_tail")?.unicodeScalars.first == "\u{FFFD}")
    #expect(whole.isComplete == false)
  }

  /// Against a search over every place.
  @Test func theCutIsTheEarliestThatFits() {
    var random = SeededGenerator(seed: 12)
    for _ in 0..<200 {
      let text = Array(String(decoding: random.hostileBytes(upTo: 60), as: UTF8.self).utf8)
      let room = random.number(0...80)
      var best = text.count
      for start in (0...text.count).reversed() where start == text.count || text[start] & 0xC0 != 0x80 {
        var escaped: [UInt8] = []
        _ = JSONEscape.append(text.span, from: start, room: 10_000, to: &escaped)
        if escaped.count <= room { best = start }
      }
      #expect(OutputTail.start(of: text, room: room) == best)
    }
  }
}
