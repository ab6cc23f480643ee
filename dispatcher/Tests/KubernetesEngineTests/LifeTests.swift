import DispatcherModel
import Foundation
import KubernetesEngine
import KubernetesTestSupport
import Testing
import WarderFrames

extension OneAtATime {
  /// Tasks whose cluster has a good day.
  @Suite(.timeLimit(.minutes(3)))
  struct LifeTests {
    @Test("a task runs, its log is followed, and nothing is left")
    func run() async throws {
      let harness = try await EngineHarness()
      let story = try await harness.run(#"[{"out": "hello\n"}, {"followed": true}, {"out": "world\n"}, {"exit": 0}]"#)
      #expect(story.reason == "exited")
      #expect(story.output == "hello\nworld\n")
      #expect(story.phases.last == .running)
      #expect(story.end.platformReason == nil)
      #expect(story.messageReason == "exited")
      #expect(await harness.engine.readiness() == .ready)
    }

    @Test("a script runs for real, with files, arguments, variables and standard input")
    func real() async throws {
      let harness = try await EngineHarness()
      var task = harness.task(
        "real",
        "import os, sys\nprint(sys.argv[1:], os.environ['NAME'], sys.stdin.read(), open('in/data.txt').read())\n")
      task.files = [.init(path: "in/data.txt", bytes: Array("data".utf8))]
      task.arguments = ["one", "$(two)"]
      task.environment = ["NAME": "value $(x)"]
      task.standardInput = Array("input".utf8)
      task.settings = [.init(key: "timeout", text: "20s"), .init(key: "memory", text: "256Mi")]
      let handle = try await harness.engine.start(task)
      let story = await harness.follow(handle)
      #expect(story.reason == "exited", "\(story.results) \(story.end)")
      #expect(story.output == "['one', '$(two)'] value $(x) input data\n")
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }
  }
}
