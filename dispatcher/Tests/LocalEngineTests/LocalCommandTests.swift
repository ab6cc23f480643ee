import DispatcherModel
import Foundation
import TaskModel
import Testing

@testable import LocalEngine

@Suite struct LocalCommandTests {
  private let files = TaskFiles(directory: "/state/t-1")

  @Test func everythingIsOnTheCommandLineAndNothingElse() {
    var settings = LocalSettings()
    settings.engine = "process"
    let task = TaskSpecification(
      id: "t-1", runtime: "py", script: .init(path: "script.py", bytes: []), files: [.init(path: "stdin/x", bytes: [])],
      arguments: ["--help", "-"], environment: ["B": "=", "A": "x y"], standardInput: [],
      settings: [.init(key: "open_files", text: "20"), .init(key: "timeout", text: "1s")])
    #expect(
      LocalCommand(task, files, settings, policyRuntime: "python").arguments == [
        "run", "--frames", "--quiet", "--engine", "process", "--id", "t-1", "--runtime", "python",
        "--task", "/state/t-1/task", "--stdin", "/state/t-1/stdin_", "--open-files=20", "--timeout=1s",
        "--env=A=x y", "--env=B==", "/state/t-1/task/script.py", "--help", "-",
      ])
  }

  /// What the engine writes for node is a policy that the supervisor's own reader takes.
  @Test func thePolicyIsOne() throws {
    let policy = try Policy.parse(LocalPolicy.text, path: "policy.json")
    #expect(policy.runtimes.map(\.name) == ["python", "bash", "sh", "node"])
    #expect(policy.runtimes[0].check == Runtime.builtIn[0].check)
  }
}
