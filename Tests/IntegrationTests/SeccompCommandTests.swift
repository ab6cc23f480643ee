import Foundation
import TestSupport
import Testing
import WarderFrames

/// `warder seccomp`, and what `warder-init` does with what it makes, on this machine's kernel.
@Suite("warder seccomp") struct SeccompCommandTests {
  private func warder(_ arguments: [String], input: [UInt8] = []) async throws -> ProcessRun {
    var tool = WarderTool(arguments)
    tool.input = input
    tool.environment["WARDER_INIT"] = WarderInit.binary
    tool.timeLimit = .seconds(120)
    return try await tool.run()
  }

  private func file(_ text: String) throws -> TemporaryPath {
    try TemporaryPath(file: Array(text.utf8), permissions: 0o644)
  }

  /// `warder seccomp learn` of a script.
  private func learn(_ script: String, _ options: [String] = [], arguments: [String] = []) async throws -> ProcessRun {
    let task = try TaskDirectory(script: script)
    let run = try await warder(["seccomp", "learn"] + options + [task.path + "/script.py"] + arguments)
    withExtendedLifetime(task) {}
    return run
  }

  /// - Returns: the compiled profile.
  private func compile(_ json: [UInt8], _ options: [String] = []) async throws -> TemporaryPath {
    let run = try await warder(["seccomp", "compile", "-", "-o", "-"] + options, input: json)
    try #require(run.succeeded, "\(run.errorText)")
    return try TemporaryPath(file: run.output, permissions: 0o644)
  }

  private func run(_ script: String, under profile: TemporaryPath) async throws -> RunResult {
    try await WarderInit(["--seccomp", profile.path]).run(TaskDirectory(script: script)).result()
  }

  // MARK: - learn

  private static let learned = """
    import os, socket, subprocess, sys, threading
    thread = threading.Thread(target=lambda: print("thread")); thread.start(); thread.join()
    print(subprocess.run(["true"]).returncode, sys.argv[1:])
    os.mkdir("d"); open("d/x", "w").write("hi"); print(open("d/x").read())
    socket.socket(socket.AF_UNIX).close()
    """

  @Test("what was learned is enough to run again, and not for more")
  func learnCompileRun() async throws {
    let run = try await learn(Self.learned, arguments: ["a", "--b"])
    try #require(run.succeeded, "\(run.errorText)")
    // The script's own output has left standard output to the profile.
    #expect(run.errorText.contains("thread\n0 ['a', '--b']\nhi\n"))
    #expect(run.errorText.contains("learning is not confinement"))
    let profile = try await compile(run.output)

    let again = try await self.run(Self.learned, under: profile)
    #expect(again.stdoutText == "thread\n0 []\nhi\n", "\(again.stderrText)")
    #expect(again.exitCode == 0 && again.exit?.denied == [])

    let more = try await self.run(Self.learned + "\nos.link('d/x', 'y')\n", under: profile)
    #expect(more.exitCode == 1 && more.stdoutText == again.stdoutText)
    #expect(more.exit?.denied.map(\.syscall).contains { $0.hasPrefix("link") } == true)
    let other = try await self.run(Self.learned + "\nsocket.socket(socket.AF_INET)\n", under: profile)
    #expect(other.exit?.denied == [DeniedCall(syscall: "socket", family: "AF_INET", count: 1)])
  }

  @Test("runs add up")
  func learnMore() async throws {
    let base = try await learn("import os; os.mkdir('d'); print('done')")
    let before = try TemporaryPath(file: base.output, permissions: 0o644)
    let both = try await learn("import os; os.mkdir('d'); os.rmdir('d'); print('done')", ["--add", before.path])
    try #require(both.succeeded, "\(both.errorText)")
    let script = "import os; os.mkdir('d'); os.rmdir('d'); print('done')"
    #expect(try await run(script, under: try await compile(both.output)).stdoutText == "done\n")
    #expect(try await run(script, under: try await compile(base.output)).exit?.denied.first?.syscall == "rmdir")
  }

