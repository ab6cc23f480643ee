import DispatcherModel
import Foundation
import KubernetesEngine
import KubernetesTestSupport
import Testing
import WarderFrames

extension OneAtATime {
  /// The API server on its bad days.
  @Suite(.timeLimit(.minutes(5)))
  struct FaultTests {
    static let faults: [String] = [
      // Answers that come to nothing, before and after the deed.
      #"{"match": "^POST .*/configmaps", "do": "lost"}"#, #"{"match": "^POST .*/jobs", "do": "lost"}"#,
      #"{"match": "^POST .*/jobs", "do": "drop"}"#, #"{"match": "^POST .*/jobs", "do": "status", "code": 500}"#,
      #"{"match": "^POST .*/jobs", "do": "status", "code": 503, "count": 2}"#,
      #"{"match": "^POST", "do": "status", "code": 429, "retry_after": 1, "count": 2}"#,
      #"{"match": "^PATCH .*/configmaps", "do": "lost"}"#,
      #"{"match": "^PATCH .*/configmaps", "do": "status", "code": 409, "reason": "Conflict", "count": 2}"#,
      #"{"match": "^PATCH .*/configmaps", "do": "status", "code": 422, "reason": "Invalid"}"#,
      #"{"match": "^DELETE .*/jobs", "do": "lost"}"#, #"{"match": "^DELETE", "do": "status", "code": 500}"#,
      #"{"match": "^POST .*/jobs", "do": "slow", "seconds": 7}"#,
      // Watches.
      #"{"match": "watch=true", "do": "gone_event", "count": 3}"#,
      #"{"match": "watch=true", "do": "status", "code": 410, "count": 3}"#,
      #"{"match": "watch=true", "do": "status", "code": 429, "retry_after": 1, "count": 2}"#,
      #"{"match": "watch=true", "do": "status", "code": 500, "count": 2}"#,
      #"{"match": "watch=true", "do": "cut", "bytes": 700, "count": 3}"#,
      #"{"match": "watch=true", "do": "cut", "bytes": 1, "count": 3}"#,
      #"{"match": "^GET [^?]*/(pods|jobs)\\?", "do": "drop", "count": 4}"#,
    ]

    @Test("a fault is got over, and the verdict is the true one", arguments: faults)
    func fault(fault: String) async throws {
      let server = try await StandIn()
      try await server.fault(fault)
      let harness = try await EngineHarness(server: server)
      let story = try await harness.run(#"[{"out": "a\n"}, {"sleep": 0.3}, {"exit": 0}]"#)
      #expect(story.reason == "exited")
      #expect(story.output == "a\n")
    }

    @Test("history that is forgotten while nobody listens is listed anew")
    func compaction() async throws {
      let harness = try await EngineHarness()
      let handle = try await harness.engine.start(
        harness.task("compaction", "#plan[{\"out\": \"a\\n\"}, {\"sleep\": 2}, {\"exit\": 0}]\n"))
      async let story = harness.follow(handle)
      try await eventually("it runs") { try await harness.server.requests().lines.contains { $0.contains("/log?") } }
      // The watches that are open break, and what happened since is gone.
      try await harness.server.ask("/compact")
      #expect(await story.reason == "exited")
      try await harness.engine.remove(handle)
      try await harness.isEmpty()
    }

    @Test("an object of the same name that is somebody else's is left alone")
    func foreign() async throws {
      let harness = try await EngineHarness()
      try await harness.server.ask(
        "/create", #"["configmaps", {"metadata": {"name": "taken"}, "data": {"a": "b"}}]"#)
      do {
        _ = try await harness.engine.start(harness.task("taken", "#plan[{\"exit\": 0}]\n"))
        Issue.record("it was started")
      } catch {
        guard case .refused(let message) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(message.contains("already exists"))
      }
      #expect(try await harness.server.names() == ["configmaps/taken"])
    }

    @Test("a Job that is refused leaves no ConfigMap")
    func refusedJob() async throws {
      let harness = try await EngineHarness()
      try await harness.server.fault(
        #"{"match": "^POST .*/jobs", "do": "status", "code": 403, "reason": "Forbidden", "message": "admission webhook \"policy\" denied the request: no"}"#
      )
      await #expect(throws: EngineError.refused("admission webhook \"policy\" denied the request: no")) {
        _ = try await harness.engine.start(harness.task("refused", "#plan[{\"exit\": 0}]\n"))
      }
      try await harness.isEmpty()
    }

    @Test("tasks under random faults: each has one true verdict, and nothing is left", arguments: [1, 2])
    func chaos(seed: Int) async throws {
      let server = try await StandIn(["--seed", "\(seed)"])
      try await server.fault(
        #"{"match": "watch=true", "do": "cut", "bytes": 2500, "count": 1000, "chance": 0.3}"#,
        #"{"match": "watch=true", "do": "gone_event", "count": 1000, "chance": 0.1}"#,
        #"{"match": "/log\\?", "do": "cut", "bytes": 250, "count": 1000, "chance": 0.3}"#,
        #"{"match": "^(POST|PATCH|DELETE)", "do": "lost", "count": 1000, "chance": 0.1}"#,
        #"{"match": "^(GET|POST|PATCH|DELETE)", "do": "drop", "count": 1000, "chance": 0.05}"#,
        #"{"match": "^(GET|POST|PATCH|DELETE)", "do": "status", "code": 500, "count": 1000, "chance": 0.05}"#,
        #"{"match": "^(GET|POST|PATCH|DELETE)", "do": "status", "code": 429, "retry_after": 1, "count": 1000, "chance": 0.03}"#
      )
      let harness = try await EngineHarness(server: server)
      let plans = [
        (#"[{"out": "a\n", "times": 5, "pause": 0.05}, {"exit": 0}]"#, "exited"),
        (#"[{"out": "a\n"}, {"exit": 7}]"#, "exited"),
        (#"[{"out": "a\n"}, {"oom": true}]"#, "oom_killed"),
        (#"[{"out": "a\n"}, {"sleep": 0.2}, {"evict": "low on memory", "state": 137}]"#, "evicted"),
        (#"[{"waiting": ["InvalidImageName", "x"]}]"#, "image_pull"),
        (#"[{"hang": true}]"#, "cancelled"),
      ]
      let count = 30
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<count {
          group.addTask {
            let (plan, reason) = plans[number % plans.count]
            let handle = try await harness.engine.start(harness.task("chaos-\(number)", "#plan\(plan)\n"))
            if reason == "cancelled" {
              Task {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...800)))
                try await harness.engine.cancel(handle)
              }
            }
            let story = await harness.follow(handle)
            #expect(story.reason == reason, "chaos-\(number): \(story.end)")
            #expect(story.ends.count == 1)
            try await harness.engine.remove(handle)
          }
        }
        try await group.waitForAll()
      }
      try await harness.isEmpty()
    }
  }
}
