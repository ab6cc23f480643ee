import Testing

@testable import TaskModel

@Suite struct PolicyTests {
  @Test func readsAWholePolicy() throws {
    let policy = try Policy.parse(
      #"""
      {
        "runtimes": {
          "python": {
            "argv": ["/usr/bin/python3", "-I", "{script}"], "aliases": ["python3", "py"], "extensions": [".py"],
            "check": ["/usr/bin/python3", "-m", "py_compile", "{script}"], "env": {"PYTHONPATH": "/opt/lib"}
          },
          "r": {"argv": ["Rscript", "--file={script}"], "extensions": [".R", ".r"]}
        },
        "defaults": {"timeout": "2m", "network": "none"},
        "ceilings": {"timeout": "10m", "read": ["/data"]},
        "filesystem": {"read": ["/opt/models/"], "write": ["/scratch"]},
        "env": {"TZ": "UTC"},
        "pass_env": ["LC_ALL"]
      }
      """#.bytes, path: "/p.json")
    #expect(policy.runtimes.map { $0.name } == ["python", "r"])
    let python = policy.runtimes[0]
    #expect(python.command == ["/usr/bin/python3", "-I", "{script}"])
    #expect(python.aliases == ["python3", "py"])
    #expect(python.check.count == 4)
    #expect(python.environment.map { $0.assignment } == ["PYTHONPATH=/opt/lib".bytes])
    #expect(
      policy.runtimes[1].commandLine(script: "/t/a.R", arguments: [[0xFF]])
        == ["Rscript".bytes, "--file=/t/a.R".bytes, [0xFF]])
    #expect(policy.readPaths == ["/opt/models"])
    #expect(policy.writePaths == ["/scratch"])
    #expect(policy.environment.map { $0.assignment } == ["TZ=UTC".bytes])
    #expect(policy.passedNames == ["LC_ALL"])
    #expect(policy.defaults.setting(of: .timeout) != nil)
  }

  @Test func anEmptyPolicyIsTheBuiltInOne() throws {
    let policy = try Policy.parse("{}".bytes, path: "/p.json")
    #expect(policy.runtimes.map { $0.name } == Policy.builtIn.runtimes.map { $0.name })
    let configuration = try configuration(policy: "{}")
    #expect(configuration.timeout == .seconds(300))
    #expect(problem(policy: "{}", flags: ["--timeout", "31m"])?.kind == .exceedsCeiling)
  }

  @Test(arguments: [
    (#"{"runtime": {}}"#, #"/etc/warder/policy.json:1:2: a policy has no key "runtime"; did you mean runtimes?"#),
    (#"{"runtimes": {}}"#, "/etc/warder/policy.json:1:14: runtimes: expected at least one runtime, found none"),
    (
      #"{"runtimes": {"r": {}}}"#,
      "/etc/warder/policy.json:1:20: runtimes.r: expected argv, the command that runs a script"
    ),
    (
      #"{"runtimes": {"r": {"argv": ["R"]}}}"#,
      "/etc/warder/policy.json:1:29: runtimes.r.argv: expected {script} in one of the words after the program"
    ),
    (
      #"{"runtimes": {"r": {"argv": []}}}"#,
      "/etc/warder/policy.json:1:29: runtimes.r.argv: expected first an absolute path, or a bare name to be found in PATH, "
        + #"found """#
    ),
    (
      #"{"runtimes": {"r": {"argv": ["bin/R", "{script}"]}}}"#,
      "/etc/warder/policy.json:1:29: runtimes.r.argv: expected first an absolute path, or a bare name to be found "
        + #"in PATH, found "bin/R""#
    ),
    (
      #"{"runtimes": {"r": {"argv": ["{script}"]}}}"#,
      "/etc/warder/policy.json:1:29: runtimes.r.argv: expected first an absolute path, or a bare name to be found "
        + #"in PATH, found "{script}""#
    ),
    (
      #"{"runtimes": {"r r": {"argv": ["R", "{script}"]}}}"#,
      "/etc/warder/policy.json:1:15: runtimes: expected the name of a runtime (letters, digits and . _ + -), "
        + #"found "r r""#
    ),
    (
      #"{"runtimes": {"r": {"argv": ["R", "{script}"], "extensions": ["r"]}}}"#,
      #"/etc/warder/policy.json:1:62: runtimes.r.extensions: expected an ending with its dot such as .py, found "r""#
    ),
    (
      #"{"runtimes": {"r": {"argv": ["R", "{script}"], "alias": []}}}"#,
      #"/etc/warder/policy.json:1:48: runtimes.r has no key "alias"; did you mean aliases?"#
    ),
    (
      #"{"runtimes": {"a": {"argv": ["A", "{script}"]}, "b": {"argv": ["B", "{script}"], "aliases": ["a"]}}}"#,
      #"/etc/warder/policy.json:1:49: runtimes: "a" belongs to a and to b"#
    ),
    (
      #"{"runtimes": {"a": {"argv": ["A", "{script}"], "extensions": [".x"]}, "b": {"argv": ["B", "{script}"], "extensions": [".x"]}}}"#,
      #"/etc/warder/policy.json:1:71: runtimes: ".x" belongs to a and to b"#
    ),
    (
      #"{"defaults": {"policy": "/x"}}"#,
      "/etc/warder/policy.json:1:15: policy is not for a policy's defaults to set: only --policy may"
    ),
    (
      #"{"defaults": {"task": "/x"}}"#,
      "/etc/warder/policy.json:1:15: task is not for a policy's defaults to set: only WARDER_TASK or --task may"
    ),
    (
      #"{"filesystem": {"reed": []}}"#,
      #"/etc/warder/policy.json:1:17: filesystem has no key "reed"; did you mean read?"#
    ),
    (
      #"{"filesystem": {"read": ["data"]}}"#,
      "/etc/warder/policy.json:1:25: filesystem.read: expected an absolute path without empty, . or .. components, "
        + #"found "data""#
    ),
    (#"{"env": ["A=1"]}"#, "/etc/warder/policy.json:1:9: env: expected an object of strings, found an array"),
    (
      #"{"env": {"A=B": "1"}}"#,
      #"/etc/warder/policy.json:1:9: env: expected a name without =, found "A=B""#
    ),
    (#"{"env": {"": "1"}}"#, #"/etc/warder/policy.json:1:9: env: expected NAME=VALUE, found "=1""#),
    (#"{"pass_env": "TZ"}"#, "/etc/warder/policy.json:1:14: pass_env: expected an array of strings, found a string"),
    (#"{"ceilings": {"policy": []}}"#, "/etc/warder/policy.json:1:15: ceilings: policy has no ceiling"),
    (
      #"{"ceilings": {"timeot": "1m"}}"#,
      #"/etc/warder/policy.json:1:15: ceilings has no key "timeot"; did you mean timeout?"#
    ),
    (
      #"{"ceilings": {"timeout": "1x"}}"#,
      #"/etc/warder/policy.json:1:26: ceilings.timeout: expected one of the units h, m, s, ms, found "x" (in "1x")"#
    ),
    (
      #"{"ceilings": {"runtime": "python"}}"#,
      "/etc/warder/policy.json:1:26: ceilings.runtime: expected an array of strings, found a string"
    ),
  ])
  func saysWhereAndWhat(_ policy: String, _ message: String) {
    #expect(problem(policy: policy)?.message == message)
  }

  @Test func checksItselfAgainstItsCeilings() {
    #expect(
      problem(policy: #"{"defaults": {"timeout": "20m"}, "ceilings": {"timeout": "10m"}}"#)?.message
        == "/etc/warder/policy.json:1:26: timeout 20m exceeds this image's ceiling of 10m")
    #expect(
      problem(policy: #"{"ceilings": {"timeout": "1m"}}"#)?.message
        == "/etc/warder/policy.json: the built-in default of timeout 5m exceeds this image's ceiling of 1m; set "
        + "defaults.timeout")
    #expect(
      problem(policy: #"{"ceilings": {"cpu_time": "10s"}}"#)?.message
        == "/etc/warder/policy.json: the built-in default of cpu_time off exceeds this image's ceiling of 10s; set "
        + "defaults.cpu_time")
    #expect(problem(policy: #"{"ceilings": {"timeout": "1m"}, "defaults": {"timeout": "1m"}}"#) == nil)
    #expect(
      problem(policy: #"{"defaults": {"timeout": "31m"}}"#)?.message
        == "/etc/warder/policy.json:1:26: timeout 31m exceeds the built-in ceiling of 30m")
  }

  @Test func onlyAnImageWithoutPolicyTakesOne() throws {
    let flags = try parsedFlags(["--policy", "mine.json"])
    #expect(try Policy.location(flags: flags, imageHasPolicy: false) == "mine.json")
    let none = try parsedFlags([])
    #expect(try Policy.location(flags: none, imageHasPolicy: false) == nil)
    #expect(try Policy.location(flags: none, imageHasPolicy: true) == "/etc/warder/policy.json")
    let error = configurationError { () throws(ConfigurationError) in
      _ = try Policy.location(flags: flags, imageHasPolicy: true)
    }
    #expect(
      error?.message
        == "--policy: this image has a policy of its own at /etc/warder/policy.json, which no other replaces")
  }
}
