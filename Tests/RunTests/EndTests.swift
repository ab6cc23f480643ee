import Foundation
import TestSupport
import Testing

/// How runs end that nobody lets end by themselves, and what they leave.
@Suite("Ends of a run", .serialized) struct EndTests {
  private func isGone(_ text: String, within seconds: Int = 60) async throws -> Bool {
    for _ in 0..<seconds * 10 {
      let run = try await ProcessCommand("/bin/ps", ["-eo", "args"]).runSuccessfully()
      if !run.outputText.split(separator: "\n").contains(where: { $0.contains(text) && !$0.contains("warder") }) {
        return true
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  private func waitFor(_ text: String) async throws {
    for _ in 0..<600 {
      let run = try await ProcessCommand("/bin/ps", ["-eo", "args"]).runSuccessfully()
      if run.outputText.split(separator: "\n").contains(where: { $0.hasPrefix("sleep") && $0.contains(text) }) {
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw TestSupportError("the script did not start")
  }

  @Test("a tool that is killed takes the script with it", arguments: Engines.present)
  func killed(_ engine: String) async throws {
    let mark = "8\(UInt32.random(in: 100_000...999_999))"
    let space = try Workspace(["script.sh": "sleep \(mark) & sleep \(mark)"])
    var tool = WarderTool(["run"] + (try await Engines.options(engine)) + ["\(space.path)/script.sh"])
    tool.timeLimit = .seconds(90)
    let run = try await tool.run { process in
      try await waitFor(mark)
      kill(process, SIGKILL)
    }
    #expect(run.end == .signaled(SIGKILL))
    #expect(try await isGone(mark))
  }

  @Test("SIGTERM cancels as Ctrl-C does", arguments: [SIGTERM, SIGHUP, SIGINT])
  func terminated(_ signal: Int32) async throws {
    let mark = "8\(UInt32.random(in: 100_000...999_999))"
    let space = try Workspace(["script.sh": "sleep \(mark)"])
    let run = try await WarderTool(["run", "--json", "\(space.path)/script.sh"]).run { process in
      try await waitFor(mark)
      kill(process, signal)
    }
    #expect(run.end == .exited(241))
    #expect(run.outputText.contains(#""reason":"cancelled""#))
    #expect(try await isGone(mark))
  }

  @Test("who reads no more ends the script", arguments: ["process", "bubblewrap"].filter(Engines.present.contains))
  func readerGone(_ engine: String) async throws {
    let space = try Workspace(["script.py": "import time\nwhile True: print('line', flush=True); time.sleep(0.05)"])
    let command =
      "'\(WarderTool.binary)' run --engine \(engine) --timeout 40s '\(space.path)/script.py' | head -n 2; echo ${PIPESTATUS[0]}"
    var shell = ProcessCommand("/bin/bash", ["-c", command], environment: WarderTool.environment())
    shell.timeLimit = .seconds(60)
    let run = try await shell.run()
    #expect(run.outputText == "line\nline\n141\n")
    #expect(run.duration < .seconds(30))
    #expect(run.errorText.contains("cancelled after"), "\(run.errorText)")
  }

  @Test("a reader that takes its time gets everything, and keeps nobody from hearing signals")
  func slowReader() async throws {
    let space = try Workspace(["script.py": "for i in range(30000): print('%099d' % i)"])
    let command = "'\(WarderTool.binary)' run --engine process '\(space.path)/script.py' | { sleep 2; wc -c; }"
    let run = try await ProcessCommand("/bin/bash", ["-c", command], environment: WarderTool.environment()).run()
    #expect(run.outputText.trimmingCharacters(in: .whitespaces) == "3000000\n")
  }

  /// More than the tool keeps for a reader: the rest still stands in the pipe when the supervisor has ended long since.
  @Test("a verdict that waits behind a slow reader is not given up")
  func slowReaderAtTheEnd() async throws {
    let space = try Workspace(["script.py": "print(('%099d\\n' % 7) * 11800, end='')"])
    let command = "'\(WarderTool.binary)' run --engine process '\(space.path)/script.py' | { sleep 5; wc -c; }"
    let run = try await ProcessCommand("/bin/bash", ["-c", command], environment: WarderTool.environment()).run()
    #expect(run.outputText.trimmingCharacters(in: .whitespaces) == "1180000\n")
    #expect(run.errorText.contains("✓ exited 0"), "\(run.errorText)")
  }

  @Test("a supervisor that is killed leaves no verdict, and that is said")
  func supervisorKilled() async throws {
    let mark = "8\(UInt32.random(in: 100_000...999_999))"
    let space = try Workspace(["script.sh": "sleep \(mark)"])
    let run = try await WarderTool(["run", "--engine", "process", "\(space.path)/script.sh"]).run { process in
      try await waitFor(mark)
      let children = try await ProcessCommand("/usr/bin/pgrep", ["-P", String(process)]).runSuccessfully()
      for child in children.outputText.split(separator: "\n").compactMap({ Int32($0) }) { kill(child, SIGKILL) }
    }
    #expect(run.end == .exited(249))
    #expect(run.errorText.contains("? no verdict"), "\(run.errorText)")
    #expect(try await isGone(mark))
  }

  @Test("frames are the log itself")
  func frames() async throws {
    let space = try Workspace(["script.sh": "echo out; exit 3"])
    let run = try await WarderTool(["run", "--frames", "\(space.path)/script.sh"]).run()
    #expect(run.end == .exited(3))
    #expect(run.errorText == "")
    #expect(try WarderRun(run).result().stdoutText == "out\n")
  }

  @Test("variables are passed on by name, and their values kept out of the log", arguments: Engines.present)
  func variables(_ engine: String) async throws {
    let space = try Workspace(["script.sh": "echo \"$TOKEN and $OTHER\""])
    var tool = WarderTool(
      ["run", "--quiet", "--pass-env", "TOKEN,ABSENT", "--redact", "TOKEN"] + (try await Engines.options(engine))
        + ["\(space.path)/script.sh"])
    tool.environment = ["TOKEN": "hush-hush-hush", "OTHER": "not passed"]
    let run = try await tool.run()
    #expect(run.outputText == "[redacted] and \n", "\(run.errorText)")
  }

  @Test("files come back where they are asked for")
  func saved() async throws {
    let space = try Workspace(["script.sh": "echo text >out/a.txt; mkdir out/sub; echo more >out/sub/b.txt"])
    let run = try await WarderTool(
      ["run", "--artifacts", "out", "--save", "\(space.path)/back", "\(space.path)/script.sh"]).run()
    #expect(run.end == .exited(0))
    #expect(run.errorText.contains("2 files came back"), "\(run.errorText)")
    #expect(try String(contentsOfFile: "\(space.path)/back/sub/b.txt", encoding: .utf8) == "more\n")
  }

  @Test(
    "a wrong command line ends with 250, which no script can, and says what to do",
    arguments: [
      (["nothere.py"], "cannot read nothere.py: No such file or directory"), ([], "no script given"),
      (["--timout", "1s", "x.py"], "there is no option --timout"),
      (["--engine", "none", "x.py"], "The value 'none' is invalid"),
      (["--script", "x.py"], "the script is the first argument"), (["--timeout", "1", "/etc/hosts"], "--timeout: "),
      (["--json", "--frames", "/etc/hosts"], "cannot be had together"),
      (["--file", "/nowhere", "/etc/hosts"], "cannot read /nowhere"),
      (["--tmp-size", "1", "/etc/hosts"], "--tmp-size: expected 1Mi or more"),
      (["--job-name", "x", "/etc/hosts"], "belong to --job"), (["--job", "/etc/hosts"], "/etc/hosts"),
    ])
  func usage(_ arguments: [String], _ message: String) async throws {
    let run = try await WarderTool(["run"] + arguments).run()
    #expect(run.end == .exited(250))
    #expect(run.outputText == "")
    #expect(run.errorText.contains(message), "\(run.errorText)")
  }

  @Test("what cannot be run here ends with 248")
  func engineFailures() async throws {
    let space = try Workspace(["script.py": "pass"])
    for (arguments, message) in [
      (["--init", "/nowhere"], "--init names /nowhere, which is not there"),
      (["--init", "/usr/bin/env"], "needs a dynamic linker"),
      (["--engine", "podman", "--image", "localhost/no/such"], "there is no image localhost/no/such here"),
    ] where Engines.present.contains("podman") || !arguments.contains("podman") {
      let run = try await WarderTool(["run"] + arguments + ["\(space.path)/script.py"]).run()
      #expect(run.end == .exited(248), "\(run.errorText)")
      #expect(run.errorText.contains(message), "\(run.errorText)")
    }
  }
}
