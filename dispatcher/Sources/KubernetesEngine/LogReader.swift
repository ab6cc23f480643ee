internal import DispatcherModel
internal import KubernetesAPI
internal import Logging
internal import Manifests
internal import Synchronization
internal import WarderFrames

/// Follows the log of one pod from its start, and again from its start where the connection broke, until it has the verdict or
/// there is nothing more to be had.
final class LogReader: Sendable {
  private struct State {
    var log = TaskJudgement.Log.reading
    var lastProgress = ContinuousClock.now
    var isHandingOn = false
    /// The container has ended: the log has an end as well.
    var isOver = false
    var connection: Task<Void, any Error>?
  }

  let pod: String
  private let client: KubernetesClient
  private let namespace: String
  private let channel: UpdateChannel
  private let logger: Logger
  private let state = Mutex(State())

  /// How often a log that ends without a verdict is read again when its container has ended.
  private static let lastTries = 8

  init(_ client: KubernetesClient, pod: String, in namespace: String, to channel: UpdateChannel, logger: Logger) {
    self.client = client
    self.pod = pod
    self.namespace = namespace
    self.channel = channel
    self.logger = logger
  }

  var log: TaskJudgement.Log { state.withLock { $0.log } }

  /// Reads until there is nothing more.
  ///
  /// - Parameter isContinued: whether the channel had bytes of a log before.
  func run(isContinued: Bool) async {
    var decoder = FrameDecoder()
    var isAgain = isContinued
    var backoff = Backoff(first: .milliseconds(250), longest: .seconds(5))
    var triesLeft = Self.lastTries
    var hasVerdict = false
    while !Task.isCancelled {
      let wasOver = state.withLock { $0.isOver }
      let reading = Reading(decoder: decoder)
      var failure: KubernetesError?
      do throws(KubernetesError) {
        try await read(reading, isAgain: isAgain)
      } catch {
        failure = error
      }
      if reading.hasBytes { isAgain = true; backoff.reset() }
      decoder = FrameDecoder()
      hasVerdict = reading.hasVerdict
      if hasVerdict { break }
      // 404: the pod is gone. Everything else may be better the next time: ContainerCreating (400), a kubelet that does not
      // answer (500), a connection that broke, a follower that the kubelet ended at a rotation.
      if failure?.isNotFound == true { break }
      if wasOver {
        // A whole reading after the end, and there is no verdict in it.
        triesLeft -= failure == nil ? Self.lastTries : 1
        if triesLeft <= 0 { break }
      }
      if let failure { logger.debug("log", metadata: ["pod": "\(pod)", "broke": "\(failure.message)"]) }
      try? await Task.sleep(for: backoff.next(asked: failure?.status?.retryAfterSeconds))
    }
    state.withLock { $0.log = .finished(hasVerdict: hasVerdict) }
  }

  /// Says that the container has ended. A connection over which nothing comes from then on is given up.
  func end(patience: Duration) {
    let stalled = state.withLock { state -> Task<Void, any Error>? in
      state.isOver = true
      guard !state.isHandingOn, ContinuousClock.now - state.lastProgress > patience else { return nil }
      state.lastProgress = .now
      return state.connection
    }
    stalled?.cancel()
  }

  /// What one connection brings.
  private final class Reading: Sendable {
    private struct State {
      var decoder: FrameDecoder
      var hasVerdict = false
      var hasBytes = false
    }
    private let state: Mutex<State>

    init(decoder: FrameDecoder) { state = Mutex(State(decoder: decoder)) }

    var hasVerdict: Bool { state.withLock { $0.hasVerdict } }
    var hasBytes: Bool { state.withLock { $0.hasBytes } }

    func take(_ bytes: [UInt8]) {
      state.withLock { state in
        state.hasBytes = true
        for item in state.decoder.feed(bytes) {
          if case .frame(let frame) = item, case .exit = frame.body { state.hasVerdict = true }
        }
      }
    }
  }

  /// - Parameter isAgain: whether bytes were handed on before: with the first new ones it is said that they begin anew.
  private func read(_ reading: Reading, isAgain: Bool) async throws(KubernetesError) {
    let connection = Task {
      try await client.followLog(ofPod: pod, container: RenderedTask.container, in: namespace) { [self] bytes in
        state.withLock { $0.isHandingOn = true }
        if isAgain, !reading.hasBytes { await channel.send(.logRestarted) }
        let isHeard = await channel.send(.log(bytes))
        reading.take(bytes)
        state.withLock {
          $0.isHandingOn = false
          $0.lastProgress = .now
        }
        if !isHeard { throw CancellationError() }
      }
    }
    state.withLock {
      $0.connection = connection
      $0.lastProgress = .now
    }
    let result = await withTaskCancellationHandler {
      await connection.result
    } onCancel: {
      connection.cancel()
    }
    if case .failure(let error) = result {
      throw error as? KubernetesError ?? .connection("\(error)")
    }
  }
}
