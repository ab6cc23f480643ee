internal import ServiceLifecycle

/// Removes what has been kept long enough, from time to time.
struct Sweeper: Service {
  let dispatcher: Dispatcher
  private static let pause = Duration.seconds(30)

  init(dispatcher: Dispatcher) { self.dispatcher = dispatcher }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await dispatcher.sweep()
        try? await Task.sleep(for: Self.pause)
      }
    }
  }
}
