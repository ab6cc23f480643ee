import RandomInput
import Testing

@testable import TaskModel

@Suite struct FlagsTests {
  private func error(_ flags: [String]) -> ConfigurationError? {
    configurationError { () throws(ConfigurationError) in _ = try parseArguments(flags.map { $0.bytes }) }
  }

  @Test func runsByDefault() throws {
    guard case .run(let flags) = try parseArguments([]) else {
      Issue.record("no run")
      return
    }
    #expect(flags.layer.settings.isEmpty)
    #expect(flags.policyPath == nil)
  }

  @Test func checksInOneOfTwoForms() throws {
    for (argument, expected) in [("--check", false), ("--check=json", true)] {
      guard case .check(let flags, let isJSON) = try parseArguments([argument.bytes, "--timeout=3s".bytes]) else {
        Issue.record("\(argument) is no check")
        continue
      }
      #expect(isJSON == expected)
      #expect(flags.layer.settings.count == 1)
    }
    #expect(error(["--check=xml"])?.message.contains("json") == true)
  }

  @Test func readsScriptAndItsArguments() throws {
    let configuration = try configuration(flags: ["--script", "-", "--timeout=5s", "--", "--timeout", "", "-x"])
    guard case .standardInput = configuration.scriptSource else {
      Issue.record("not standard input")
      return
    }
    #expect(configuration.timeout == .seconds(5))
    #expect(configuration.arguments == ["--timeout".bytes, [], "-x".bytes])
  }

  @Test func argumentsKeepEveryByte() throws {
    let hostile: [[UInt8]] = [[0xFF, 0xFE], [], Array(1...255), "--".bytes]
    guard case .run(let flags) = try parseArguments(["--args".bytes, [0x80], "--".bytes] + hostile) else {
      Issue.record("no run")
      return
    }
    let configuration = try EffectiveConfiguration.resolve(
      policy: .builtIn, taskFile: nil, environment: ParsedLayer(.environment), flags: flags)
    #expect(configuration.arguments == [[0x80]] + hostile)
  }

  @Test func repeatedListsAddUp() throws {
    let configuration = try configuration(
      flags: [
        "--read", "/a,/b/", "--read=/c", "--env", "A=1", "--env=B=", "--require", "seccomp", "--require=landlock",
      ])
    #expect(configuration.readPaths == ["/a", "/b", "/c"])
    #expect(configuration.environment.map { $0.assignment } == ["A=1".bytes, "B=".bytes])
    #expect(configuration.required.names == ["seccomp", "landlock"])
  }

  @Test func anEmptyListTakesBackWhatLowerLayersSaid() throws {
    let policy = #"{"defaults": {"read": ["/data"], "pass_env": ["TZ"], "env": {"A": "1"}, "args": ["-v"]}}"#
    let kept = try configuration(policy: policy)
    #expect(kept.readPaths == ["/data"])
    let configuration = try configuration(policy: policy, flags: ["--read=", "--pass-env=", "--env=", "--require="])
    #expect(configuration.readPaths.isEmpty)
    #expect(configuration.passedNames.isEmpty)
    #expect(configuration.environment.isEmpty)
    #expect(configuration.required.isEmpty)
    // For arguments an empty text is an argument; nothing after -- is none.
    #expect(configuration.arguments == ["-v".bytes])
    let without = try TaskModelTests.configuration(policy: policy, flags: ["--"])
    #expect(without.arguments.isEmpty)
  }

  @Test func actionsAreTold() throws {
    guard case .help = try parseArguments(["--timeout".bytes, "5s".bytes, "--help".bytes, "--nonsense".bytes]) else {
      Issue.record("no help")
      return
    }
    guard case .version = try parseArguments(["--version".bytes]) else {
      Issue.record("no version")
      return
    }
    guard case .install(directory: "/shared") = try parseArguments(["--install=/shared".bytes]) else {
      Issue.record("no install")
      return
    }
    guard case .printConfiguration(let flags) = try parseArguments(["--print-config".bytes, "--grace=1s".bytes]) else {
      Issue.record("no print-config")
      return
    }
    #expect(flags.layer.setting(of: .grace) != nil)
  }

  @Test(arguments: [
    (["--timout", "5s"], "command line: there is no option \"--timout\"; did you mean --timeout?"),
    (["--nonsense"], "command line: there is no option \"--nonsense\"; --help lists the options"),
    (["-t", "5s"], "command line: there is no option \"-t\"; --help lists the options"),
    (["script.py"], "command line: expected an option, found \"script.py\"; arguments of the script stand after --"),
    (["--timeout"], "--timeout: expected a value, found the end of the command line"),
    (
      ["--timeout", "--grace=1s"],
      "--timeout: expected a value, found the option \"--grace=1s\"; a value that begins with -- is written "
        + "--timeout=VALUE"
    ),
    (["--timeout=1s", "--timeout=1s"], "--timeout: the flag is given twice"),
    (["--help=yes"], "--help: the flag takes no value"),
    (["--install", "/x", "--timeout=1s"], "--install: the flag stands alone: it runs no script"),
    (["--timeout=1s", "--install", "/x"], "--install: the flag stands alone: it runs no script"),
    (["--install="], "--install: expected a directory, found \"\""),
    (["--env", "A=1", "--env", "A=2"], "--env: the variable \"A\" is given twice"),
    (["--timeouts=5s"], "command line: there is no option \"--timeouts\"; did you mean --timeout?"),
  ])
  func refuses(_ flags: [String], _ message: String) {
    #expect(error(flags)?.message == message)
  }

  @Test func aValueMustBeUTF8WhereItIsText() {
    let error = configurationError { () throws(ConfigurationError) in
      _ = try parseArguments(["--id".bytes, [0x61, 0xFF]])
    }
    #expect(error?.message == "--id: expected UTF-8, found \"a\u{FFFD}\"")
    #expect(self.error(["--id", "a\u{1B}[31m"])?.message.contains("\u{1B}") == false)
  }

  @Test func neverTraps() {
    var random = SeededGenerator(seed: 6)
    let words =
      ConfigurationKey.allCases.map { $0.flag } + ["--", "-", "--help", "--install", "", "=", "--=", "---", "5s", "1"]
    for _ in 0..<5_000 {
      var arguments: [[UInt8]] = []
      for _ in 0..<random.number(0...5) {
        var word = random.pick(words).bytes
        if random.chance(30) { word += "=".bytes + random.hostileBytes(upTo: 8) }
        arguments.append(random.chance(20) ? random.hostileBytes(upTo: 12) : word)
      }
      do {
        _ = try parseArguments(arguments)
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
