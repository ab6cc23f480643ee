import JSON
import Testing

@testable import TaskModel

@Suite struct ResolutionTests {
  @Test func laterLayersWin() throws {
    let policy = #"{"defaults": {"timeout": "1m", "grace": "1s", "heartbeat": "1s", "open_files": 100}}"#
    let task = #"{"timeout": "2m", "grace": "2s", "heartbeat": "2s"}"#
    let configuration = try configuration(
      policy: policy, task: task, environment: [("WARDER_TIMEOUT", "3m"), ("WARDER_GRACE", "3s")],
      flags: ["--timeout", "4m"])
    #expect(configuration.timeout == .seconds(240))
    #expect(configuration[.timeout].layer == .flags)
    #expect(configuration.grace == .seconds(3))
    #expect(configuration[.grace].layer == .environment)
    #expect(configuration.heartbeat == .seconds(2))
    #expect(configuration[.heartbeat].layer == .taskFile)
    #expect(configuration.openFiles == 100)
    #expect(configuration[.openFiles].layer == .policy)
    #expect(configuration.fileSizeBytes == 256 << 20)
    #expect(configuration[.fileSize].layer == .builtIn)
  }

  @Test func defaultsAreThoseOfTheDesign() throws {
    let configuration = try configuration()
    #expect(configuration.timeout == .seconds(300))
    #expect(configuration.grace == .seconds(2))
    #expect(configuration.cpuTimeSeconds == nil)
    #expect(configuration.dataSizeBytes == nil)
    #expect(configuration.openFiles == 1_024)
    #expect(configuration.standardOutputLimitBytes == 4 << 20)
    #expect(configuration.standardErrorLimitBytes == 1 << 20)
    #expect(configuration.logLimitBytes == 9 << 20)
    #expect(configuration.output == .truncate)
    #expect(configuration.network == .none)
    #expect(configuration.seccomp == .standard)
    #expect(configuration.required == .requirable)
    #expect(configuration.disabled.isEmpty)
    #expect(configuration.exitCodeMode == .passthrough)
    #expect(configuration.logTargets.map { $0.text } == ["fd:1"])
    #expect(configuration.secretSources.isEmpty)
    #expect(configuration.heartbeat == .seconds(10))
    #expect(configuration.taskDirectory == "/task")
    #expect(configuration.standardInputFile == nil)
    #expect(configuration.identifier == nil)
    guard case .automatic = configuration.terminationMessage,
      case .taskDirectory(name: nil) = configuration.scriptSource
    else {
      Issue.record("termination message or script source")
      return
    }
  }

  @Test func zeroMeansWhatTheRowSays() throws {
    let configuration = try configuration(
      flags: ["--timeout=0", "--grace=0", "--heartbeat=0", "--cpu-time=0", "--data-size=0", "--file-size=0"])
    #expect(configuration.timeout == .zero)
    #expect(configuration.grace == .zero)
    #expect(configuration.heartbeat == nil)
    #expect(configuration.cpuTimeSeconds == nil)
    #expect(configuration.dataSizeBytes == nil)
    #expect(configuration.fileSizeBytes == 0)
    #expect(problem(flags: ["--timeout=off"])?.kind == .malformed)
  }

  @Test func cpuTimeIsRoundedUpToSeconds() throws {
    #expect(try configuration(flags: ["--cpu-time=1s"]).cpuTimeSeconds == 1)
    #expect(try configuration(flags: ["--cpu-time=1s1ms"]).cpuTimeSeconds == 2)
  }

