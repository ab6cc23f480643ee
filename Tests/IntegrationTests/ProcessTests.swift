import Foundation
import TestSupport
import Testing
import WarderFrames

/// The static binary as a plain process: its command line, its log, its signals.
@Suite("Process") struct ProcessTests {
  // MARK: What it is

  @Test func theBinaryIsStaticAndSmall() async throws {
    let headers = try await ProcessCommand(
      "/usr/bin/readelf", ["--wide", "--program-headers", "--dynamic", WarderInit.binary]
    ).runSuccessfully()
    #expect(!headers.outputText.contains("INTERP"))
    #expect(!headers.outputText.contains("(NEEDED)"))
    let size = try FileManager.default.attributesOfItem(atPath: WarderInit.binary)[.size] as? Int
    #expect(try #require(size) <= 640 * 1024)
  }

  @Test func helpVersionAndConfigurationGoToStandardOutput() async throws {
    let help = try await ProcessCommand(WarderInit.binary, ["--help"]).runSuccessfully()
    for flag in ["--timeout", "--open-files", "--print-config", "--install"] { #expect(help.outputText.contains(flag)) }
    for line in help.outputText.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }

    let version = try await ProcessCommand(WarderInit.binary, ["--version"]).runSuccessfully()
    #expect(version.outputText.hasPrefix("warder-init 0."))

    let configuration = try await ProcessCommand(
      WarderInit.binary, ["--print-config", "--timeout", "90s"], environment: ["WARDER_GRACE": "1s"]
    ).runSuccessfully()
    let keys = try #require(JSONSerialization.jsonObject(with: Data(configuration.output)) as? [String: Any])
    #expect(keys["timeout"] as? [String: String] == ["value": "1m30s", "layer": "flags"])
    #expect(keys["grace"] as? [String: String] == ["value": "1s", "layer": "environment"])
    #expect(keys["worst_case"] != nil)
  }

  @Test func installCopiesItselfWhole() async throws {
    let directory = try TemporaryPath(permissions: 0o755)
    for _ in 1...2 {
      try await ProcessCommand(WarderInit.binary, ["--install", directory.path]).runSuccessfully()
    }
    let copy = directory.path + "/warder-init"
    #expect(FileManager.default.contentsEqual(atPath: copy, andPath: WarderInit.binary))
    #expect(FileManager.default.isExecutableFile(atPath: copy))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["warder-init"])

    let refused = try await ProcessCommand(WarderInit.binary, ["--install", "/nonexistent"]).run()
    #expect(refused.end == .exited(2))
    #expect(refused.errorText.contains("/nonexistent"))
  }

  @Test(arguments: [
    (["--tmeout", "3s"], "--timeout"), (["--timeout"], "--timeout"), (["--timeout", "5 minutes"], "5 minutes"),
    (["--network", "some"], "none"), (["stray"], "stray"),
  ]) func aWrongCommandLineSaysWhatIsWrong(options: [String], word: String) async throws {
    let run = try await WarderInit(options).run(TaskDirectory(script: "print(1)\n"))
    #expect(run.end == .exited(250))
    #expect(try #require(run.result().exit).message.contains(word))
  }

  @Test func variablesOfAServiceCalledWarderAreNoMistake() async throws {
    var warder = WarderInit()
    warder.environment["WARDER_PORT"] = "tcp://10.0.0.1:80"
    warder.environment["WARDER_SERVICE_HOST"] = "10.0.0.1"
    #expect(try await warder.run(TaskDirectory(script: "print(1)\n")).result().reason == .exited)
    warder.environment["WARDER_TIMEOUTS"] = "3s"
    let refused = try await warder.run(TaskDirectory(script: "print(1)\n")).result()
    #expect(refused.reason == .invalidTask)
    #expect(try #require(refused.exit).message.contains("WARDER_TIMEOUT"))
  }

