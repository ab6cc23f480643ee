import JSON
import Testing

@testable import TaskModel

@Suite struct ConfigurationKeyTests {
  @Test func namesAreUniqueAndMadeAlike() {
    var seen: Set<String> = []
    for key in ConfigurationKey.allCases {
      let name = key.row.name
      #expect(name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
      #expect(seen.insert(name).inserted, "\(name) stands twice")
      #expect(key.flag == "--" + name.split(separator: "_").joined(separator: "-"))
      #expect(key.variable == "WARDER_" + name.uppercased())
      #expect(ConfigurationKey(name: name) == key)
      #expect(!ActionFlag.allCases.map { $0.flag }.contains(key.flag))
    }
    #expect(ConfigurationKey(name: "Timeout") == nil)
    #expect(ConfigurationKey(name: "") == nil)
  }

  @Test func defaultsAreInRangeAndBelowTheirCeilings() throws {
    for key in ConfigurationKey.allCases {
      let row = key.row
      guard let value = row.builtIn else {
        continue
      }
      #expect(row.ceiling?.violation(by: value, of: row.kind, owner: "the built-in")?.text == nil)
      switch row.kind {
      case .paths, .names, .secretSources, .logTargets, .arguments, .assignments, .layers: continue
      default:
        let again = try ConfigurationValue.parse(value.text(for: row.kind), as: row.kind, inFile: true)
        #expect(again.text(for: row.kind) == value.text(for: row.kind), "\(row.name)")
      }
    }
  }

  @Test func everyKeyHasASample() {
    for key in ConfigurationKey.allCases { #expect(KeySample.all.filter { $0.key == key }.count == 2) }
  }

  /// One value given as flag, as `--key=value`, as variable and as JSON is one value.
  @Test(arguments: KeySample.all.indices)
  func allFormsMeanTheSame(_ index: Int) throws {
    let sample = KeySample.all[index]
    let key = sample.key
    let flag = try #require(try parsedFlags([key.flag, sample.word]).layer.setting(of: key))
    let shown = flag.value.text(for: key.row.kind)
    let attached = try #require(try parsedFlags(["\(key.flag)=\(sample.word)"]).layer.setting(of: key))
    #expect(attached.value.text(for: key.row.kind) == shown)

    if key.row.standing.permits(.environment) {
      let layer = try EnvironmentLayer.parse(variables([(key.variable, sample.variableText)]))
      let variable = try #require(layer.setting(of: key))
      #expect(variable.value.text(for: key.row.kind) == shown)
    }
    if let json = sample.json {
      let document = #"{"\#(key.row.name)": \#(json)}"#
      if key.row.standing.permits(.taskFile) {
        let setting = try #require(try TaskFile.parse(document.bytes, path: "task.json").setting(of: key))
        #expect(setting.value.text(for: key.row.kind) == shown)
      }
      let policy = try Policy.parse(#"{"defaults": \#(document)}"#.bytes, path: "policy.json")
      let setting = try #require(policy.defaults.setting(of: key))
      #expect(setting.value.text(for: key.row.kind) == shown)
    }
  }

  @Test(arguments: [
    (ConfigurationKey.timeout, ["169h", "5", "", "-1s", "off"]), (.grace, ["11m", "1d"]),
    (.cpuTime, ["999ms", "1d"]), (.dataSize, ["1Ki", "-1", "2Pi", "1MB"]), (.openFiles, ["15", "0", "1048577", "1k"]),
    (.fileSize, ["off", "2Pi"]), (.logLimit, ["255Ki", "0"]), (.output, ["Truncate", "", "drop"]),
    (.network, ["some"]), (.seccomp, ["standard", "file", "own.profile", "/a/../b"]),
    (.read, ["data", "/a/../b", "/a//b", "/a,,/b", "/a/."]),
    (.environment, ["A", "=1", "WARDER_X=1", "A B=1"]), (.passEnvironment, ["A=B", "WARDER_TIMEOUT", "A,,B"]),
    (.require, ["selinux", "signal_scope"]), (.disable, ["all"]), (.exitCode, ["script"]),
    (.log, ["", "1", "fd:0", "fd:256", "fd:", "dev/stdout", "/a/../b", "fd:1,/a,/b"]),
    (.redact, ["A B", "A,", "/a/..", "WARDER_TIMEOUT"]), (.terminationMessage, ["message", ""]),
    (.heartbeat, ["99ms", "2h"]), (.runtime, ["", "-x", "a b", "python/3"]), (.identifier, ["", "a\u{1}"]),
    (.scriptEnvironment, ["", "A=B", "WARDER_CODE"]), (.standardInput, ["/etc/passwd", "../x", "..data/x", ""]),
    (.script, [""]), (.task, [""]),
    (
      .artifacts,
      [
        "", ".", "..", "../out", "a/../b", "a//b", "out/", "/out", "/tmp", "/tmp/", "/tmp/..", "/tmp/../etc", "/tmp//a",
        "/etc/passwd", "/tmpx/a", "a\u{1}b", "/dev/shm/x", "./out",
      ]
    ), (.artifactLimit, ["-1", "2Pi"]), (.trust, ["", "none", "Shadow", "readonly"]),
  ])
  func refusesWhatIsNoValue(_ key: ConfigurationKey, _ words: [String]) throws {
    for word in words {
      let error = configurationError { () throws(ConfigurationError) in _ = try parsedFlags(["\(key.flag)=\(word)"]) }
      let found = try #require(error, "\(key.flag)=\(word) was accepted")
      #expect(found.message.hasPrefix(key.flag + ": "), "\(found.message)")
      #expect(found.kind == .malformed || found.kind == .outOfRange)
    }
  }

  @Test func saysRangeAndFinding() {
    #expect(
      problem(flags: ["--timeout", "200h"])?.message
        == "--timeout: expected a duration from 0s to 168h, found 200h")
    #expect(
      problem(flags: ["--open-files", "3"])?.message == "--open-files: expected a number from 16 to 1048576, found 3")
    #expect(
      problem(environment: [("WARDER_DATA_SIZE", "1")])?.message
        == "WARDER_DATA_SIZE: expected 0, or a number from 1Mi to 1Pi, found 1")
    #expect(
      problem(flags: ["--network", "lan"])?.message == "--network: expected one of none, all, found \"lan\"")
    #expect(
      problem(flags: ["--stdout-limit", "4MB"])?.message
        == "--stdout-limit: expected one of the suffixes Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E or none, found \"MB\" "
        + "(in \"4MB\")")
  }
}
