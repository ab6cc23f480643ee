import RandomInput
import Testing

@testable import TaskModel

@Suite struct TaskFileTests {
  @Test func takesRequests() throws {
    let configuration = try configuration(
      task: #"{"script": "main.py", "args": ["a", ""], "timeout": "1m30s", "open_files": 64, "stdin": "in/data.csv"}"#)
    #expect(configuration.timeout == .seconds(90))
    #expect(configuration.arguments == ["a".bytes, []])
    #expect(configuration.openFiles == 64)
    #expect(configuration.standardInputFile == "in/data.csv")
    guard case .taskDirectory(name: "main.py") = configuration.scriptSource else {
      Issue.record("the script is not main.py")
      return
    }
    #expect(configuration[.timeout].layer == .taskFile)
    #expect(configuration[.grace].layer == .builtIn)
  }

  /// No authority key passes, whatever its value: the task file lies among files that an agent may have written.
  @Test func refusesEveryAuthorityKeyByName() throws {
    var refused = 0
    for sample in KeySample.all where !sample.key.row.standing.permits(.taskFile) {
      let error = try #require(problem(task: #"{"\#(sample.key.row.name)": \#(sample.json ?? "null")}"#))
      #expect(error.kind == .notPermittedHere)
      #expect(error.message.hasPrefix("/task/task.json:1:2: \(sample.key.row.name) is not for a task file to set"))
      refused += 1
    }
    #expect(refused >= 2 * 13)
    for key: ConfigurationKey in [
      .seccomp, .network, .read, .write, .require, .disable, .environment, .passEnvironment, .log, .exitCode,
      .scriptEnvironment, .terminationMessage, .policy, .task,
    ] {
      #expect(!key.row.standing.permits(.taskFile), "\(key.row.name)")
    }
  }

  @Test(arguments: [
    (
      "{\n  \"timeout\": \"30s\",\n  \"timout\": 1\n}",
      "/task/task.json:3:3: a task file has no key \"timout\"; did you mean timeout?"
    ),
    (
      "{\n  \"timeout\": 30\n}",
      "/task/task.json:2:14: timeout: expected a string with a unit such as \"30s\", found the number 30"
    ),
    (
      "{\"timeout\": \"30s\", \"timeout\": \"1s\"}",
      "/task/task.json:1:20: the name \"timeout\" stands twice in this object"
    ),
    ("[]", "/task/task.json:1:1: the file: expected an object, found an array"),
    ("", "/task/task.json:1:1: expected a value, found the end of the document"),
    ("{\"open_files\": \"64\"}", "/task/task.json:1:16: open_files: expected a number, found a string"),
    ("{\"open_files\": 64.5}", "/task/task.json:1:16: open_files: expected a whole number, found 64.5"),
    ("{\"open_files\": -1}", "/task/task.json:1:16: open_files: expected a number from 16 to 1048576, found -1"),
    ("{\"file_size\": 1e3}", "/task/task.json:1:15: file_size: expected a whole number, found 1e3"),
    ("{\"args\": \"-v\"}", "/task/task.json:1:10: args: expected an array of strings, found a string"),
    ("{\"args\": [\"a\", 1]}", "/task/task.json:1:10: args: expected an array of strings, found a number"),
    ("{\"args\": [\"a\\u0000\"]}", "/task/task.json:1:10: args: expected an argument without NUL, found \"a\\u0000\""),
    ("{\"timeout\": null}", "/task/task.json:1:13: timeout: expected a string with a unit such as \"30s\", found null"),
    (
      "{\"script\": \"/etc/passwd\"}",
      "/task/task.json:1:12: script: expected the name of a file inside the task directory (relative, no .. and no "
        + "component that begins with ..), found \"/etc/passwd\""
    ),
    ("{\"output\": \"drop\"}", "/task/task.json:1:12: output: expected one of kill, truncate, found \"drop\""),
  ])
  func saysWhereAndWhat(_ task: String, _ message: String) {
    #expect(problem(task: task)?.message == message)
  }

  @Test func refusesBadUTF8() {
    let error = configurationError { () throws(ConfigurationError) in
      _ = try TaskFile.parse(#"{"id": ""#.bytes + [0xFF] + #""}"#.bytes, path: "t")
    }
    #expect(error?.kind == .syntax)
    #expect(error?.message == "t:1:9: the bytes here are not valid UTF-8")
  }

  @Test(arguments: ["../x", "a/../b", "..", ".", "a//b", "/a", "a/", "..data/script.py", "a/..2026/x", "", "a\\u0000"])
  func scriptStaysInsideTheTaskDirectory(_ name: String) {
    for key in ["script", "stdin"] {
      #expect(problem(task: #"{"\#(key)": "\#(name)"}"#)?.kind == .malformed, "\(key) \(name)")
    }
  }

  @Test(arguments: ["main.py", "a/b/c.py", ".hidden", "a..b", "ünï.py", "a b"])
  func namesInsideAreTaken(_ name: String) throws {
    guard case .taskDirectory(name: name) = try configuration(task: #"{"script": "\#(name)"}"#).scriptSource else {
      Issue.record("\(name) was not taken")
      return
    }
  }

  @Test func mutatedFilesNeverTrap() {
    let whole =
      #"{"script":"a.py","args":["x","y"],"timeout":"5m","grace":0,"file_size":"1.5Gi","open_files":64,"id":"é"}"#.bytes
    var random = SeededGenerator(seed: 9)
    for _ in 0..<5_000 {
      var bytes = whole
      for _ in 0..<random.number(1...4) {
        let index = random.number(0...(bytes.count - 1))
        switch random.number(0...3) {
        case 0: bytes.remove(at: index)
        case 1: bytes.insert(random.pick(whole), at: index)
        case 2: bytes[index] = UInt8(random.number(0...255))
        default: bytes.swapAt(index, random.number(0...(bytes.count - 1)))
        }
      }
      do {
        _ = try TaskFile.parse(bytes, path: "t")
      } catch {
        #expect(error.message.hasPrefix("t:"))
      }
    }
  }
}
