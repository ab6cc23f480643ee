internal import DispatcherModel

/// Between a follower and whoever reads it: holds a bounded number of bytes, and makes the follower wait.
actor UpdateChannel {
  private static let mostBytes = 1 << 18

  private var updates: [EngineUpdate] = []
  private var bytes = 0
  private var isClosed = false
  private var isFinished = false
  private var receiver: CheckedContinuation<EngineUpdate?, Never>?
  private var senders: [CheckedContinuation<Void, Never>] = []

  /// - Returns: whether somebody still listens.
  @discardableResult
  func send(_ update: EngineUpdate) async -> Bool {
    while bytes >= Self.mostBytes, !isClosed {
      await withCheckedContinuation { senders.append($0) }
    }
    guard !isClosed, !isFinished else { return false }
    if let receiver {
      self.receiver = nil
      receiver.resume(returning: update)
    } else {
      updates.append(update)
      bytes += Self.size(update)
    }
    return true
  }

  /// No more will come.
  func finish() {
    isFinished = true
    if updates.isEmpty { wakeReceiver() }
  }

  /// Nobody listens any more.
  func close() {
    isClosed = true
    updates = []
    bytes = 0
    wakeReceiver()
    wakeSenders()
  }

  func receive() async -> EngineUpdate? {
    if !updates.isEmpty {
      let update = updates.removeFirst()
      bytes -= Self.size(update)
      wakeSenders()
      return update
    }
    if isFinished || isClosed { return nil }
    return await withCheckedContinuation { receiver = $0 }
  }

  private func wakeReceiver() {
    receiver?.resume(returning: nil)
    receiver = nil
  }

  private func wakeSenders() {
    for sender in senders { sender.resume() }
    senders = []
  }

  private static func size(_ update: EngineUpdate) -> Int {
    if case .log(let bytes) = update { bytes.count + 64 } else { 256 }
  }
}
