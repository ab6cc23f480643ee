internal import DispatcherModel
internal import Logging

// After a restart: what another dispatcher left.

extension Dispatcher {
  /// Takes up what another dispatcher left: what it had on record at once, what became of it as the engine can tell.
  func recover() async {
    let (records, problems) = archive.load()
    for problem in problems { logger.error("\(problem)") }
    for record in records { insert(record) }
    for record in records {
      switch record.state {
      case .queued where record.isCancelRequested: await end(unstarted: record.id)
      case .queued: queue.append(record.id)
      case .starting, .pending, .running: running.insert(record.id)
      case .finished: break
      }
    }
    for record in records where record.handle != nil && running.contains(record.id) { adopt(record, record.handle) }
    await completeAudit(records)
    startWhatCan()
    Task { await settle(records) }
  }

  /// Goes on with a task that was given to the engine, or was about to be.
  private func adopt(_ record: TaskRecord, _ handle: EngineHandle?) {
    if let handle, record.handle == nil { change(record.id, isForced: true, isFact: true) { $0.handle = handle } }
    if record.state == .starting { change(record.id, isForced: false, isFact: true) { $0.state = .pending } }
    let runner = runner(record.id)
    Task { await runner.adopt(handle, isCancelled: record.isCancelRequested) }
  }

  /// What only the engine can tell: whether it has the tasks that were about to start, and what it has that nobody needs.
  private func settle(_ records: [TaskRecord]) async {
    var left: [String: Leftover] = [:]
    while true {
      do throws(EngineError) {
        for leftover in try await engine.leftovers() { left[leftover.handle.taskID] = leftover }
        break
      } catch {
        // Without its word nothing is lost, and nothing is started twice.
        metrics.engineErrors += 1
        logger.error("the engine cannot say what it has: \(error.message)")
        try? await Task.sleep(for: .seconds(5))
      }
    }
    // Not those that waited then and run by now: they are followed already.
    for record in records where record.handle == nil && record.state != .queued && running.contains(record.id) {
      adopt(record, left[record.id]?.handle)
    }
    // What a crash left between a verdict and its tidying up, or without any record.
    let known = Set(records.map(\.id))
    for (id, leftover) in left
    where !known.contains(id) || records.contains(where: { $0.id == id && $0.state == .finished }) {
      // One that was taken since is no leftover.
      if !known.contains(id), tasks[id] != nil { continue }
      if !known.contains(id) { logger.warning("the engine has a task \(id) that is not on record; it is ended") }
      if !leftover.hasEnded { try? await engine.cancel(leftover.handle) }
      try? await engine.remove(leftover.handle)
    }
  }

  /// Writes the audit records that a dispatcher was killed before, and marks those that it was killed after.
  private func completeAudit(_ records: [TaskRecord]) async {
    let unrecorded = Set(records.filter { $0.state == .finished && !$0.isAudited }.map(\.id))
    let recorded = await audit?.recorded(unrecorded) ?? []
    for id in unrecorded.sorted() {
      if recorded.contains(id) {
        change(id, isForced: false) { $0.isAudited = true }
        archive.removeAuditRecord(of: id)
      } else {
        await record(id)
      }
    }
  }
}
