import Foundation
import TestSupport
import Testing
import WarderFrames

/// Where the script comes from, what lies beside it, and what is said where that does not work.
@Suite("Tasks") struct TaskTests {
  @Test func inputFilesAndFoldersLieInTheWorkingDirectory() async throws {
    let task = try TaskDirectory([
      "script.py": Array("import helper, os; print(open('data.csv').read(), helper.x, sorted(os.listdir('.')))\n".utf8),
      "data.csv": Array("1,2".utf8), "helper.py": Array("x = 42\n".utf8),
      "task.json": Array(#"{"timeout": "10s"}"#.utf8),
    ])
    try FileManager.default.createDirectory(atPath: task.path + "/folder", withIntermediateDirectories: false)
    let result = try await WarderInit().run(task).result()
    #expect(result.stdoutText == "1,2 42 ['data.csv', 'folder', 'helper.py', 'script.py']\n")
    #expect(result.stderrText == "")
  }

  @Test func theRecordedScriptIsTheOneThatRan() async throws {
    // A script whose file changes once it runs, as a mutable ConfigMap does.
    let task = try TaskDirectory(script: "print(open(__file__).read(), end='')\n")
    let result = try await WarderInit().run(task).result()
    let script = try #require(result.start?.script)
    #expect(result.stdoutText == "print(open(__file__).read(), end='')\n")
    #expect(script.bytes == 37)
    let digest = try await ProcessCommand("/usr/bin/sha256sum", [task.path + "/script.py"]).runSuccessfully()
    #expect(digest.outputText.hasPrefix(script.sha256))
  }

  @Test func aScriptOnStandardInput() async throws {
    var warder = WarderInit(["--script", "-", "--runtime", "python"], scriptArguments: ["a b", "--flag"])
    warder.input = Array("import sys; print(sys.argv[1:], sys.stdin.read())".utf8)
    let result = try await warder.run().result()
    #expect(result.stdoutText == "['a b', '--flag'] \n")
    #expect(result.start?.script.path == "stdin")
  }

  /// The start has a time of its own, 30 seconds: a writer that never ends must not hold a pod for ever.
  @Test func aScriptThatNeverComesEndsTheStart() async throws {
    var command = ProcessCommand(
      "/bin/bash", ["-c", "(echo 'print(1)'; sleep 34) | \"$0\" --script - --runtime python", WarderInit.binary],
      environment: ["PATH": "/usr/bin:/bin"])
    command.timeLimit = .seconds(120)
    // The pipeline's shell waits for `sleep` too, so what counts is the frame's own time.
    let run = try await command.run()
    let result = try WarderRun(log: run.output, end: run.end).result()
    #expect(result.reason == .invalidTask)
    #expect(try #require(result.exit).message.contains("did not end within the 30s"))
    let time = try #require(String(decoding: run.output, as: UTF8.self).split(separator: ",").dropFirst().first)
    let seconds = try #require(Double(time.dropFirst("\"t\":".utf8.count)), "\(time)")
    // The wait is one of whole milliseconds, so it can be over in the last one before.
    #expect(seconds >= 29.999 && seconds < 34, "\(time)")
  }

  @Test func aScriptInAVariableIsNotInTheChildsEnvironment() async throws {
    var warder = WarderInit(["--script-env", "CODE", "--pass-env", "OTHER"])
    warder.environment["CODE"] = "#!/usr/bin/env python3\nimport os; print('CODE' in os.environ, os.environ['OTHER'])"
    warder.environment["OTHER"] = "passed"
    let result = try await warder.run().result()
    #expect(result.stdoutText == "False passed\n")
  }

  @Test func standardInputFromTheTask() async throws {
    let task = try TaskDirectory([
      "script.sh": Array("wc -c\n".utf8), "input.txt": Array("12345".utf8),
      "task.json": Array(#"{"stdin": "input.txt"}"#.utf8),
    ])
    #expect(try await WarderInit().run(task).result().stdoutText == "5\n")
  }

  @Test func theRuntimeFollowsFromTheFirstLine() async throws {
    let task = try TaskDirectory(script: "#!/usr/bin/env python3\nprint(6 * 7)\n", named: "anything")
    let result = try await WarderInit().run(task).result()
    #expect(result.stdoutText == "42\n")
    #expect(result.start?.runtime == "python")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: [String: String]
    var options: [String] = []
    let words: [String]
  }

  static let refusals = [
    Refusal(testDescription: "nothing there", files: ["notes.d/.keep": ""], words: ["holds no script"]),
    Refusal(
      testDescription: "two scripts", files: ["script.py": "1", "script.sh": "1"],
      words: ["several files", "script.py", "script.sh"]),
    Refusal(
      testDescription: "a missing name", files: ["a.py": "1", "task.json": #"{"script": "b.py"}"#],
      words: ["b.py", "does not exist", "a.py"]),
    Refusal(testDescription: "an empty script", files: ["script.py": ""], words: ["script.py", "is empty"]),
    Refusal(
      testDescription: "too large", files: ["script.py": String(repeating: "#", count: (1 << 20) + 1)],
      words: ["script.py", "1048577 bytes", "1048576"]),
    Refusal(
      testDescription: "a name outside", files: ["script.py": "1", "task.json": #"{"script": "../x.py"}"#],
      words: ["task.json:1:12", "../x.py"]),
    Refusal(
      testDescription: "an authority key", files: ["script.py": "1", "task.json": #"{"network": "all"}"#],
      words: ["task.json:1:2", "network"]),
    Refusal(
      testDescription: "above the ceiling", files: ["script.py": "1", "task.json": #"{"timeout": "2h"}"#],
      words: ["timeout 2h exceeds", "30m"]),
    Refusal(
      testDescription: "no such runtime", files: ["script.py": "1"], options: ["--runtime", "cobol"],
      words: ["cobol", "python"]),
    Refusal(
      testDescription: "nothing says what runs it", files: ["notes": "hello"], words: ["notes", "runtime"]),
  ]

  @Test(arguments: refusals) func aBadTaskIsRefusedWithOneClearSentence(_ refusal: Refusal) async throws {
    let task = try TaskDirectory([:])
    for (name, text) in refusal.files {
      let path = task.path + "/" + name
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    let run = try await WarderInit(refusal.options).run(task)
    let result = try run.result()
    #expect(result.reason == .invalidTask)
    #expect(run.end == .exited(250))
    let message = try #require(result.exit).message
    for word in refusal.words { #expect(message.contains(word), "\(message)") }
    #expect(!message.contains("\n"))
  }

  @Test(arguments: [("/tmp", "is a directory"), ("/dev/null", "no regular file"), ("/nonexistent", "does not exist")])
  func aScriptThatIsNoFile(path: String, words: String) async throws {
    let result = try await WarderInit(["--script", path]).run().result()
    #expect(result.reason == .invalidTask)
    #expect(try #require(result.exit).message.contains(words))
  }

  @Test func aPipeInPlaceOfAScriptDoesNotHoldTheStartUp() async throws {
    let directory = try TaskDirectory([:])
    #expect(mkfifo(directory.path + "/script.py", 0o644) == 0)
    let result = try await WarderInit().run(directory).result()
    #expect(result.reason == .invalidTask)
    #expect(try #require(result.exit).message.contains("no regular file"))
  }

  @Test func anUnreadableScript() async throws {
    let task = try TaskDirectory([:])
    try Data("echo".utf8).write(to: URL(fileURLWithPath: task.path + "/script.sh"))
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: task.path + "/script.sh")
    var warder = WarderInit()
    if geteuid() == 0 { warder.wrapper = ["/usr/bin/setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"] }
    let result = try await warder.run(task).result()
    #expect(result.reason == .invalidTask)
    #expect(try #require(result.exit).message.contains("cannot be read: Permission denied (EACCES)"))
  }

  @Test func argumentsAndNamesNeedNotBeText() async throws {
    let task = try TaskDirectory(script: "import os, sys; os.write(1, os.fsencode(sys.argv[1]))\n")
    // Foundation's strings cannot hold the bytes, so a shell makes them.
    let run = try await ProcessCommand(
      "/bin/bash", ["-c", "exec \"$0\" --task \"$1\" -- $'\\xff\\xfe a'", WarderInit.binary, task.path],
      environment: ["PATH": "/usr/bin:/bin"]
    ).run()
    #expect(try WarderRun(log: run.output, end: run.end).result().stdout == [0xFF, 0xFE, 0x20, 0x61])
  }
}
