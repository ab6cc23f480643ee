import Testing

@testable import TaskModel

/// Each level with each key: what it sets, what it allows, and what it refuses by name.
@Suite struct TrustLevelTests {
  /// A value of each bounded key that goes beyond a level, and the first level that allows it.
  static let beyond: [(key: ConfigurationKey, word: String, allowedFrom: TrustLevel)] = [
    (.artifacts, "out", .limitedWrite), (.write, "/data", .limitedWrite), (.network, "all", .autonomous),
    (.passEnvironment, "TOKEN", .autonomous), (.seccomp, "unconfined", .autonomous),
    (.disable, "landlock", .autonomous), (.require, "capabilities,rlimits", .autonomous),
    (.require, "seccomp", .autonomous),
  ]

  @Test(arguments: TrustLevel.allCases, beyond.indices)
  func allowsOrRefusesByName(_ level: TrustLevel, _ index: Int) throws {
    let (key, word, allowedFrom) = Self.beyond[index]
    for (environment, flags) in [
      ([("WARDER_TRUST", level.name)], [key.flag, word]), ([(key.variable, word)], ["--trust", level.name]),
    ] {
      let found = problem(environment: environment, flags: flags)
      guard level.rawValue < allowedFrom.rawValue else {
        #expect(found == nil, "\(found?.message ?? "")")
        continue
      }
      let error = try #require(found, "\(key.row.name) \(word) was accepted at \(level.name)")
      #expect(error.kind == .exceedsTrust)
      let setsKey = flags[0] == key.flag ? key.flag : key.variable
      let setsTrust = flags[0] == "--trust" ? "--trust" : "WARDER_TRUST"
      #expect(error.message.hasPrefix("\(setsKey): \(key.row.name) "), "\(error.message)")
      #expect(error.message.hasSuffix("is not allowed at trust \(level.name), which \(setsTrust) sets"))
    }
  }

  /// Whatever key is not in the list above can have either of its samples at every level.
  @Test(arguments: TrustLevel.allCases, KeySample.all.indices)
  func leavesOtherKeysAlone(_ level: TrustLevel, _ index: Int) throws {
    let sample = KeySample.all[index]
    guard sample.key != .trust, !Self.beyond.contains(where: { $0.key == sample.key }) else { return }
    let flags = ["--trust", level.name, sample.key.flag, sample.word]
    let found = problem(flags: flags)
    #expect(found == nil || found?.kind == .exceedsCeiling, "\(found?.message ?? "")")
    #expect(level.bound(of: sample.key) == nil)
  }

  @Test(arguments: TrustLevel.allCases) func everyBoundIsTested(_ level: TrustLevel) {
    for key in ConfigurationKey.allCases where level.bound(of: key) != nil {
      #expect(Self.beyond.contains { $0.key == key && level.rawValue < $0.allowedFrom.rawValue }, "\(key.row.name)")
    }
  }

  /// A looser level allows everything that a tighter one does.
  @Test func levelsAreInOrder() {
    for sample in KeySample.all where sample.key != .trust {
      var wasAllowed = false
      for level in TrustLevel.allCases {
        let isAllowed = problem(flags: ["--trust", level.name, sample.key.flag, sample.word]) == nil
        #expect(isAllowed || !wasAllowed, "\(sample.key.row.name) \(sample.word) at \(level.name)")
        wasAllowed = isAllowed
      }
    }
  }

  @Test(arguments: TrustLevel.allCases) func everyLevelAllowsItself(_ level: TrustLevel) throws {
    let configuration = try configuration(flags: ["--trust", level.name])
    #expect(configuration.trust == level)
    #expect(configuration.checksOnly == (level == .shadow))
    #expect(configuration.network == (level == .autonomous ? .all : .none))
    #expect(configuration[.network].layer == (level == .autonomous ? .trust : .builtIn))
  }

  @Test func withoutALevelNothingChanges() throws {
    let configuration = try configuration(
      flags: ["--network", "all", "--disable", "landlock", "--write", "/data", "--artifacts", "out"])
    #expect(configuration.trust == nil && !configuration.checksOnly)
    for key in ConfigurationKey.allCases { #expect(configuration[key].layer != .trust) }
  }

  @Test func whatIsSetWinsOverAPreset() throws {
    #expect(try configuration(flags: ["--trust", "autonomous", "--network", "none"]).network == .none)
    #expect(
      try configuration(policy: #"{"defaults": {"network": "none"}}"#, flags: ["--trust", "autonomous"]).network
        == .none)
  }

  @Test func scratchMayBeWrittenAtEveryLevel() throws {
    for level in TrustLevel.allCases {
      #expect(problem(flags: ["--trust", level.name, "--write", "/tmp,/tmp/x"]) == nil)
    }
    #expect(problem(flags: ["--trust", "read-only", "--write", "/tmp/x,/tmpfoo"])?.kind == .exceedsTrust)
  }

  @Test func aTaskMayNotChooseItsLevel() {
    #expect(problem(task: #"{"trust": "autonomous"}"#)?.kind == .notPermittedHere)
  }

  @Test func aRequestBeyondTheLevelIsRefusedWhereItStands() {
    #expect(
      problem(task: #"{"artifacts": "out"}"#, flags: ["--trust", "read-only"])?.message
        == "/task/task.json:1:15: artifacts \"out\" is not allowed at trust read-only, which --trust sets")
    #expect(
      problem(flags: ["--trust", "read-only", "--require", "rlimits"])?.message
        == "--require: require without seccomp, landlock is not allowed at trust read-only, which --trust sets")
  }

  @Test func whatThePolicyAlwaysAddsCountsToo() {
    #expect(
      problem(policy: #"{"filesystem": {"write": ["/data"]}}"#, flags: ["--trust", "read-only"])?.message
        == "/etc/warder/policy.json: filesystem.write \"/data\" is not allowed at trust read-only, which --trust sets")
    #expect(
      problem(policy: #"{"pass_env": ["TOKEN"]}"#, flags: ["--trust", "limited-write"])?.message
        == "/etc/warder/policy.json: pass_env \"TOKEN\" is not allowed at trust limited-write, which --trust sets")
    #expect(problem(policy: #"{"filesystem": {"write": ["/data"]}}"#, flags: ["--trust", "limited-write"]) == nil)
  }

  @Test func aPolicyCapsTheLevel() {
    let policy = #"{"defaults": {"trust": "read-only"}, "ceilings": {"trust": "limited-write"}}"#
    #expect(problem(policy: policy) == nil)
    #expect(problem(policy: policy, flags: ["--trust", "limited-write"]) == nil)
    #expect(problem(policy: policy, flags: ["--trust", "shadow"]) == nil)
    #expect(
      problem(policy: policy, flags: ["--trust", "autonomous"])?.message
        == "--trust: trust \"autonomous\" lies outside this image's ceiling: shadow, read-only, limited-write")
    // No level at all would be looser than every level.
    #expect(
      problem(policy: #"{"ceilings": {"trust": "limited-write"}}"#)?.message
        == "/etc/warder/policy.json: ceilings.trust leaves no task without a level; set defaults.trust to the level of "
        + "tasks that name none")
  }

  @Test func aPresetIsHeldAgainstTheCeilings() {
    let policy = #"{"ceilings": {"network": "none"}}"#
    #expect(
      problem(policy: policy, flags: ["--trust", "autonomous"])?.message
        == "--trust: trust autonomous presets network \"all\" lies outside this image's ceiling: none; set network")
    #expect(problem(policy: policy, flags: ["--trust", "autonomous", "--network", "none"]) == nil)
  }
}
