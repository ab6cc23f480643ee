import DispatcherModel
import Foundation
import KubernetesAPI
import KubernetesEngine
import KubernetesTestSupport
import Testing

extension OneAtATime {
  /// The Role of the manifests. The stand-in enforces it in every test: no verb is missing.
  @Suite(.timeLimit(.minutes(2)))
  struct RoleTests {
    @Test("the Role allows what the engine asks for, and nothing else")
    func verbs() async throws {
      let server = try await StandIn()
      let labels = #"{"app.kubernetes.io/managed-by": "warder-dispatcher", "warder-dispatcher/instance": "test"}"#
      try await server.ask(
        "/create", #"["configmaps", {"metadata": {"name": "alone", "labels": \#(labels)}, "data": {"a": "b"}}]"#)
      let harness = try await EngineHarness(server: server) {
        $0.leftBehindAfter = .seconds(1)
        $0.sweepInterval = .milliseconds(300)
      }
      // An answer that is lost has the engine look whose object is there.
      try await server.fault(
        #"{"match": "^POST .*/jobs", "do": "lost"}"#, #"{"match": "^POST .*/configmaps", "do": "lost"}"#)
      let handle = try await harness.engine.start(harness.task("verbs", "#plan[{\"hang\": true}]\n"))
      async let story = harness.follow(handle)
      try await eventually("it runs") { try await server.requests().lines.contains { $0.contains("/log?") } }
      try await harness.engine.cancel(handle)
      #expect(await story.reason == "cancelled")
      _ = try await harness.engine.leftovers()
      try await harness.engine.remove(handle)
      try await harness.isEmpty()

      let asked = Set(try await server.requests().verbs.keys)
      #expect(asked == Set(try Self.allowed()))
    }

    /// `batch/jobs create`, of the Role in the manifests.
    static func allowed() throws -> [String] {
      let text = try String(contentsOfFile: StandIn.root + "/dispatcher/manifests/rbac.yaml", encoding: .utf8)
      let role = try #require(text.components(separatedBy: "---").first { $0.contains("kind: Role\n") })
      var allowed: [String] = []
      var group = ""
      var resources: [String] = []
      func list(_ line: String) -> [String] {
        let inner = line.split(separator: "[")[1].split(separator: "]", omittingEmptySubsequences: false)[0]
        return inner.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      for line in role.split(separator: "\n") {
        let line = line.trimmingCharacters(in: .whitespaces)
        if line.hasPrefix("- apiGroups:") { group = line.contains("batch") ? "batch" : "" }
        if line.hasPrefix("resources:") { resources = list(line) }
        if line.hasPrefix("verbs:") {
          allowed += resources.flatMap { name in list(line).map { "\(group)/\(name) \($0)" } }
        }
      }
      return allowed
    }
  }
}
