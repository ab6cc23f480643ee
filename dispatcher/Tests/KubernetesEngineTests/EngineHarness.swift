import DispatcherModel
import Foundation
import KubernetesAPI
import KubernetesEngine
import KubernetesTestSupport
import Testing
import WarderFrames

/// An engine that runs against a stand-in of its own.
final class EngineHarness: Sendable {
  let server: StandIn
  let engine: KubernetesEngine
  private let running: Task<Void, Never>

  init(
    server: StandIn? = nil, instance: String = "test", _ change: (inout KubernetesSettings) -> Void = { _ in }
  ) async throws {
    if let server { self.server = server } else { self.server = try await StandIn() }
    engine = try Self.engine(self.server, instance: instance, change)
    running = Task { [engine] in await engine.run() }
  }

  static func engine(
    _ server: StandIn, instance: String = "test", _ change: (inout KubernetesSettings) -> Void = { _ in }
  ) throws -> KubernetesEngine {
    var settings = KubernetesSettings(
      namespace: "tasks", instance: instance,
      runtimes: ["python": .init(image: "registry.example/warder/python:0.1")])
    settings.logPatience = .seconds(2)
    change(&settings)
    return KubernetesEngine(settings, client: try server.client(), logger: StandIn.silent)
  }

  /// Stops as a dispatcher does that is killed: nothing is tidied up.
  func stop() async {
    running.cancel()
    _ = await running.result
  }

  deinit { running.cancel() }

  /// What became of a task, and all that was told of it.
  struct Story: Sendable {
    var phases: [TaskPhase] = []
    var ends: [EngineEnd] = []
    var restarts = 0
    var assembler = RunAssembler()
    private var decoder = FrameDecoder()

    var end: EngineEnd { ends.last ?? EngineEnd(message: "none") }
    var results: [RunResult] { assembler.results }
    /// The log's verdict, else the platform's, else the message's, as a service takes them.
    var reason: String {
      if let result = results.last, result.reason != .lost { return result.reason.text }
      return end.platformReason ?? messageReason ?? "lost"
    }
    var messageReason: String? {
      guard let message = end.terminationMessage else { return nil }
      let line = message.prefix { $0 != UInt8(ascii: "\n") }
      return (try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])?["reason"] as? String
    }
    var output: String { results.last.map { String(decoding: $0.stdout, as: UTF8.self) } ?? "" }

    mutating func take(_ update: EngineUpdate) {
      switch update {
      case .phase(let phase): phases.append(phase)
      case .log(let bytes): for item in decoder.feed(bytes) { assembler.add(item) }
      case .logRestarted:
        restarts += 1
        decoder = FrameDecoder()
        assembler.beginLog()
      case .ended(let end): ends.append(end)
      }
    }
  }

  func task(_ id: String, _ script: String, settings: [TaskSpecification.Setting] = []) -> TaskSpecification {
    TaskSpecification(
      id: id, runtime: "python", script: .init(path: "script.py", bytes: Array(script.utf8)), settings: settings)
  }

  func follow(_ handle: EngineHandle) async -> Story {
    var story = Story()
    for await update in engine.follow(handle) { story.take(update) }
    return story
  }

  /// Starts a task that plays a plan, follows it to its end and removes it; nothing may be left.
  func run(_ plan: String, id: String = "t-\(UInt32.random(in: 0...(.max)))", keep: Bool = false) async throws -> Story
  {
    let handle = try await engine.start(task(id, "#plan\(plan)\n"))
    let story = await follow(handle)
    #expect(story.ends.count == 1)
    if !keep {
      try await engine.remove(handle)
      try await isEmpty()
    }
    return story
  }

  func isEmpty() async throws {
    try await eventually("nothing is left on the server") { try await server.names().isEmpty }
  }
}
