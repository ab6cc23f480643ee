import DispatcherModel
import Foundation
import Logging
import TaskModel
import Testing
import WarderFrames

@testable import DispatcherService

/// What the dispatcher makes of an engine that fails, hesitates or repeats itself.
@Suite struct DispatcherTests {
  private let client = Client(name: "tests", trust: .limitedWrite)

  private func directory() -> String { NSTemporaryDirectory() + "dispatcher-\(UUID().uuidString)" }

  private func dispatcher(
    _ engine: PlayedEngine, _ path: String, _ configuration: ServiceConfiguration = ServiceConfiguration()
  ) throws -> Dispatcher {
    var logger = Logger(label: "tests")
    logger.logLevel = .critical
    return Dispatcher(configuration, engine: engine, archive: try Archive(path), audit: nil, logger: logger)
  }

  private func submit(_ dispatcher: Dispatcher) async throws -> String {
    let id = TaskID.make(milliseconds: Dispatcher.now, random: .random(in: 0 ... .max))
    let checked = try RequestCheck(ServiceConfiguration()).check(
      TaskRequest(code: "1", runtime: "python"), of: client, id: id)
    return try await dispatcher.submit(checked, of: client, idempotencyKey: nil, digest: "d").id
  }

  private func ended(_ id: String, _ dispatcher: Dispatcher) async -> TaskRecord? {
    for await _ in await dispatcher.changes(of: id) {
      if let task = await dispatcher.task(id), task.state == .finished { return task }
    }
    return nil
  }

  @Test func anEngineThatIsAwayIsAskedAgain() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let engine = PlayedEngine(
      startErrors: [.unavailable("out of reach", retryAfterSeconds: 1)],
      updates: [.log(playedLog()), .ended(EngineEnd())])
    let dispatcher = try dispatcher(engine, path)
    let id = try await submit(dispatcher)
    #expect(await ended(id, dispatcher)?.reason == "exited")
    #expect(await engine.started == [id])
  }

  @Test func whatTheEngineRefusesEndsWithItsReason() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let engine = PlayedEngine(startErrors: [.refused("quota")], updates: [])
    let dispatcher = try dispatcher(engine, path)
    let id = try await submit(dispatcher)
    #expect(await ended(id, dispatcher)?.reason == "admission_refused")
    let result = String(decoding: dispatcher.archive.result(of: id) ?? [], as: UTF8.self)
    #expect(result.contains("\"message\":\"quota\"") && result.contains("\"verdict_from\":\"dispatcher\""))
  }

  @Test func aLogThatComesAgainCountsOnce() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let log = playedLog(exitCode: 4)
    let engine = PlayedEngine(updates: [
      .phase(.pending(detail: "waiting")), .log(Array(log.prefix(70))), .logRestarted, .log(log), .logRestarted,
      .log(log),
      .ended(EngineEnd(platformReason: .evicted)),
    ])
    let dispatcher = try dispatcher(engine, path)
    let id = try await submit(dispatcher)
    let task = await ended(id, dispatcher)
    #expect(task?.reason == "exited" && task?.exitCode == 4)
    #expect(dispatcher.archive.wholeLog(of: id) == log)
  }

  @Test func anEndWithoutAVerdictIsThePlatforms() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let engine = PlayedEngine(updates: [
      .log(Array(playedLog().prefix(70))), .ended(EngineEnd(platformReason: .oomKilled, message: "OOMKilled")),
    ])
    let dispatcher = try dispatcher(engine, path)
    let id = try await submit(dispatcher)
    #expect(await ended(id, dispatcher)?.reason == "oom_killed")
  }

  /// An engine that cannot say what it has is no reason to lose a task, or to start it twice.
  @Test func aTaskThatWasStartingWaitsForTheEnginesWord() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let id = TaskID.make(milliseconds: 1, random: 2)
    do {
      let archive = try Archive(path)
      let checked = try RequestCheck(ServiceConfiguration()).check(
        TaskRequest(code: "1", runtime: "python"), of: client, id: id)
      var record = TaskRecord(
        id: id, runtime: "python", trust: "read-only", client: "tests", engine: "played",
        script: .init(name: "script.py", bytes: 1, sha256: ""), timeoutMilliseconds: 1, createdAt: 1,
        idempotencyKey: "k",
        requestDigest: "d")
      record.state = .starting
      try archive.create(record, checked.task)
      archive.release()
    }
    let engine = PlayedEngine(
      leftoverErrors: [.unavailable("out of reach", retryAfterSeconds: nil)],
      left: [Leftover(handle: EngineHandle(taskID: id), hasEnded: false)],
      updates: [.log(playedLog()), .ended(EngineEnd())])
    let dispatcher = try dispatcher(engine, path)
    await dispatcher.recover()
    #expect(await dispatcher.task(id)?.state == .starting)
    #expect(await ended(id, dispatcher)?.reason == "exited")
    #expect(await engine.started.isEmpty)
    #expect(try await dispatcher.repeated("k", of: client, digest: "d")?.id == id)
  }

  @Test func whatIsOnNobodysRecordIsEnded() async throws {
    let path = directory()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let engine = PlayedEngine(
      left: [Leftover(handle: EngineHandle(taskID: "t-stray"), hasEnded: false)], updates: [])
    let dispatcher = try dispatcher(engine, path)
    await dispatcher.recover()
    for _ in 0..<500 where await engine.removed.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    #expect(await engine.cancelled == ["t-stray"])
    #expect(await engine.removed == ["t-stray"])
  }
}
