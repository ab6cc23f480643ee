internal import DispatcherModel
internal import Foundation
internal import Logging
internal import WarderFrames

/// Takes one task from the queue to its verdict: start, follow, merge, keep.
struct TaskRunner: Sendable {
  let id: String
  let dispatcher: Dispatcher
  let engine: any Engine
  let archive: Archive
  let logger: Logger

  /// Gives the task to the engine.
  func start() async {
    guard let task = archive.task(id) else {
      return await end(with: TaskOutcome(neverStarted: .lost, message: "its request cannot be read from the archive"))
    }
    let handle: EngineHandle
    do throws(EngineError) { handle = try await engine.start(task) } catch {
      switch error {
      case .unavailable(let reason, let seconds):
        if await dispatcher.isAway(id, reason: reason, retryAfterSeconds: seconds) { return }
        if await dispatcher.task(id)?.isCancelRequested == true {
          return await end(with: TaskOutcome(neverStarted: .cancelled, message: "cancelled before it started"))
        }
        return await end(
          with: TaskOutcome(neverStarted: .lost, message: "it never started: the engine could not take it: \(reason)"))
      case .refused(let reason), .unknownTask(let reason):
        await dispatcher.engineFailed()
        return await end(with: TaskOutcome(neverStarted: .admissionRefused, message: reason))
      }
    }
    if await dispatcher.hasStarted(id, as: handle) { try? await engine.cancel(handle) }
    await follow(handle)
  }

  /// Goes on with a task that another dispatcher began with.
  ///
  /// - Parameter handle: nil where that dispatcher was killed before it was known, and the engine has nothing of the task:
  ///   it may have run, so it is not started again.
  func adopt(_ handle: EngineHandle?, isCancelled: Bool) async {
    guard let handle else {
      return await end(
        with: TaskOutcome(
          neverStarted: .lost,
          message: "the dispatcher was killed while it started the task, and the engine has nothing of it; "
            + "it is not started again, because it may have run"))
    }
    if isCancelled { try? await engine.cancel(handle) }
    await follow(handle)
  }

  private func follow(_ handle: EngineHandle) async {
    var intake = LogIntake()
    var end = EngineEnd()
    do throws(ArchiveError) {
      var log = try LogFile(archive.log(of: id), known: &intake)
      for await update in engine.follow(handle) {
        switch update {
        case .phase(.pending(let detail)): await dispatcher.isPending(id, detail)
        case .phase(.running): await dispatcher.isRunning(id)
        case .log(let bytes): try await take(intake.take(bytes), into: &log)
        case .logRestarted: intake.restart()
        case .ended(let found): end = found
        }
      }
      try await take(intake.finish(), into: &log)
      log.force()
    } catch {
      // What the script writes cannot be kept: it need not go on.
      logger.error("task \(id): \(error.message)")
      try? await engine.cancel(handle)
      end.message = "\(end.message.map { "\($0); " } ?? "")its log could not be kept: \(error.message)"
    }
    let results = RunAssembler.results(ofLog: archive.wholeLog(of: id))
    await self.end(with: TaskOutcome(log: results[results.count - 1], end: end))
    do throws(EngineError) { try await engine.remove(handle) } catch {
      await dispatcher.engineFailed()
      logger.warning("removing \(id): \(error.message)")
    }
  }

  private func take(_ lines: [LogLine], into log: inout LogFile) async throws(ArchiveError) {
    guard !lines.isEmpty else { return }
    try log.append(lines)
    for line in lines {
      guard case .start(let start)? = line.frame?.body else { continue }
      await dispatcher.isRunning(id, since: Self.milliseconds(start.startedAt))
    }
    await dispatcher.logHasGrown(id, bytes: lines.reduce(0) { $0 + $1.bytes.count })
  }

  /// RFC 3339, as frames have it; nil for what is not.
  private static func milliseconds(_ time: String) -> Int64? {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return (try? Date(time, strategy: style)).map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
  }

  /// Keeps the result and says so.
  func end(with outcome: TaskOutcome) async {
    let finishedAt = Dispatcher.now
    if let record = await dispatcher.task(id) {
      let audit = AuditRecord.line(record, archive.task(id), outcome, finishedAt: finishedAt)
      do throws(ArchiveError) { try archive.save(result: outcome.json(taskID: id), audit: audit, of: id) } catch {
        logger.error("task \(id): \(error.message)")
      }
    }
    await dispatcher.hasEnded(id, outcome, at: finishedAt)
  }
}
