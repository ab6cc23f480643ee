import LinuxSystem
import Testing

@testable import ToolCommands

@Suite("Profiles that were learned")
struct LearnedCallsTests {
  private func number(_ call: String) throws -> Int32 { try #require(SeccompCallNumbers(.native).number(of: call)) }

  @Test("what was seen is allowed, and with the selector that was seen")
  func selectors() throws {
    var calls = LearnedCalls()
    calls.note(try number("socket"), [1, 2, 3, 4, 5, 6])
    calls.note(try number("clone"), [0x11, 0, 0, 0, 0, 0])
    calls.note(try number("read"), [3, 0, 0, 0, 0, 0])
    calls.note(4999, [0, 0, 0, 0, 0, 0])
    let rules = calls.rules
    #expect(rules.answer(to: "socket", [1, 9, 9, 9, 9, 9]) == .allow)
    #expect(rules.answer(to: "socket", [2, 2, 3, 4, 5, 6]) == .fail(1))
    #expect(rules.answer(to: "clone", [0x3D0F00, 0, 0, 0, 0, 0]) == .allow)
    #expect(rules.answer(to: "clone", [0x1000_0000, 0, 0, 0, 0, 0]) == .fail(1))
    #expect(rules.answer(to: "read", [9, 9, 9, 9, 9, 9]) == .allow)
    #expect(rules.answer(to: "write", [1, 0, 0, 0, 0, 0]) == .fail(1))
    #expect(rules.answer(to: "clone3", [0, 0, 0, 0, 0, 0]) == .fail(38))
    #expect(rules.answer(to: "execve", [0, 0, 0, 0, 0, 0]) == .allow)
    #expect(calls.unnamed == [4999] && calls.total == 4)
  }

  @Test("runs add up")
  func adding() throws {
    var (first, second) = (LearnedCalls(), LearnedCalls())
    first.note(try number("socket"), [1, 0, 0, 0, 0, 0])
    second.note(try number("socket"), [2, 0, 0, 0, 0, 0])
    second.note(try number("mkdirat"), [0, 0, 0, 0, 0, 0])
    let sum = first.rules.adding(second.rules)
    #expect(sum.calls["socket"]?.count == 2 && sum.calls["mkdirat"] != nil)
    #expect(first.rules.adding(first.rules) == first.rules)
  }
}
