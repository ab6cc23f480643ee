import Testing

@testable import TaskModel

@Suite struct EntryScriptTests {
  private func choose(
    _ names: [String], named: String? = nil, standardInput: String? = nil, directories: [String] = []
  ) throws(ScriptProblem) -> String {
    let entries =
      names.map { TaskDirectoryEntry(name: $0.bytes, isDirectory: false) }
      + directories.map { TaskDirectoryEntry(name: $0.bytes, isDirectory: true) }
    return try EntryScript.choose(
      named: named, standardInput: standardInput, entries: entries, runtimes: Runtime.builtIn, directory: "/task")
  }

  private func message(_ body: () throws(ScriptProblem) -> String) -> String {
    do throws(ScriptProblem) {
      return "chose " + (try body())
    } catch {
      return error.message
    }
  }

  @Test func findsTheScript() throws {
    #expect(try choose(["script.py"]) == "script.py")
    #expect(try choose(["data.csv", "script.sh", "other.py", "task.json"]) == "script.sh")
    #expect(try choose(["main"]) == "main")
    #expect(try choose(["main.rb", "task.json"]) == "main.rb")
    #expect(try choose(["main.py", "input.txt"], standardInput: "input.txt") == "main.py")
    #expect(try choose(["main.py", ".gitignore"]) == "main.py")
    #expect(try choose(["main.py"], directories: ["lib", "script.py"]) == "main.py")
    #expect(try choose(["..2026_11_21_09_00_00.123", "script.py"], directories: ["..data"]) == "script.py")
    #expect(try choose(["a.py", "b.py"], named: "b.py") == "b.py")
    #expect(try choose(["a.py"], named: "lib/run.py", directories: ["lib"]) == "lib/run.py")
    #expect(try choose(["task.json"], named: "task.json") == "task.json")
  }

  @Test func eachFailureHasItsSentence() {
    #expect(
      message { () throws(ScriptProblem) in try choose([]) }
        == #"the task directory "/task" holds no script; expected script.py, script.sh, or one file of any name"#)
    #expect(
      message { () throws(ScriptProblem) in try choose(["task.json"], directories: ["lib"]) }
        == #"the task directory "/task" holds no script; expected script.py, script.sh, or one file of any name"#)
    #expect(
      message { () throws(ScriptProblem) in try choose(["script.py", "script.sh"]) }
        == #"the task directory "/task" holds several files that could be the script ("script.py", "script.sh"); "#
        + "name one with script")
    #expect(
      message { () throws(ScriptProblem) in try choose(["a.py", "b.py"]) }
        == #"the task directory "/task" holds several files that could be the script ("a.py", "b.py"); "#
        + "name one with script")
    #expect(
      message { () throws(ScriptProblem) in try choose(["a.py"], named: "b.py") }
        == #"the script "/task/b.py" does not exist; its directory holds "a.py""#)
    #expect(
      message { () throws(ScriptProblem) in try choose(["a.py"], named: "lib", directories: ["lib"]) }
        == #"the script "/task/lib" is a directory; expected a regular file"#)
    #expect(
      message { () throws(ScriptProblem) in
        try EntryScript.choose(
          named: nil, standardInput: nil, entries: [TaskDirectoryEntry(name: [0x61, 0xFF], isDirectory: false)],
          runtimes: Runtime.builtIn, directory: "/task")
      } == #"the only file in the task directory "/task" has a name that is not UTF-8"#)
  }

  @Test func messagesAreOneShortLineEach() {
    let hostile = "a\nb\u{1B}[31m" + String(repeating: "x", count: 5_000)
    let problems: [ScriptProblem] = [
      .noTaskDirectory(path: hostile), .unreadableTaskDirectory(path: hostile, problem: "Permission denied (EACCES)"),
      .noScript(directory: hostile), .ambiguous(directory: hostile, names: Array(repeating: hostile, count: 500)),
      .missing(path: hostile, present: [hostile, hostile]), .badName(directory: hostile), .noVariable(name: hostile),
      .isDirectory(path: hostile), .notRegular(path: hostile), .unreadable(path: hostile, problem: "x"),
      .empty(path: hostile), .tooLarge(path: hostile, bytes: 2_000_000),
    ]
    var messages: Set<String> = []
    for problem in problems {
      #expect(messages.insert(problem.message).inserted)
      #expect(problem.message.utf8.count < 1_500)
      #expect(!problem.message.utf8.contains { $0 < 0x20 })
    }
    #expect(
      ScriptProblem.tooLarge(path: "/task/script.py", bytes: 2_000_000).message
        == #"the script "/task/script.py" has 2000000 bytes, more than the 1048576 allowed"#)
    #expect(
      ScriptProblem.ambiguous(directory: "/t", names: (0..<10).map { "\($0)" }).message.contains(#""7" and 2 more)"#))
  }
}
