internal import ServiceLifecycle

/// Notices as they come, and one of its own from time to time, so that a reader who is gone is found out. They end when the
/// service is asked to.
struct Notices: AsyncSequence {
  typealias Element = Void
  private let changes: AsyncStream<Void>
  private let silence: Duration

  init(_ changes: AsyncStream<Void>, silence: Duration) {
    self.changes = changes
    self.silence = silence
  }

  func makeAsyncIterator() -> AsyncStream<Void>.Iterator {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let changes = changes
    let silence = silence
    let forwarding = Task {
      for await _ in changes.cancelOnGracefulShutdown() { continuation.yield() }
      continuation.finish()
    }
    let ticking = Task {
      while !Task.isCancelled {
        try? await Task.sleep(for: silence)
        continuation.yield()
      }
    }
    continuation.onTermination = { _ in
      forwarding.cancel()
      ticking.cancel()
    }
    return stream.makeAsyncIterator()
  }
}
