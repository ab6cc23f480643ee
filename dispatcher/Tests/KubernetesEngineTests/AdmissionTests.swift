import DispatcherModel
import KubernetesEngine
import KubernetesTestSupport
import Testing

extension OneAtATime {
  /// Jobs that get no pod, which only events say.
  @Suite(.timeLimit(.minutes(3)))
  struct AdmissionTests {
    @Test("what PodSecurity refuses never runs: the Job is taken back")
    func denied() async throws {
      let harness = try await EngineHarness()
      try await harness.server.set(
        #"{"denial": "violates PodSecurity \"restricted:latest\": seccompProfile"}"#)
      let story = try await harness.run(#"[{"exit": 0}]"#)
      #expect(story.reason == "admission_refused")
      #expect(story.end.message?.contains("violates PodSecurity") == true)
    }

    @Test("a quota that others use up is waited for")
    func quota() async throws {
      let harness = try await EngineHarness()
      try await harness.server.set(#"{"pods": 1}"#)
      let first = try await harness.engine.start(harness.task("first", "#plan[{\"sleep\": 1.5}, {\"exit\": 0}]\n"))
      try await eventually("the first has its pod") { try await harness.server.objects()["pods"]?.count == 1 }
      let second = try await harness.run(#"[{"exit": 0}]"#, id: "second", keep: true)
      #expect(second.reason == "exited")
      #expect(
        second.phases.contains {
          if case .pending(let detail) = $0 { detail.contains("exceeded quota") } else { false }
        }, "\(second.phases)")
      #expect(await harness.follow(first).reason == "exited")
    }

    @Test("a quota that is too small for the task is not waited for")
    func tooSmall() async throws {
      let harness = try await EngineHarness()
      try await harness.server.set(
        #"{"pods": 0, "quota_message": "requested: limits.memory=4Gi, used: limits.memory=0, limited: limits.memory=2Gi"}"#
      )
      let story = try await harness.run(#"[{"exit": 0}]"#)
      #expect(story.reason == "admission_refused")
    }

    @Test("a quota that stays full ends the waiting")
    func full() async throws {
      let harness = try await EngineHarness { $0.queueBudget = .seconds(2) }
      try await harness.server.set(#"{"pods": 0}"#)
      let story = try await harness.run(#"[{"exit": 0}]"#)
      #expect(story.reason == "admission_refused")
      #expect(story.end.message?.contains("exceeded quota") == true)
    }

    @Test("a webhook that does not answer is waited for")
    func webhook() async throws {
      let harness = try await EngineHarness()
      try await harness.server.set(
        #"{"denial": "Internal error occurred: failed calling webhook \"x\": context deadline exceeded", "denials": 2}"#
      )
      #expect(try await harness.run(#"[{"exit": 0}]"#).reason == "exited")
    }

    @Test("a Job in a queue waits until it is admitted")
    func queue() async throws {
      let harness = try await EngineHarness { $0.runtimes["python"]?.queue = "agents" }
      let handle = try await harness.engine.start(harness.task("queued", "#plan[{\"exit\": 0}]\n"))
      async let story = harness.follow(handle)
      try await Task.sleep(for: .milliseconds(500))
      #expect(try await harness.server.objects()["pods"]?.isEmpty == true)
      try await harness.server.set(#"{"kueue_admits": true}"#)
      let told = await story
      #expect(told.reason == "exited")
      #expect(told.phases.contains(.pending(detail: "waiting for the queue agents")))
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }

    @Test("the turn in a queue that never comes")
    func never() async throws {
      let harness = try await EngineHarness {
        $0.runtimes["python"]?.queue = "agents"
        $0.queueBudget = .seconds(1)
      }
      let story = try await harness.run(#"[{"exit": 0}]"#)
      #expect(story.reason == "unschedulable")
      #expect(story.end.message?.contains("agents") == true)
    }
  }
}
