import RandomInput
import Testing

@testable import TaskModel

@Suite struct CeilingTests {
  /// A policy with one ceiling, and what must be refused and accepted beneath it.
  private struct Case {
    let policy: String
    let refused: [([String], String)]
    let accepted: [[String]]
  }

  private static let cases = [
    Case(
      policy: #"{"ceilings": {"timeout": "30m"}}"#,
      refused: [
        (["--timeout", "2h"], "--timeout: timeout 2h exceeds this image's ceiling of 30m"),
        (["--timeout", "30m1ms"], "--timeout: timeout 30m1ms exceeds this image's ceiling of 30m"),
      ],
      accepted: [["--timeout", "30m"], ["--timeout", "0"]]),
    Case(
      policy: #"{"ceilings": {"timeout": "3h"}}"#,
      refused: [(["--timeout", "4h"], "--timeout: timeout 4h exceeds this image's ceiling of 3h")],
      accepted: [["--timeout", "2h"]]),
    Case(
      policy: #"{"ceilings": {"cpu_time": "10s"}, "defaults": {"cpu_time": "10s"}}"#,
      refused: [
        (["--cpu-time", "11s"], "--cpu-time: cpu_time 11s exceeds this image's ceiling of 10s"),
        (["--cpu-time", "0"], "--cpu-time: cpu_time off exceeds this image's ceiling of 10s"),
        (["--cpu-time", "off"], "--cpu-time: cpu_time off exceeds this image's ceiling of 10s"),
      ],
      accepted: [["--cpu-time", "1s"], []]),
    Case(
      policy: #"{"ceilings": {"cpu_time": "off"}}"#, refused: [],
      accepted: [["--cpu-time", "10h"], ["--cpu-time", "off"]]),
    Case(
      policy: #"{"ceilings": {"data_size": "1Gi"}, "defaults": {"data_size": "1Gi"}}"#,
      refused: [
        (["--data-size=2Gi"], "--data-size: data_size 2Gi exceeds this image's ceiling of 1Gi"),
        (["--data-size=0"], "--data-size: data_size off exceeds this image's ceiling of 1Gi"),
      ],
      accepted: [["--data-size=64Mi"]]),
    Case(
      policy: #"{"ceilings": {"file_size": "1Gi", "open_files": 2048}}"#,
      refused: [
        (["--file-size=2G"], "--file-size: file_size 2G exceeds this image's ceiling of 1Gi"),
        (["--open-files=2049"], "--open-files: open_files 2049 exceeds this image's ceiling of 2048"),
      ],
      // Zero is the tightest file size, not "off".
      accepted: [["--file-size=0"], ["--open-files=2048"]]),
    Case(
      policy: #"{"ceilings": {"network": "none", "seccomp": "default"}}"#,
      refused: [
        (["--network=all"], #"--network: network "all" lies outside this image's ceiling: none"#),
        (
          ["--seccomp=unconfined"],
          #"--seccomp: seccomp "unconfined" lies outside this image's ceiling: strict, default"#
        ),
      ],
      accepted: [["--network=none"], []]),
    Case(
      policy: #"{"ceilings": {"output": "truncate", "exit_code": ["passthrough", "zero"]}}"#,
      refused: [
        (
          ["--exit-code=verdict"],
          #"--exit-code: exit_code "verdict" lies outside this image's ceiling: passthrough, zero"#
        )
      ],
      accepted: [["--exit-code=zero"], ["--output=kill"], ["--output=truncate"]]),
    Case(
      policy: #"{"ceilings": {"read": ["/data", "/opt/models"], "write": []}}"#,
      refused: [
        (["--read=/data2"], #"--read: read "/data2" lies outside this image's ceiling: /data, /opt/models"#),
        (["--read=/data/x,/"], #"--read: read "/" lies outside this image's ceiling: /data, /opt/models"#),
        (["--write=/tmp"], #"--write: write "/tmp" lies outside this image's ceiling: nothing is allowed"#),
      ],
      accepted: [["--read=/data"], ["--read=/data/a/b", "--read=/opt/models/"], ["--write="]]),
    Case(
      policy: #"{"ceilings": {"read": ["/"]}}"#, refused: [], accepted: [["--read=/"], ["--read=/anything"]]),
    Case(
      policy: #"{"ceilings": {"env": ["APP_*", "TZ"], "pass_env": ["LC_*"]}}"#,
      refused: [
        (["--env=LD_PRELOAD=x"], #"--env: env "LD_PRELOAD" lies outside this image's ceiling: APP_*, TZ"#),
        (["--env=TZ2=x"], #"--env: env "TZ2" lies outside this image's ceiling: APP_*, TZ"#),
        (["--pass-env=LC"], #"--pass-env: pass_env "LC" lies outside this image's ceiling: LC_*"#),
      ],
      accepted: [["--env=APP_=1", "--env=TZ=UTC"], ["--pass-env=LC_ALL,LC_TIME"]]),
    Case(
      policy: #"{"ceilings": {"args": 2}}"#,
      refused: [(["--", "a", "b", "c"], "--args: args has 3 items and exceeds this image's ceiling of 2")],
      accepted: [["--", "a", "b"]]),
    Case(
      policy: #"{"ceilings": {"require": ["seccomp", "landlock"], "disable": ["environment"]}}"#,
      refused: [
        (["--require=seccomp"], "--require: require leaves out landlock, which this image's ceiling demands"),
        (["--disable=seccomp"], #"--disable: disable "seccomp" lies outside this image's ceiling: environment"#),
      ],
      accepted: [["--require=landlock,seccomp,rlimits"], ["--disable=environment"]]),
    Case(
      policy: #"{"ceilings": {"id": ["a", "b"], "termination_message": ["auto"], "log": ["fd:1"], "task": ["/task"]}}"#,
      refused: [
        (["--id=c"], #"--id: id "c" lies outside this image's ceiling: a, b"#),
        (
          ["--termination-message=none"],
          #"--termination-message: termination_message "none" lies outside this image's ceiling: auto"#
        ),
        (["--task=/etc"], #"--task: task "/etc" lies outside this image's ceiling: /task"#),
      ],
      accepted: [["--id=a"], []]),
  ]

  @Test(arguments: cases.indices)
  func holds(_ index: Int) {
    let example = Self.cases[index]
    for (flags, message) in example.refused {
      let error = problem(policy: example.policy, flags: flags)
      #expect(error?.kind == .exceedsCeiling, "\(flags)")
      #expect(error?.message == message)
    }
    for flags in example.accepted {
      #expect(problem(policy: example.policy, flags: flags) == nil, "\(flags)")
    }
  }

  @Test func holdsForEveryLayer() {
    let policy = #"{"ceilings": {"timeout": "10m"}}"#
    #expect(
      problem(policy: policy, task: "{\n\"timeout\": \"1h\"}")?.message
        == "/task/task.json:2:12: timeout 1h exceeds this image's ceiling of 10m")
    #expect(
      problem(policy: policy, environment: [("WARDER_TIMEOUT", "1h")])?.message
        == "WARDER_TIMEOUT: timeout 1h exceeds this image's ceiling of 10m")
    #expect(
      problem(task: #"{"timeout": "2h"}"#)?.message
        == "/task/task.json:1:13: timeout 2h exceeds the built-in ceiling of 30m")
    // What a later layer replaces does not count.
    #expect(problem(policy: policy, task: #"{"timeout": "1h"}"#, flags: ["--timeout", "1m"]) == nil)
  }

  /// Switching a layer off must not lead around the ceilings that speak of it.
  @Test func disableIsNoWayAroundOtherCeilings() {
    let seccomp = #"{"ceilings": {"seccomp": "default"}}"#
    #expect(
      problem(policy: seccomp, flags: ["--disable=seccomp"])?.message
        == #"--disable: seccomp "unconfined" lies outside this image's ceiling: strict, default"#)
    #expect(problem(policy: seccomp, flags: ["--disable=landlock"]) == nil)
    let require = #"{"ceilings": {"require": ["landlock", "seccomp"]}}"#
    #expect(
      problem(policy: require, environment: [("WARDER_DISABLE", "landlock")])?.message
        == "WARDER_DISABLE: require leaves out landlock, which this image's ceiling demands")
    #expect(
      problem(policy: require, flags: ["--seccomp=unconfined"])?.message
        == "--seccomp: require leaves out seccomp, which this image's ceiling demands")
    #expect(problem(policy: require, flags: ["--disable=rlimits"]) == nil)
    #expect(
      problem(policy: #"{"ceilings": {"require": ["landlock"]}, "defaults": {"disable": ["landlock"]}}"#)?.kind
        == .exceedsCeiling)
  }

  /// `auto` is whatever the container has, and the ceiling holds besides; only numbers can exceed it.
  @Test func auto() throws {
    let policy = #"{"ceilings": {"memory": "128Mi"}}"#
    #expect(try configuration(policy: policy).memory == .automatic(most: 128 << 20))
    #expect(try configuration().memory == .automatic(most: nil))
    #expect(try configuration(flags: ["--memory=auto"]).memory == .automatic(most: nil))
    #expect(try configuration(task: #"{"memory": "auto"}"#).memory == .automatic(most: nil))
    #expect(try configuration(policy: policy, flags: ["--memory=64Mi"]).memory == .explicit(64 << 20))
    #expect(try configuration(flags: ["--memory=off"]).memory == .off)
    #expect(
      problem(policy: policy, flags: ["--memory=off"])?.message
        == "--memory: memory off exceeds this image's ceiling of 128Mi")
    #expect(problem(policy: policy, task: #"{"memory": "129Mi"}"#)?.kind == .exceedsCeiling)
    #expect(problem(policy: #"{"ceilings": {"memory": "auto"}}"#)?.kind == .malformed)
    #expect(problem(flags: ["--file-size=auto"])?.kind == .malformed)
    #expect(problem(flags: ["--memory=1Ki"])?.kind == .outOfRange)
  }

  /// Nothing is clamped: a number is either taken as it is or refused.
  @Test func neverMovesAValue() throws {
    var random = SeededGenerator(seed: 10)
    for _ in 0..<300 {
      let ceiling = random.number(300...7_200)
      let wanted = random.number(0...8_000)
      let policy = #"{"ceilings": {"timeout": "\#(ceiling)s"}}"#
      if wanted <= ceiling {
        #expect(try configuration(policy: policy, flags: ["--timeout", "\(wanted)s"]).timeout == .seconds(wanted))
      } else {
        #expect(problem(policy: policy, flags: ["--timeout", "\(wanted)s"])?.kind == .exceedsCeiling)
      }
    }
  }

  /// Every key that a policy may default can be capped, in the form of its kind.
  @Test func everyKeyCanBeCapped() {
    for key in ConfigurationKey.allCases where key.row.standing.permits(.environment) {
      let form =
        switch key.row.kind {
        case .number(.milliseconds, _, _, _): #""6m""#
        case .number(.bytes, _, _, _): #""1Ti""#
        case .number(.count, _, _, _), .arguments: "1024"
        case .choice(let choices), .choiceOrPath(let choices, _): "\"\(choices[choices.count - 1])\""
        case .text: key.row.builtIn.map { "[\"\($0.text(for: key.row.kind))\"]" } ?? "[]"
        case .paths, .names, .secretSources, .assignments, .layers, .command: "[]"
        case .logTargets: #"["fd:1"]"#
        }
      let needsDefault = key == .cpuTime || key == .dataSize || key == .heartbeat
      let defaults =
        key == .trust
        ? #", "defaults": {"trust": "shadow"}"#
        : needsDefault ? #", "defaults": {"\#(key.row.name)": \#(key == .dataSize ? "\"1Gi\"" : "\"5s\"")}"# : ""
      let policy = #"{"ceilings": {"\#(key.row.name)": \#(form)}\#(defaults)}"#
      #expect(problem(policy: policy)?.message == nil, "\(key.row.name)")
    }
  }
}
