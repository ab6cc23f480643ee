import DispatcherModel
import KubernetesEngine
import KubernetesTestSupport
import Testing

extension OneAtATime {
  @Suite(.timeLimit(.minutes(3)))
  struct CancelTests {
    @Test("a script that runs is told by SIGTERM, and its log is kept")
    func running() async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(
        harness.task("running", "#plan[{\"out\": \"before\\n\"}, {\"hang\": true}]\n"))
      async let story = harness.follow(handle)
      try await eventually("it runs") {
        try await harness.server.requests().lines.contains { $0.contains("/log?") }
      }
      try await harness.engine.cancel(handle)
      try await harness.engine.cancel(handle)
      let told = await story
      #expect(told.reason == "cancelled")
      #expect(told.output == "before\n")
      // The pod is there as it was: its deadline was lowered, and nothing was deleted.
      #expect(!(try await harness.server.requests().lines.contains { $0.hasPrefix("DELETE") }))
      try await harness.engine.cancel(handle)
      try await harness.engine.remove(handle)
      try await harness.engine.remove(handle)
      try await harness.engine.cancel(handle)
      try await harness.isEmpty()
    }

    @Test("a real script is cancelled")
    func real() async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(
        harness.task("real-cancel", "import time\nprint('up', flush=True)\ntime.sleep(60)\n"))
      var story = EngineHarness.Story()
      for await update in harness.engine.follow(handle) {
        story.take(update)
        if case .log = update, story.output == "up\n" { try await harness.engine.cancel(handle) }
      }
      #expect(story.reason == "cancelled", "\(story.end)")
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }

    @Test(
      "a task without a running container is taken back",
      arguments: [
        #"[{"unschedulable": "no node"}]"#, #"[{"waiting": ["ContainerCreating", ""]}]"#,
      ])
    func pending(plan: String) async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(harness.task("pending", "#plan\(plan)\n"))
      async let story = harness.follow(handle)
      try await eventually("it has a pod") { try await harness.server.objects()["pods"]?.count == 1 }
      try await harness.engine.cancel(handle)
      #expect(await story.reason == "cancelled")
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }

    @Test("a supervisor that says nothing was cancelled all the same")
    func silent() async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(
        harness.task(
          "silent", "#plan[{\"out\": \"a\\n\"}, {\"ignore_term\": true}, {\"sleep\": 1}, {\"deadline\": true}]\n"))
      async let story = harness.follow(handle)
      try await eventually("it runs") {
        try await harness.server.requests().lines.contains { $0.contains("/log?") }
      }
      try await harness.engine.cancel(handle)
      #expect(await story.reason == "cancelled")
    }

    @Test("cancelled in a queue, and before there is a pod")
    func suspended() async throws {
      let harness = try await EngineHarness { $0.runtimes["python"]?.queue = "agents" }
      let handle = try await harness.engine.start(harness.task("suspended", "#plan[{\"exit\": 0}]\n"))
      try await harness.engine.cancel(handle)
      #expect(await harness.follow(handle).reason == "cancelled")
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }
  }
}