  @Test("learning leaves Landlock, the guard and the network as they are")
  func learningIsConfined() async throws {
    let script = """
      import os, signal, socket
      for name, attempt in [
          ("file", lambda: open("/var/lib/dpkg/status")),
          ("signal", lambda: os.kill(os.getppid(), 0)),
          ("socket", lambda: socket.socket(socket.AF_INET)),
          ("free", lambda: os.sched_yield()),
      ]:
          try: attempt(); print(name, "worked")
          except OSError as error: print(name, error.errno)
      """
    let run = try await learn(script, ["-o", "/dev/null"])
    #expect(run.outputText == "file 13\nsignal 1\nsocket 1\nfree worked\n", "\(run.errorText)")
  }

  @Test("a script that fails leaves a profile, and status 1; one that is not there leaves nothing")
  func learnFailing() async throws {
    let run = try await learn("raise SystemExit(3)")
    #expect(run.end == .exited(1) && run.outputText.contains("SCMP_ACT_ALLOW"))
    #expect(run.errorText.contains("the script did not end well"))
    let missing = try await warder(["seccomp", "learn", "/nonexistent.py"])
    #expect(missing.end == .exited(66) && missing.output.isEmpty)
    #expect(missing.errorText.contains("cannot read /nonexistent.py: No such file or directory"))
  }

  // MARK: - compile

