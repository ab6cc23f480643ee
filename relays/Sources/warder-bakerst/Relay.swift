internal import BakerStreet
internal import Glibc
internal import WarderFrames

/// Reads frames, publishes what they say as soon as there is a server, and the result at the end.
struct Relay {
  private let task: TaskIdentity
  private let connection: Connection
  private var decoder = FrameDecoder()
  private var translation = Translation()
  private var queue = MessageQueue(capacity: 4 << 20)
  private var lastInterruptions: Int32 = 0

  init(_ task: TaskIdentity, _ connection: Connection) {
    self.task = task
    self.connection = connection
  }

  /// - Parameter patience: seconds that are left for the result when the frames have ended.
  /// - Returns: the exit status.
  mutating func run(patience: Int) -> Int32 {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      // Connected, everything has been handed over; else the server is looked for again soon.
      var entry = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, translation.isHolding ? 100 : queue.isEmpty ? -1 : 50)
      if ready == 0 { for message in translation.release() { append(message) } }
      if ready > 0 {
        let count = read(0, &buffer, buffer.count)
        if count == 0 || count < 0 && errno != EINTR { break }
        if count > 0 { take(decoder.feed(Array(buffer[..<count]))) }
      }
      publishWaiting()
    }
    take(decoder.finish())
    for message in translation.release() { append(message) }
    return publishResult(translation.result(), until: now() + Double(patience))
  }

  private mutating func take(_ items: [LogItem]) {
    for case .frame(let frame) in items {
      for message in translation.messages(for: frame) { append(message) }
    }
  }

  private mutating func append(_ message: ProgressMessage) {
    queue.append(message.json(task: task.id, timestamp: Self.timestamp))
    // So that a flood does not fill the queue while a server is there.
    if connection.isConnected { publishWaiting() }
  }

  private mutating func publishWaiting() {
    guard connection.isConnected else { return }
    noteInterruption()
    while let message = queue.first {
      guard connection.publish(message, to: task.progressSubject) else { return }
      queue.removeFirst()
    }
    if let count = queue.takeLeftOut() {
      let message = ProgressMessage(.log, "[\(count) messages left out: there was no NATS server]", detail: "relay")
      _ = connection.publish(message.json(task: task.id, timestamp: Self.timestamp), to: task.progressSubject)
    }
  }

  /// What was handed over just before a connection was lost may never have arrived: that is said, and `seq` tells what.
  private mutating func noteInterruption() {
    let count = connection.interruptionCount
    guard count != lastInterruptions else { return }
    lastInterruptions = count
    let message = ProgressMessage(
      .log, "[the connection to NATS was lost: messages just before may be missing]", detail: "relay")
    _ = connection.publish(message.json(task: task.id, timestamp: Self.timestamp), to: task.progressSubject)
  }

  /// Publishes the result until the server has confirmed that it has it.
  ///
  /// A confirmation that does not come because the connection broke leaves open whether the result arrived: then it is published
  /// again. Two are better than none, and Baker Street takes the first.
  private mutating func publishResult(_ result: ResultMessage, until due: Double) -> Int32 {
    var publishedAt: Int32?
    while now() < due {
      if connection.isConnected {
        publishWaiting()
        let interruptions = connection.interruptionCount
        if publishedAt != interruptions {
          var result = result
          result.interruptions = Int(interruptions)
          result.leftOutMessages = queue.leftOutInAll
          let bytes = result.json(task: task.id, limit: connection.mostBytes)
          if connection.publish(bytes, to: task.resultSubject) { publishedAt = interruptions }
        }
        let left = Int64(max(1, min(1_000, (due - now()) * 1_000)))
        if publishedAt == interruptions, queue.isEmpty, connection.confirm(milliseconds: left),
          connection.interruptionCount == interruptions
        {
          connection.close()
          return 0
        }
      }
      usleep(20_000)
    }
    complain("the result of task \(task.id) could not be published: \(connection.problem)")
    return 1
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static var timestamp: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp.text(unixNanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  /// Publishes a result without a run.
  mutating func refuse(_ refusal: Refusal) -> Int32 {
    var result = ResultMessage(.failed, reason: "invalid_task", error: refusal.message)
    result.result = ""
    return publishResult(result, until: now() + 5)
  }
}

/// One line on standard error, in one piece.
func complain(_ problem: String) {
  let line = Array("warder-bakerst: \(problem)\n".utf8)
  _ = write(2, line, line.count)
}
