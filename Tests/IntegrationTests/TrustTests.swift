import Foundation
import TestSupport
import Testing
import WarderFrames

/// Trust levels as a script meets them.
@Suite("Trust levels") struct TrustTests {
  private func run(
    _ script: String, named name: String = "script.py", _ options: [String], files: [String: String] = [:]
  ) async throws -> WarderRun {
    var all = files.mapValues { Array($0.utf8) }
    all[name] = Array(script.utf8)
    return try await WarderInit(options).run(TaskDirectory(all))
  }

  @Test(arguments: [
    ("script.py", "import os\nopen('MARK', 'w')\nprint('ran')\n"), ("script.sh", "touch MARK; echo ran\n"),
  ])
  func aShadowRunsNothing(_ name: String, _ script: String) async throws {
    let mark = "/tmp/warder-test-shadow-" + randomName()
    defer { try? FileManager.default.removeItem(atPath: mark) }
    let script = script.replacing("MARK", with: mark)
    let run = try await run(script, named: name, ["--trust", "shadow"])
    let result = try run.result()
    #expect(result.reason == .checked && result.isCheck && result.start?.trust == "shadow")
    #expect(result.exitCode == nil && result.signal == nil)
    #expect(run.end == .exited(0))
    #expect(result.stdoutText == "" && result.isComplete)
    #expect(!FileManager.default.fileExists(atPath: mark))
    // The same script does all of it where it runs.
    let ran = try await self.run(script, named: name, []).result()
    #expect(ran.stdoutText == "ran\n" && !ran.isCheck && ran.start?.trust == nil)
    #expect(FileManager.default.fileExists(atPath: mark))
  }

  @Test func itSaysWhatWouldRun() async throws {
    var warder = WarderInit(["--trust", "shadow", "--env", "TZ=UTC"], scriptArguments: ["a b", "it's"])
    warder.environment["SECRET"] = "hunter2"
    let result = try await warder.run(TaskDirectory(script: "print(1)\n")).result()
    let event = try #require(result.events.first { $0.frame.type == "would_run" }?.frame)
    func field(_ name: String) -> String {
      if case .string(let text)? = event.fields.first(where: { $0.name == name })?.value { text } else { "" }
    }
    #expect(field("command").hasPrefix("python3 /tmp/warder-"))
    #expect(field("command").hasSuffix("/script.py 'a b' 'it'\\''s'"))
    #expect(field("environment").contains("TZ") && !field("environment").contains("SECRET"))
    #expect(result.start?.withheldEnvironment == ["SECRET"])
  }

  /// Files that are called like modules of the library lie beside the script, and one that Python loads by itself.
  @Test(arguments: ["py_compile", "ast", "sys", "sitecustomize", "usercustomize", "encodings", "tokenize", "traceback"])
  func nothingThatLiesBesideTheScriptIsImported(_ module: String) async throws {
    let mark = "/tmp/warder-test-shadow-" + randomName()
    defer { try? FileManager.default.removeItem(atPath: mark) }
    let result = try await run(
      "import \(module)\n", ["--trust", "shadow"], files: ["\(module).py": "open('\(mark)', 'w')\n"]
    ).result()
    #expect(result.reason == .checked)
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  /// The naive check imports what lies in the working directory: the attack is real.
  @Test func aNaiveCheckWouldImportIt() async throws {
    let mark = "/tmp/warder-test-shadow-" + randomName()
    defer { try? FileManager.default.removeItem(atPath: mark) }
    let policy = try TemporaryPath(
      file: Array(
        #"""
        {"runtimes": {"python": {"argv": ["python3", "{script}"], "extensions": [".py"],
          "check": ["python3", "-m", "py_compile", "{script}"]}}}
        """#.utf8), permissions: 0o644)
    let result = try await WarderInit(["--trust", "shadow", "--policy", policy.path])
      .run(
        TaskDirectory(["script.py": Array("print(1)\n".utf8), "py_compile.py": Array("open('\(mark)', 'w')\n".utf8)])
      )
      .result()
    #expect(result.isCheck)
    #expect(FileManager.default.fileExists(atPath: mark))
  }

  @Test(arguments: [
    ("script.py", "x = 1\ny = 2\nprint((\n", "script.py:3: SyntaxError"),
    ("script.py", "return 1\n", "script.py:1: SyntaxError"),
    ("script.py", "if 1:\n\tx\n        y\n", "script.py:3: TabError"), ("script.py", "x = 1\u{0}\n", "null byte"),
    ("script.sh", "echo 1\nif true; then\n", "line 3"), ("script.sh", "echo )\n", "line 1"),
  ])
  func aSyntaxErrorIsSaidWithItsLine(_ name: String, _ script: String, _ words: String) async throws {
    let run = try await run(script, named: name, ["--trust", "shadow"])
    let result = try run.result()
    #expect(result.reason == .invalidTask && result.isCheck)
    #expect(run.end == .exited(250))
    #expect(result.exit?.message.contains(words) == true, "\(result.exit?.message ?? "")")
    #expect(result.stderrText.contains(words))
  }

  @Test func aCheckThatNeverEndsIsEnded() async throws {
    let policy = try TemporaryPath(
      file: Array(
        #"{"runtimes": {"sh": {"argv": ["sh", "{script}"], "extensions": [".sh"], "check": ["sh", "{script}"]}}}"#.utf8),
      permissions: 0o644)
    let options = ["--trust", "shadow", "--policy", policy.path, "--timeout", "300ms", "--grace", "0s"]
    let slow = try await run("sleep 60\n", named: "script.sh", options).result()
    #expect(slow.reason == .timeout && slow.isCheck && slow.exitCode == nil)
    let killed = try await run("kill -SEGV $$\n", named: "script.sh", Array(options.prefix(4))).result()
    #expect(killed.reason == .launchFailed)
    #expect(killed.exit?.message.contains("SIGSEGV") == true)
  }

  @Test func aRuntimeWithoutACheckIsNoTaskForAShadow() async throws {
    let policy = try TemporaryPath(
      file: Array(#"{"runtimes": {"sh": {"argv": ["sh", "{script}"], "extensions": [".sh"]}}}"#.utf8),
      permissions: 0o644)
    let result = try await run("echo 1\n", named: "script.sh", ["--trust", "shadow", "--policy", policy.path]).result()
    #expect(result.reason == .invalidTask && result.stdoutText == "")
    #expect(result.exit?.message.contains("the runtime sh of this image has no check") == true)
  }

  @Test(arguments: ["read-only", "limited-write", "autonomous"])
  func otherLevelsRun(_ level: String) async throws {
    let result = try await run("print('ran')\n", ["--trust", level]).result()
    #expect(result.stdoutText == "ran\n" && result.start?.trust == level && !result.isCheck)
  }

  @Test func whatGoesBeyondEndsTheTask() async throws {
    let run = try await run("print('ran')\n", ["--trust", "read-only", "--artifacts", "out"])
    let result = try run.result()
    #expect(run.end == .exited(250) && result.reason == .invalidTask && result.stdoutText == "")
    #expect(
      result.exit?.message
        == "--artifacts: artifacts \"out\" is not allowed at trust read-only, which --trust sets")
  }
}