  /// The built-in rules in the shape of moby's default profile: archMap, conditions on capabilities, kernels and machines, old
  /// names, and one rule for each kind of answer.
  private func profileInTheShapeOfMobys() async throws -> [UInt8] {
    let shown = try await warder(["seccomp", "show", "default"])
    var profile = try #require(JSONSerialization.jsonObject(with: Data(shown.output)) as? [String: Any])
    profile["architectures"] = nil
    profile["archMap"] = [
      ["architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]],
      ["architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]],
    ]
    let rules = try #require(profile["syscalls"] as? [[String: Any]])
    let capabilities = ["caps": ["CAP_SYS_ADMIN"]]
    profile["syscalls"] =
      rules + [
        ["names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": capabilities, "excludes": [String: Any]()],
        ["names": ["chroot"], "action": "SCMP_ACT_ALLOW", "includes": [String: Any](), "excludes": capabilities],
        ["names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": ["minKernel": "4.8"]],
        ["names": ["perf_event_open"], "action": "SCMP_ACT_ALLOW", "excludes": ["minKernel": "4.8"]],
        ["names": ["setns"], "action": "SCMP_ACT_ALLOW", "includes": ["arches": ["s390x"]]],
        ["name": "keyctl", "action": "SCMP_ACT_ERRNO", "errnoRet": 13],
        ["names": ["syslog"], "action": "SCMP_ACT_TRAP"],
        ["names": ["acct"], "action": "SCMP_ACT_KILL"],
        ["names": ["vhangup"], "action": "SCMP_ACT_LOG"],
        [
          "names": ["msgget"], "action": "SCMP_ACT_ALLOW",
          "args": [
            ["index": 0, "value": 5, "op": "SCMP_CMP_GT"],
            ["index": 1, "value": 0x200, "valueTwo": 0x200, "op": "SCMP_CMP_MASKED_EQ"],
          ],
        ],
      ]
    return Array(try JSONSerialization.data(withJSONObject: profile))
  }

  @Test("a profile in the shape of moby's decides on the kernel as it says")
  func mobyShape() async throws {
    let json = try await profileInTheShapeOfMobys()
    let compiled = try await warder(["seccomp", "compile", "-", "-o", "-"], input: json)
    for what in [
      "archMap (moby)", "includes (moby)", "excludes (moby)", "syscalls[].name (moby, old form)", "SCMP_ACT_KILL ends",
    ] {
      #expect(compiled.errorText.contains(what), "\(compiled.errorText)")
    }
    let profile = try TemporaryPath(file: compiled.output, permissions: 0o644)
    // Numbers by name, from the tool itself.
    let names = [
      "mount", "chroot", "ptrace", "perf_event_open", "setns", "keyctl", "vhangup", "msgget", "syslog", "acct",
    ]
    let explained = try await warder(["seccomp", "explain", "--json"] + names)
    let explanations = try #require(JSONSerialization.jsonObject(with: Data(explained.output)) as? [[String: Any]])
    let numbers = explanations.compactMap { $0["number"] as? Int }
    try #require(numbers.count == names.count)
    let script = """
      import ctypes, signal
      libc = ctypes.CDLL(None, use_errno=True)
      number = dict(zip(\(names), \(numbers)))
      def call(name, *arguments):
          ctypes.set_errno(0)
          libc.syscall(number[name], *[ctypes.c_long(argument) for argument in arguments])
          print(name, ctypes.get_errno(), flush=True)
      call("mount", 0, 0, 0, 0, 0)
      call("chroot", 0)
      call("ptrace", 99, 0, 0, 0)
      call("perf_event_open", 0, 0, 0, 0, 0)
      call("setns", -1, 0)
      call("keyctl", 0, 0)
      call("vhangup")
      call("msgget", 7, 0x200)
      call("msgget", 5, 0x200)
      call("msgget", 7, 0)
      signal.signal(signal.SIGSYS, lambda *_: print("trapped", flush=True))
      libc.syscall(number["syslog"], 3, 0, 0)
      call("acct", 0)
      print("not reached")
      """
    let result = try await run(script, under: profile)
    // chroot(NULL): EFAULT; ptrace of nobody: ESRCH; vhangup: EPERM for want of the capability; msgget: EEXIST or ENOENT, or a
    // queue's id, but never EPERM where it is allowed.
    let lines = result.stdoutText.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(7) == [
        "mount 1", "chroot 14", "ptrace 3", "perf_event_open 1", "setns 1", "keyctl 13", "vhangup 1",
      ], "\(result.stdoutText)\(result.stderrText)")
    #expect(lines.count == 11 && lines[7] != "msgget 1" && lines[8] == "msgget 1" && lines[9] == "msgget 1")
    #expect(lines.last == "trapped")
    #expect(result.reason == .syscallViolation)
    #expect(result.exit?.denied.map(\.syscall).sorted() == ["mount", "msgget", "perf_event_open", "setns"])
  }

  @Test("what is shown and compiled again runs the same")
  func showAgain() async throws {
    let json = try await profileInTheShapeOfMobys()
    let first = try await compile(json)
    let shown = try await warder(["seccomp", "show", first.path])
    let second = try await compile(shown.output)
    // The same words about every call but for the profile's name; the unit tests compare decisions for arguments.
    let calls = ["read", "mount", "chroot", "keyctl", "syslog", "acct", "vhangup", "clone3", "swapon"]
    var explained: [String] = []
    for path in [first.path, second.path] {
      let run = try await warder(["seccomp", "explain", "--json", "--profile", path] + calls)
      explained.append(run.outputText.replacingOccurrences(of: path, with: "PROFILE"))
    }
    #expect(explained[0] == explained[1] && explained[0].contains("PROFILE"))
    #expect(try await run("print('runs')", under: second).stdoutText == "runs\n")
  }

  @Test("mistakes have their own exit statuses, and leave no file")
  func mistakes() async throws {
    let bad = try file("{\"defaultAction\":\n \"SCMP_ACT_TRACE\"}")
    let target = bad.path + ".out"
    let run = try await warder(["seccomp", "compile", bad.path, "-o", target])
    #expect(run.end == .exited(65) && !FileManager.default.fileExists(atPath: target))
    #expect(run.errorText.hasPrefix("warder: \(bad.path):2:2: SCMP_ACT_TRACE cannot be had"))
    #expect(try await warder(["seccomp", "compile", "/nonexistent", "-o", target]).end == .exited(66))
    #expect(
      try await warder(["seccomp", "compile", bad.path, "-o", "/nonexistent/x", "--replace", "TRACE=KILL"]).end
        == .exited(73))
    #expect(try await warder(["seccomp", "compile", bad.path, "--replace", "TRACE"]).end == .exited(64))
    #expect(try await warder(["seccomp", "show", bad.path]).end == .exited(65))
    let unknown = try await warder(["seccomp", "explain", "conect"])
    #expect(unknown.end == .exited(65) && unknown.errorText.contains("did you mean connect"))
  }
}
