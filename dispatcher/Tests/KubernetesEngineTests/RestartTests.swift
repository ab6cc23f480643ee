import DispatcherModel
import Foundation
import KubernetesAPI
import KubernetesEngine
import KubernetesTestSupport
import Testing

extension OneAtATime {
  /// A dispatcher that dies, and its successor.
  @Suite(.timeLimit(.minutes(3)))
  struct RestartTests {
    @Test("tasks are taken up by their labels, whatever state they are in")
    func adopted() async throws {
      let server = try await StandIn()
      let first = try await EngineHarness(server: server)
      let ended = try await first.engine.start(first.task("ended", "#plan[{\"out\": \"a\\n\"}, {\"exit\": 0}]\n"))
      _ = try await first.engine.start(
        first.task("running", "#plan[{\"out\": \"a\\n\"}, {\"sleep\": 3}, {\"exit\": 0}]\n"))
      #expect(await first.follow(ended).reason == "exited")
      await first.stop()

      let other = try await EngineHarness(server: server, instance: "another")
      #expect(try await other.engine.leftovers().isEmpty)

      let second = try await EngineHarness(server: server)
      try await eventually("both are known") {
        let found = try await second.engine.leftovers().sorted { $0.handle.taskID < $1.handle.taskID }
        return found.map(\.handle.taskID) == ["ended", "running"] && found.map(\.hasEnded) == [true, false]
      }
      for leftover in try await second.engine.leftovers() {
        let story = await second.follow(leftover.handle)
        #expect(story.reason == "exited")
        #expect(story.output == "a\n")
        try await second.engine.remove(leftover.handle)
      }
      try await second.isEmpty()
    }

    @Test("a Job that is gone is lost, and said to be")
    func gone() async throws {
      let harness = try await EngineHarness()
      let handle = EngineHandle(taskID: "never-seen", fields: ["job_uid": UUID().uuidString])
      let story = await harness.follow(handle)
      #expect(story.reason == "lost")
      #expect(story.ends.count == 1)
      try await harness.engine.remove(handle)
    }

    @Test("what a crash left between two requests is swept away, or finished")
    func swept() async throws {
      let server = try await StandIn()
      let labels = #"{"app.kubernetes.io/managed-by": "warder-dispatcher", "warder-dispatcher/instance": "test"}"#
      try await server.ask(
        "/create", #"["configmaps", {"metadata": {"name": "alone", "labels": \#(labels)}, "data": {"a": "b"}}]"#)
      let other = labels.replacingOccurrences(of: "test", with: "other")
      try await server.ask(
        "/create", #"["configmaps", {"metadata": {"name": "others", "labels": \#(other)}, "data": {"a": "b"}}]"#)
      try await server.fault(#"{"match": "^PATCH .*/configmaps", "do": "status", "code": 422, "reason": "Invalid"}"#)
      let harness = try await EngineHarness(server: server) {
        $0.leftBehindAfter = .seconds(3)
        $0.sweepInterval = .milliseconds(500)
      }
      let handle = try await harness.engine.start(harness.task("ownerless", "#plan[{\"sleep\": 30}]\n"))
      try await eventually("only what belongs to somebody is there") {
        let configs = try await server.objects()["configmaps"] ?? [:]
        let meta = (configs["ownerless"] as? [String: Any])?["metadata"] as? [String: Any]
        return configs.keys.sorted() == ["others", "ownerless"] && meta?["ownerReferences"] != nil
      }
      try await harness.engine.remove(handle)
      try await eventually("it is gone") { try await server.names() == ["configmaps/others"] }
    }
  }
}
