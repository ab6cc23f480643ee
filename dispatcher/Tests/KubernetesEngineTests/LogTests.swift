import DispatcherModel
import KubernetesEngine
import KubernetesTestSupport
import Testing
import WarderFrames

extension OneAtATime {
  @Suite(.timeLimit(.minutes(3)))
  struct LogTests {
    @Test("a log that breaks off is read from its start again, and counts once", arguments: [1, 90, 300, 700])
    func breaks(bytes: Int) async throws {
      let harness = try await EngineHarness()
      try await harness.server.fault(#"{"match": "/log\\?", "do": "cut", "bytes": \#(bytes), "count": 2}"#)
      let story = try await harness.run(#"[{"out": "line\n", "times": 20, "pause": 0.02}, {"exit": 0}]"#)
      #expect(story.reason == "exited")
      #expect(story.restarts >= 1)
      #expect(story.output == String(repeating: "line\n", count: 20))
      #expect(story.results.last?.isComplete == true)
    }

    @Test("what is rotated away was read before")
    func rotation() async throws {
      let harness = try await EngineHarness()
      let story = try await harness.run(
        #"[{"out": "one\n"}, {"followed": true}, {"rotate": true}, {"out": "two\n"}, {"followed": true}, {"rotate": true}, {"exit": 0}]"#
      )
      #expect(story.output == "one\ntwo\n")
      #expect(story.results.last?.isComplete == true)
    }

    @Test("a container that is not there yet, and a kubelet that does not answer, are asked again")
    func notThere() async throws {
      let harness = try await EngineHarness()
      try await harness.server.fault(
        #"{"match": "/log\\?", "do": "status", "code": 400, "reason": "BadRequest", "message": "ContainerCreating", "count": 2}"#,
        #"{"match": "/log\\?", "do": "status", "code": 500, "count": 2}"#,
        #"{"match": "/log\\?", "do": "drop", "count": 1}"#)
      let story = try await harness.run(#"[{"out": "a\n"}, {"exit": 0}]"#)
      #expect(story.reason == "exited")
      #expect(story.output == "a\n")
    }

    @Test("a sidecar does not keep a task from ending, nor is its log the task's")
    func sidecar() async throws {
      let template = #"{"spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "proxy:1"}]}}}}"#
      let harness = try await EngineHarness { $0.runtimes["python"]?.template = Array(template.utf8) }
      let story = try await harness.run(#"[{"out": "a\n"}, {"exit": 3}]"#)
      #expect(story.reason == "exited")
      let silent = try await harness.run(#"[{"out": "a\n"}, {"exit": 3, "unlogged": true}]"#)
      #expect(silent.reason == "exited")
    }

    @Test("much output arrives whole, and whoever reads slowly keeps it back")
    func much() async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(
        harness.task(
          "much", "#plan[{\"out\": \"\(String(repeating: "x", count: 1000))\", \"times\": 3000}, {\"exit\": 0}]\n"))
      var story = EngineHarness.Story()
      for await update in harness.engine.follow(handle) {
        if case .log = update, story.results.last?.frameCount ?? 0 < 100 {
          try await Task.sleep(for: .milliseconds(20))
        }
        story.take(update)
      }
      #expect(story.reason == "exited")
      #expect(story.results.last?.stdout.count == 3_000_000)
    }

    @Test("a pod that the cluster took away runs again, and the last one counts")
    func rerun() async throws {
      // The first pod is preempted; its successor plays the same plan, in which the fault is used up.
      let harness = try await EngineHarness { $0.isRunAgainAfterDisruption = true }
      let story = try await harness.run(
        #"[{"once": [{"out": "first\n"}, {"followed": true}, {"disrupt": "PreemptionByScheduler"}]}, {"out": "second\n"}, {"exit": 0}]"#
      )
      #expect(story.reason == "exited")
      #expect(story.output == "second\n")
      #expect(story.results.count == 2)
      #expect(story.ends.count == 1)
    }
  }
}