  @Test func listsAreReplacedAsAWhole() throws {
    let configuration = try configuration(
      policy: #"{"defaults": {"read": ["/a", "/b"]}, "filesystem": {"read": ["/opt/x"]}}"#, flags: ["--read", "/c"])
    #expect(configuration.readPaths == ["/c"])
    #expect(configuration.policy.readPaths == ["/opt/x"])
  }

  @Test func theScriptsOfTwoLayersDoNotMix() throws {
    let byVariable = try configuration(task: #"{"script": "main.py"}"#, flags: ["--script-env", "CODE"])
    guard case .variable("CODE") = byVariable.scriptSource else {
      Issue.record("the variable did not win")
      return
    }
    #expect(byVariable[.script].value == nil)
    let byPath = try configuration(environment: [("WARDER_SCRIPT_ENV", "CODE")], flags: ["--script", "x.py"])
    guard case .file("x.py") = byPath.scriptSource else {
      Issue.record("the file did not win")
      return
    }
    let error = problem(flags: ["--script", "x.py", "--script-env", "CODE"])
    #expect(error?.kind == .conflict)
    #expect(
      error?.message == "--script: script and script_env are both given by this layer; expected one of them")
  }

  @Test func aScriptOfTheEnvironmentIsAPath() throws {
    guard
      case .file("/scripts/main.py") = try configuration(environment: [("WARDER_SCRIPT", "/scripts/main.py")])
        .scriptSource
    else {
      Issue.record("no path")
      return
    }
    guard case .standardInput = try configuration(environment: [("WARDER_SCRIPT", "-")]).scriptSource else {
      Issue.record("no standard input")
      return
    }
  }

  @Test func whatIsSwitchedOffIsNotRequiredByDefault() throws {
    let disabled = try configuration(flags: ["--disable", "landlock,non_dumpable"])
    #expect(disabled.required.names == ["capabilities", "no_new_privs", "seccomp", "rlimits"])
    #expect(disabled.disabled.names == ["landlock", "non_dumpable"])
    let unconfined = try configuration(flags: ["--seccomp", "unconfined"])
    #expect(!unconfined.required.contains(.seccomp))
    // A requirement that somebody wrote stands.
    let explicit = try configuration(flags: ["--disable", "landlock", "--require", "landlock,seccomp"])
    #expect(explicit.required.names == ["seccomp", "landlock"])
  }

  @Test func findsTheTaskDirectoryFirst() throws {
    let environment = try EnvironmentLayer.parse(variables([("WARDER_TASK", "/env")]))
    let none = ParsedLayer(.environment)
    #expect(taskDirectory(environment: none, flags: try parsedFlags([])) == ("/task", false))
    #expect(taskDirectory(environment: environment, flags: try parsedFlags([])) == ("/env", true))
    #expect(taskDirectory(environment: environment, flags: try parsedFlags(["--task=/flag"])) == ("/flag", true))
  }

  // MARK: - What is shown

  private func printed(_ configuration: EffectiveConfiguration) throws -> [JSONMember] {
    guard case .object(let members) = try JSONParser.parse(configuration.printed()).value else { return [] }
    return members
  }

  private func member(_ name: String, _ members: [JSONMember]) -> JSONValue? {
    members.first { $0.name == name }?.node.value
  }

  @Test func printsEveryKeyWithItsLayer() throws {
    let members = try printed(
      try configuration(
        task: #"{"timeout": "90s"}"#, environment: [("WARDER_CPU_TIME", "off")],
        flags: ["--read", "/a,/b", "--env", "A=x\ny", "--", "\u{1F600}"]))
    #expect(members.map { $0.name } == ConfigurationKey.allCases.map { $0.row.name } + ["worst_case"])
    let expected: [(String, String, String)] = [
      ("timeout", #""1m30s""#, "task"), ("cpu_time", #""off""#, "environment"), ("read", #"["/a","/b"]"#, "flags"),
      ("env", #"{"A":"x\ny"}"#, "flags"), ("args", "[\"\u{1F600}\"]", "flags"), ("open_files", "1024", "default"),
      ("script", "null", "default"), ("file_size", #""256Mi""#, "default"),
      ("require", #"["capabilities","no_new_privs","seccomp","landlock","rlimits"]"#, "default"),
    ]
    for (name, value, layer) in expected {
      guard case .object(let entry)? = member(name, members) else {
        Issue.record("no \(name)")
        continue
      }
      guard case .string(layer)? = member("layer", entry), let found = member("value", entry) else {
        Issue.record("\(name) has another layer")
        continue
      }
      #expect(compact(found) == value)
    }
  }

  @Test func printsTheWorstCase() throws {
    let configuration = try configuration(flags: ["--timeout=1m", "--grace=3s"])
    #expect(
      configuration.worstCase == .seconds(63) + TimeBounds.heldPipes + TimeBounds.finalDrain + TimeBounds.logFlush)
    guard case .object(let entry)? = member("worst_case", try printed(configuration)),
      case .number(let number)? = member("milliseconds", entry), case .string(let text)? = member("value", entry)
    else {
      Issue.record("no worst_case")
      return
    }
    #expect(number.integer == configuration.worstCase.wholeMilliseconds)
    #expect(try WallDuration.parse(text) == configuration.worstCase)
  }

  private func compact(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    write(value, to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value {
    case .null: writer.null()
    case .bool(let bool): writer.bool(bool)
    case .number(let number): writer.raw(number.text)
    case .string(let text): writer.string(text)
    case .array(let items):
      writer.beginArray()
      for item in items { write(item.value, to: &writer) }
      writer.endArray()
    case .object(let members):
      writer.beginObject()
      for member in members {
        writer.key(member.name)
        write(member.node.value, to: &writer)
      }
      writer.endObject()
    }
  }

  @Test func listsTheLimits() throws {
    let configuration = try configuration(flags: ["--timeout=1s500ms", "--cpu-time=2s", "--file-size=0"])
    let limits = configuration.limits(WatchedLimits(memoryBytes: 48 << 20))
    #expect(
      limits.map { $0.name } == [
        "timeout_ms", "grace_ms", "cpu_time_ms", "memory_bytes", "processes", "threads", "data_size_bytes",
        "open_files", "file_size_bytes", "disk_bytes", "stdout_limit_bytes", "stderr_limit_bytes", "log_limit_bytes",
        "artifact_limit_bytes", "artifact_file_limit_bytes",
      ])
    let values: [Int64?] = [
      1_500, 2_000, 2_000, 48 << 20, 128, 1_024, nil, 1_024, 0, nil, 4 << 20, 1 << 20, 9 << 20, 1 << 20, 512 << 10,
    ]
    #expect(limits.map { $0.value } == values)
  }

  @Test func helpNamesEverything() {
    let help = HelpText.text
    for key in ConfigurationKey.allCases {
      #expect(help.contains("  \(key.flag) \(key.row.placeholder)\n"))
      #expect(help.contains(key.variable) == key.row.standing.permits(.environment), "\(key.variable)")
    }
    for action in ActionFlag.allCases { #expect(help.contains("  \(action.flag)")) }
    for line in help.split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
    #expect(help.contains("WARDER_TIMEOUT, task; 0s to 168h; default 5m; ceiling 30m"))
  }
}
