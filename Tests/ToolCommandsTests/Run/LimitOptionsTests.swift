import ArgumentParser
import TaskModel
import Testing

@testable import ToolCommands

@Suite("Keys as options of warder run") struct LimitOptionsTests {
  @Test("every key of warder-init is an option, or has another way that is told")
  func complete() throws {
    for key in ConfigurationKey.allCases {
      let arguments = [key.flag, "x"]
      if LimitOptions.elsewhere.contains(key) {
        #expect(throws: (any Error).self, "\(key.flag)") { _ = try LimitOptions.parse(arguments) }
      } else {
        #expect(try LimitOptions.parse(arguments).settings == [Setting(key: key, text: "x")])
      }
    }
  }

  @Test("values are handed on as they are, lists as often as they were given, in the table's order")
  func handedOn() throws {
    let options = try LimitOptions.parse(
      ["--env", "B=2", "--memory=1Gi", "--env=A=--x", "--timeout", "1s", "--require", ""])
    #expect(
      options.settings.map(\.flag) == ["--timeout=1s", "--memory=1Gi", "--env=B=2", "--env=A=--x", "--require="])
  }

  @Test("what warder-init would refuse is refused before anything starts, in its words")
  func refusals() {
    for (flags, message) in [
      (["--timeout=1x"], "--timeout: expected one of the units"), (["--memory=lots"], "--memory: "),
      (["--network=some"], "--network: "), (["--env=A"], "--env: "),
    ] {
      do {
        _ = try LocalValues(flags: flags, environment: [:])
        Issue.record("\(flags) was taken")
      } catch {
        #expect(error.message.hasPrefix(message), "\(error.message)")
      }
    }
    #expect(throws: ConfigurationError.self) { _ = try LocalValues(flags: [], environment: ["WARDER_TIMOUT": "1s"]) }
  }

  @Test func flagsWinOverVariables() throws {
    let values = try LocalValues(
      flags: ["--network=none", "--read=/a"], environment: ["WARDER_NETWORK": "all", "WARDER_MEMORY": "1Gi"])
    #expect(values.network == .none)
    #expect(values.memory == .explicit(1 << 30))
    #expect(values.readPaths == ["/a"])
    #expect(LocalValues().network == .none)
    #expect(LocalValues().memory == .automatic(most: nil))
  }

  @Test("everything after the script is the script's")
  func passThrough() throws {
    let command = try RunCommand.parse(["--timeout", "1s", "script.py", "--timeout", "2s", "--", "-h"])
    #expect(command.command == ["script.py", "--timeout", "2s", "--", "-h"])
    #expect(command.limits.task.timeout == "1s")
  }
}
