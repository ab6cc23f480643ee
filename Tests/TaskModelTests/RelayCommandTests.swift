import Testing

@testable import TaskModel

@Suite("Relay command") struct RelayCommandTests {
  @Test func isWordsOrAnArray() throws {
    #expect(try configuration().relay == nil)
    #expect(try configuration(flags: ["--relay", "/bin/tee  /a "]).relay == ["/bin/tee", "/a"])
    #expect(try configuration(environment: [("WARDER_RELAY", "/bin/tee /a")]).relay == ["/bin/tee", "/a"])
    let policy = #"{"defaults": {"relay": ["/bin/tee", "a b"]}}"#
    #expect(try configuration(policy: policy).relay == ["/bin/tee", "a b"])
    #expect(try configuration(policy: #"{"defaults": {"relay": "/bin/tee a b"}}"#).relay == ["/bin/tee", "a", "b"])
    #expect(try configuration(policy: policy, flags: ["--relay", "off"]).relay == nil)
    #expect(try configuration(policy: policy, flags: ["--relay=/bin/cat"]).relay == ["/bin/cat"])
  }

  @Test(arguments: ["", " ", "cat", "bin/cat", "/", "./cat"]) func needsAnAbsolutePath(_ text: String) {
    let found = problem(flags: ["--relay=\(text)"])?.message ?? ""
    #expect(found.hasPrefix("--relay: expected off, or the absolute path of a program and its arguments"), "\(found)")
  }

  @Test func isNoBusinessOfATask() {
    for key in ["relay", "relay_log", "relay_wait"] {
      #expect(problem(task: #"{"\#(key)": "off"}"#)?.kind == .notPermittedHere, "\(key)")
    }
  }

  @Test func aCeilingNamesWholeCommands() throws {
    let policy = #"{"ceilings": {"relay": ["/bin/tee /a"]}}"#
    #expect(try configuration(policy: policy).relay == nil)
    #expect(try configuration(policy: policy, flags: ["--relay", "/bin/tee /a"]).relay != nil)
    let message = problem(policy: policy, flags: ["--relay", "/bin/tee /b"])?.message
    #expect(
      message?.contains(#""/bin/tee /b" lies outside this image's ceiling: /bin/tee /a"#) == true, "\(message ?? "")")
  }

  @Test func costsTimeAndNeedsLandlock() throws {
    let without = try configuration()
    let with = try configuration(flags: ["--relay", "/bin/cat", "--relay-wait", "3s", "--require", "seccomp"])
    #expect(with.worstCase == without.worstCase + .seconds(3))
    #expect(try configuration(flags: ["--relay-wait", "3s"]).worstCase == without.worstCase)
    #expect(with.requiredLayers.names == ["seccomp", "landlock"])
    #expect(try configuration(flags: ["--require", "seccomp"]).requiredLayers.names == ["seccomp"])
  }
}
