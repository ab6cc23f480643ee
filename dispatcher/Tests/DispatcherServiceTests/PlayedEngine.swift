import DispatcherModel
import WarderFrames

/// An engine that does what a test says, and counts what it was asked for.
actor PlayedEngine: Engine {
  nonisolated let name = "played"
  private var startErrors: [EngineError]
  private var leftoverErrors: [EngineError]
  private let left: [Leftover]
  private let updates: [EngineUpdate]
  private(set) var started: [String] = []
  private(set) var cancelled: [String] = []
  private(set) var removed: [String] = []

  init(
    startErrors: [EngineError] = [], leftoverErrors: [EngineError] = [], left: [Leftover] = [], updates: [EngineUpdate]
  ) {
    self.startErrors = startErrors
    self.leftoverErrors = leftoverErrors
    self.left = left
    self.updates = updates
  }

  func start(_ task: TaskSpecification) async throws(EngineError) -> EngineHandle {
    if !startErrors.isEmpty { throw startErrors.removeFirst() }
    started.append(task.id)
    return EngineHandle(taskID: task.id)
  }

  nonisolated func follow(_ handle: EngineHandle) -> AsyncStream<EngineUpdate> {
    AsyncStream { continuation in
      for update in updates { continuation.yield(update) }
      continuation.finish()
    }
  }

  func cancel(_ handle: EngineHandle) async throws(EngineError) { cancelled.append(handle.taskID) }

  func remove(_ handle: EngineHandle) async throws(EngineError) { removed.append(handle.taskID) }

  func leftovers() async throws(EngineError) -> [Leftover] {
    if !leftoverErrors.isEmpty { throw leftoverErrors.removeFirst() }
    return left
  }

  func readiness() async -> Readiness { .ready }
}

/// A log with a verdict.
func playedLog(exitCode: Int64 = 0) -> [UInt8] {
  var encoder = FrameEncoder()
  var log: [UInt8] = []
  let time = FrameTime(microseconds: 1)
  encoder.start(
    StartFrame(
      version: "0.1.0", run: "run", runtime: "python",
      script: .init(path: "/task/script.py", bytes: 1, sha256: String(repeating: "0", count: 64)), limits: [],
      isolation: [], startedAt: "2026-11-21T09:00:00.000Z"), at: time, into: &log)
  var exit = ExitFrame(reason: .exited, exitCode: exitCode, durationMilliseconds: 5, message: "ended")
  exit.run = "run"
  encoder.exit(exit, at: time, into: &log)
  return log
}