  /// What epoll and inotify hold is counted by user, over every container of a node (`fs.epoll.max_user_watches`,
  /// `fs.inotify.max_user_watches`): a script of the same user can use it up, which once ended the supervisor.
  @Test(.enabled(if: geteuid() == 0, "only root may see the descriptors of a process that is not dumpable"))
  func nothingIsHeldThatIsCountedByUser() async throws {
    let marker = "warder-test-" + randomName()
    let found = Found()
    let script = "import os, time\nos.write(1, b'x' * 100)\ntime.sleep(60)\n"
    let run = try await WarderInit(["--timeout", "2s"], scriptArguments: [marker])
      .run(TaskDirectory(script: script)) { supervisor in
        try await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
        let directory = "/proc/\(supervisor)/fd/"
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
          guard let kind = try? FileManager.default.destinationOfSymbolicLink(atPath: directory + name)
          else { continue }
          await found.note(kind)
        }
      }
    #expect(try run.result().reason == .timeout)
    let kinds = await found.kinds
    #expect(kinds.contains("anon_inode:[signalfd]"))
    #expect(!kinds.contains { $0.contains("eventpoll") || $0.contains("inotify") }, "\(kinds)")
  }

  /// The supervisor has the script's score only while the script is born.
  @Test func theKernelKillsTheScriptBeforeTheSupervisor() async throws {
    @Sendable func score(_ process: String) throws -> String {
      try String(contentsOfFile: "/proc/\(process)/oom_score_adj", encoding: .utf8)
    }
    let marker = "warder-test-" + randomName()
    let own = try score("self")
    let run = try await WarderInit(["--timeout", "2s"], scriptArguments: [marker])
      .run(TaskDirectory(script: "import time\ntime.sleep(60)\n")) { supervisor in
        try await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
        let script = try #require(ProcessTable.scripts(marked: marker).first)
        #expect(try score("\(script)") == "1000\n")
        try await waitUntil("the supervisor has its own score again") { try score("\(supervisor)") == own }
      }
    #expect(try run.result().reason == .timeout)
  }

  // MARK: Signals

  /// Once by a Landlock domain that spares everybody else, once by walking the tree.
  @Test(arguments: [[], ["--disable", "signal_scope"], ["--disable", "signal_scope,landlock"]])
  func cancellationByTheParent(options: [String]) async throws {
    let marker = "warder-test-" + randomName()
    let script = """
      import os, signal, subprocess, sys, time
      signal.signal(signal.SIGTERM, signal.SIG_IGN)
      for _ in range(3):
          if os.fork() == 0:
              os.setsid()
              if os.fork() == 0:
                  time.sleep(60)
              os._exit(0)
      time.sleep(60)
      """
    // Somebody else's process of the same user, which must be spared.
    let bystander =
      geteuid() == 0
      ? ProcessCommand("/usr/bin/setpriv", ["--reuid=1000", "--regid=1000", "--clear-groups", "/usr/bin/sleep", "4"])
      : ProcessCommand("/usr/bin/sleep", ["4"])
    async let spared = bystander.run()
    let warder = WarderInit(options + ["--grace", "200ms"], scriptArguments: [marker])
    let run = try await warder.run(TaskDirectory(script: script)) { supervisor in
      try await waitUntil("the tree is there") { ProcessTable.scripts(marked: marker).count >= 4 }
      kill(supervisor, SIGTERM)
    }
    #expect(try run.result().reason == .cancelled)
    #expect(run.end == .exited(241))
    #expect(ProcessTable.scripts(marked: marker).isEmpty)
    #expect(try await spared.end == .exited(0))
  }

  @Test func nothingIsLeftInTheTemporaryDirectory() async throws {
    let task = try TaskDirectory(
      script: """
        mkdir -p a/b/c locked; touch a/b/c/file locked/file; chmod 000 locked; ln -s /etc link; pwd
        """, named: "script.sh")
    let result = try await WarderInit().run(task).result()
    let directory = result.stdoutText.trimmingCharacters(in: .newlines)
    #expect(directory.hasPrefix("/tmp/warder-"))
    #expect(!FileManager.default.fileExists(atPath: directory))
    #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
  }

  /// A fault of the supervisor itself, as a bug would raise it.
  @Test(arguments: [SIGSEGV, SIGILL, SIGBUS, SIGABRT]) func aFaultOfTheSupervisorIsSaidAndNotBlamed(signal: Int32)
    async throws
  {
    let marker = "warder-test-" + randomName()
    let message = try TemporaryPath(file: [], permissions: 0o666)
    let script = """
      import subprocess, sys, time
      subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]], start_new_session=True)
      print("started", flush=True)
      time.sleep(60)
      """
    let warder = WarderInit(["--termination-message", message.path], scriptArguments: [marker])
    let run = try await warder.run(TaskDirectory(script: script)) { supervisor in
      try await waitUntil("the tree is there") { ProcessTable.scripts(marked: marker).count >= 2 }
      // The script's line must be in the log before the end of it.
      try await Task.sleep(for: .seconds(2))
      kill(supervisor, signal)
    }
    let result = try run.result()
    #expect(result.reason == .internalError)
    #expect(result.stdoutText == "started\n")
    #expect(result.missingFrames == 0)
    #expect(run.end == .exited(253))
    try await waitUntil("the tree is gone") { ProcessTable.scripts(marked: marker).isEmpty }
    #expect(String(decoding: try message.contents, as: UTF8.self).hasPrefix(#"{"reason":"internal_error""#))
  }
}

/// What a task that runs beside another has found.
private actor Found {
  var kinds: [String] = []

  func note(_ kind: String) { kinds.append(kind) }
}
