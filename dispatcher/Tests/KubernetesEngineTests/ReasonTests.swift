import DispatcherModel
import KubernetesEngine
import KubernetesTestSupport
import Testing
import WarderFrames

extension OneAtATime {
  /// What became of a task whose log has no verdict, by what the platform says.
  @Suite(.timeLimit(.minutes(3)))
  struct ReasonTests {
    struct Case: Sendable, CustomTestStringConvertible {
      var plan: String
      var reason: String
      var message = ""
      var testDescription: String { "\(reason): \(plan)" }
    }

    static let cases: [Case] = [
      Case(plan: #"[{"out": "a\n"}, {"oom": true}]"#, reason: "oom_killed"),
      Case(
        plan: #"[{"out": "a\n"}, {"evict": "The node was low on resource: memory.", "state": 137}]"#, reason: "evicted",
        message: "low on resource"),
      // Before its container had ever started.
      Case(
        plan: #"[{"evict": "The node had condition: [DiskPressure]."}]"#, reason: "evicted", message: "DiskPressure"),
      Case(plan: #"[{"out": "a\n"}, {"deadline": true}]"#, reason: "deadline_exceeded", message: "specified deadline"),
      Case(
        plan: #"[{"out": "a\n"}, {"disrupt": "PreemptionByScheduler", "message": "Preempted by pod"}]"#,
        reason: "evicted",
        message: "Preempted by pod"),
      Case(
        plan: #"[{"out": "a\n"}, {"disrupt": "DeletionByPodGC", "message": "PodGC: node no longer exists"}]"#,
        reason: "node_lost", message: "no longer exists"),
      Case(plan: #"[{"out": "a\n"}, {"node_lost": true}]"#, reason: "node_lost", message: "unresponsive"),
      Case(
        plan: #"[{"start_error": "exec: /warder-init: no such file or directory"}]"#, reason: "launch_failed",
        message: "no such file"),
      Case(plan: #"[{"reject": "OutOfcpu"}]"#, reason: "unschedulable", message: "OutOfcpu"),
      // The status outranks the message, which a script may have written.
      Case(
        plan:
          #"[{"exit": 0, "unlogged": true, "state": "OOMKilled", "told": "{\"reason\":\"exited\",\"exit_code\":0}\n"}]"#,
        reason: "oom_killed"),
      // The log's own verdict outranks everything.
      Case(plan: #"[{"exit": 0, "reason": "memory_limit", "state": "OOMKilled"}]"#, reason: "memory_limit"),
      // The log is gone, the message is there.
      Case(plan: #"[{"exit": 3, "unlogged": true}]"#, reason: "exited"),
      Case(plan: #"[{"out": "a\n"}, {"silent_end": true}]"#, reason: "lost"),
      Case(
        plan: #"[{"waiting": ["InvalidImageName", "Failed to apply default image tag"]}]"#, reason: "image_pull",
        message: "InvalidImageName"),
      Case(
        plan: #"[{"waiting": ["ErrImagePull", "rpc error: code = NotFound desc = failed to resolve: not found"]}]"#,
        reason: "image_pull", message: "not found"),
    ]

    @Test("the reasons are told apart", arguments: cases)
    func reason(test: Case) async throws {
      let harness = try await EngineHarness()
      let story = try await harness.run(test.plan)
      #expect(story.reason == test.reason, "\(story.end)")
      #expect(story.end.message?.contains(test.message) ?? test.message.isEmpty, "\(story.end)")
    }

    @Test("an image that may come yet is waited for, and not for ever")
    func slowImage() async throws {
      let harness = try await EngineHarness { $0.startBudget = .seconds(2) }
      let plan = #"[{"waiting": ["ImagePullBackOff", "Back-off pulling image"]}]"#
      let story = try await harness.run(plan)
      #expect(story.reason == "image_pull")
      #expect(
        story.phases.contains(.pending(detail: "waiting for the image: ImagePullBackOff: Back-off pulling image")))
      let came = try await harness.run(#"[{"waiting": ["ErrImagePull", "i/o timeout"], "for": 0.5}, {"exit": 0}]"#)
      #expect(came.reason == "exited")
    }

    @Test("no node takes the pod: said while it waits, and in the end")
    func unschedulable() async throws {
      let harness = try await EngineHarness { $0.queueBudget = .seconds(2) }
      let story = try await harness.run(#"[{"unschedulable": "0/3 nodes are available: 3 Insufficient memory."}]"#)
      #expect(story.reason == "unschedulable")
      #expect(story.end.message?.contains("Insufficient memory") == true)
      #expect(
        story.phases.contains(.pending(detail: "waiting for a node: 0/3 nodes are available: 3 Insufficient memory.")))
      let came = try await harness.run(#"[{"unschedulable": "0/3 nodes are available", "for": 0.5}, {"exit": 0}]"#)
      #expect(came.reason == "exited")
    }

    @Test("a pod that somebody removed")
    func removed() async throws {
      let harness = try await EngineHarness()
      let story = try await harness.run(#"[{"out": "a\n"}, {"followed": true}, {"vanish": true}]"#)
      #expect(story.reason == "lost")
      #expect(story.output == "a\n")
      #expect(story.end.message?.contains("removed") == true, "\(story.end)")
    }
  }
}
