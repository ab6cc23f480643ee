import Testing

@testable import TaskModel

@Suite struct ArtifactLocationTests {
  @Test func liesInOneOfTwoPlaces() throws {
    let inside = try #require(try configuration(flags: ["--artifacts", "out/plots"]).artifacts)
    #expect(inside.base == .workDirectory && inside.components.map { String(repairing: $0) } == ["out", "plots"])
    #expect(inside.path(workDirectory: "/tmp/warder-1", temporaryDirectory: "/tmp") == "/tmp/warder-1/out/plots")
    let beneath = try #require(try configuration(flags: ["--artifacts", "/tmp/a"]).artifacts)
    #expect(beneath.base == .temporaryDirectory)
    #expect(beneath.path(workDirectory: "/tmp/warder-1", temporaryDirectory: "/tmp") == "/tmp/a")
  }

  @Test func isOffUnlessSomebodyWantsIt() throws {
    #expect(try configuration().artifacts == nil)
    #expect(try configuration(task: #"{"artifacts": "out"}"#, flags: ["--artifacts", "off"]).artifacts == nil)
    #expect(try configuration(task: #"{"artifacts": "out"}"#).artifacts != nil)
  }

  @Test func costsTimeOnlyWhereItIsOn() throws {
    let without = try configuration().worstCase
    #expect(try configuration(flags: ["--artifacts", "out"]).worstCase == without + TimeBounds.artifacts)
  }

  @Test func theScriptIsToldWhere() throws {
    func variable(_ flags: [String]) throws -> String? {
      let environment = ChildEnvironment.compose(
        container: [], runtime: Runtime.builtIn[0], configuration: try configuration(flags: flags),
        workDirectory: "/tmp/w", temporaryDirectory: "/tmp", cpuCount: 1)
      return environment.variables.first { $0.name.areBytes(of: "WARDER_ARTIFACTS") }
        .map { String(repairing: $0.value) }
    }
    #expect(try variable([]) == nil)
    #expect(try variable(["--artifacts", "out"]) == "/tmp/w/out")
    #expect(try variable(["--artifacts", "/tmp/x/y"]) == "/tmp/x/y")
  }

  @Test func aRefusalSaysWhatIsPossible() {
    #expect(
      problem(task: #"{"artifacts": "/var/log"}"#)?.message
        == "/task/task.json:1:15: artifacts: expected off, a directory inside the working directory such as out, or one "
        + "beneath /tmp such as /tmp/out (without empty, . or .. components), found \"/var/log\"")
  }
}
