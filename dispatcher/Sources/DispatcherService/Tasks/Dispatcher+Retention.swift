internal import DispatcherModel

extension Dispatcher {
  /// Removes ended tasks that are too old, or too many, or too large together: the oldest first.
  func sweep() {
    let kept = configuration.archive
    let oldest = Self.now - kept.ageMilliseconds
    var count = tasks.count
    for id in order where sizes[id] == nil && tasks[id]?.state == .finished { sizes[id] = archive.bytes(of: id) }
    var bytes = sizes.values.reduce(0, +)
    for id in order {
      guard let task = tasks[id], task.state == .finished, let finished = task.finishedAt else { continue }
      guard finished < oldest || count > kept.tasks || bytes > kept.bytes else { continue }
      archive.remove(id)
      forget(task)
      count -= 1
      bytes -= sizes[id] ?? 0
    }
  }

  private func forget(_ task: TaskRecord) {
    tasks[task.id] = nil
    sizes[task.id] = nil
    order.removeAll { $0 == task.id }
    if let key = task.idempotencyKey { idempotency[IdempotencyKey(client: task.client, key: key)] = nil }
    announce(task.id)
  }
}
