internal import AsyncHTTPClient
internal import Foundation
package import Logging
internal import NIOCore
internal import NIOHTTP1

/// Speaks to one API server.
///
/// A request is repeated where that cannot do harm: reading always, changing where a second time comes to the same (the
/// patches and deletions here do), creating only by `create`, which finds out whose object is there.
package final class KubernetesClient: Sendable {
  package struct Limits: Sendable {
    /// For one attempt, answer included.
    package var request = Duration.seconds(30)
    /// For all attempts of one request.
    package var whole = Duration.seconds(90)
    /// Of one answer, and of one line of a watch. An object is at most 1.5 MiB in etcd.
    package var answerBytes = 32 << 20

    package init() {}
  }

  package let access: ClusterAccess
  package let limits: Limits
  private let http: HTTPClient
  private let tokens: TokenSource
  let logger: Logger

  package init(_ access: ClusterAccess, limits: Limits = Limits(), logger: Logger) throws(KubernetesError) {
    self.access = access
    self.limits = limits
    self.logger = logger
    http = try .forCluster(access)
    tokens = TokenSource(access.credential)
  }

  package func shutdown() async { try? await http.shutdown() }

  // MARK: - Answers as a whole

  /// Carries a request out, again where it failed for the moment.
  ///
  /// - Returns: the answer's body and the server's clock, by its `Date`.
  func perform(_ call: Call) async throws(KubernetesError) -> Answer {
    let end = ContinuousClock.now + limits.whole
    var backoff = Backoff()
    while true {
      do throws(KubernetesError) {
        return try await attempt(call)
      } catch {
        // Two requests changed the object at once; the patch has no version of its own and is as good as before.
        let isConflict = call.method == .PATCH && error.status?.code == 409
        guard error.isTransient || isConflict else { throw error }
        let pause = backoff.next(asked: error.status?.retryAfterSeconds)
        guard ContinuousClock.now + pause < end else { throw error }
        logger.debug("repeated", metadata: ["request": "\(call.method) \(call.path)", "because": "\(error.message)"])
        try await sleep(pause)
      }
    }
  }

  struct Answer: Sendable {
    var bytes: [UInt8]
    var serverTime: Date?
  }

  /// One attempt, within the time for one.
  func attempt(_ call: Call) async throws(KubernetesError) -> Answer {
    try await within(limits.request, "\(call.method) \(call.path)") { () throws(KubernetesError) in
      let response = try await self.open(call)
      return Answer(
        bytes: try await Self.collect(response, upTo: self.limits.answerBytes),
        serverTime: response.headers.first(name: "Date").flatMap(Self.date))
    }
  }

  // MARK: - Answers that go on

  /// Begins an answer that goes on; its body is read by the caller.
  ///
  /// - Throws: where the answer is not 200 or 201.
  func open(_ call: Call) async throws(KubernetesError) -> HTTPClientResponse {
    var refused: String?
    while true {
      let token = try await tokens.token(refused: refused)
      let response = try await send(call, token: token)
      if (200..<300).contains(response.status.code) { return response }
      let body = (try? await Self.collect(response, upTo: 1 << 20)) ?? []
      // The token may have expired, and another be there.
      if response.status.code == 401, let token, refused == nil {
        refused = token
        continue
      }
      throw .status(
        StatusBody.status(
          body, code: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After")))
    }
  }

  private func send(_ call: Call, token: String?) async throws(KubernetesError) -> HTTPClientResponse {
    var request = HTTPClientRequest(url: access.url + call.path)
    request.method = call.method
    request.headers.add(name: "Accept", value: call.accept)
    request.headers.add(name: "User-Agent", value: "warder-dispatcher")
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let body = call.body {
      request.headers.add(name: "Content-Type", value: call.contentType)
      request.body = .bytes(ByteBuffer(bytes: body))
    }
    do {
      // The time is for the head; what follows may go on.
      return try await http.execute(request, timeout: .nanoseconds(limits.request.nanoseconds), logger: Self.silent)
    } catch {
      throw Self.failure(error, server: access.server)
    }
  }

  /// The client's own log has nothing that the errors do not say.
  private static let silent = Logger(label: "http") { _ in SwiftLogNoOpLogHandler() }

  static func failure(_ error: any Error, server: String = "") -> KubernetesError {
    if let error = error as? KubernetesError { return error }
    if error is CancellationError { return .cancelled }
    let whom = server.isEmpty ? "the API server" : "the API server at \(server)"
    switch error as? HTTPClientError {
    case .cancelled?: return .cancelled
    case .deadlineExceeded?, .readTimeout?, .connectTimeout?, .getConnectionFromPoolTimeout?:
      return .timedOut("\(whom) does not answer")
    default: return .connection("\(whom): \(error)")
    }
  }

  private static func collect(
    _ response: HTTPClientResponse, upTo limit: Int
  ) async throws(KubernetesError) -> [UInt8] {
    do {
      let buffer = try await response.body.collect(upTo: limit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw .malformed("the API server's answer is larger than \(limit) bytes")
    } catch {
      throw failure(error)
    }
  }

  private static func date(_ text: String) -> Date? {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "GMT")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    return format.date(from: text)
  }
}

extension Duration {
  var nanoseconds: Int64 {
    components.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + components.attoseconds
      / 1_000_000_000
  }
}

/// Like `Task.sleep`, with the error of this module.
func sleep(_ duration: Duration) async throws(KubernetesError) {
  do {
    try await Task.sleep(for: duration)
  } catch {
    throw .cancelled
  }
}

/// Carries something out, and gives it up after a time.
func within<Value: Sendable>(
  _ duration: Duration, _ what: String, _ work: @escaping @Sendable () async throws(KubernetesError) -> Value
) async throws(KubernetesError) -> Value {
  do {
    return try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: duration)
        throw KubernetesError.timedOut("\(what): no answer within \(duration)")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw KubernetesError.cancelled }
      return first
    }
  } catch {
    if Task.isCancelled { throw .cancelled }
    throw KubernetesClient.failure(error)
  }
}
