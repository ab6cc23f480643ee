/// Why a request to the API server came to nothing.
package enum KubernetesError: Error, Sendable, Hashable {
  /// The server answered with a Status object, or with something else that is not success.
  case status(APIStatus)
  /// The server was not reached, or the connection broke before the answer was complete.
  case connection(String)
  /// No answer in time.
  case timedOut(String)
  /// An answer that nothing can be made of.
  case malformed(String)
  /// The credentials or the address are not usable.
  case configuration(String)
  /// Whoever asked does not want to know any more.
  case cancelled

  package var message: String {
    switch self {
    case .status(let status): status.message
    case .connection(let text), .timedOut(let text), .malformed(let text), .configuration(let text): text
    case .cancelled: "cancelled"
    }
  }

  package var status: APIStatus? {
    if case .status(let status) = self { status } else { nil }
  }

  /// Whether the object was not there.
  package var isNotFound: Bool { status?.code == 404 }

  /// Whether the same request may succeed a little later: the server is overloaded, being restarted, or out of reach.
  package var isTransient: Bool {
    switch self {
    case .connection, .timedOut: true
    case .status(let status): [408, 429, 500, 502, 503, 504].contains(status.code)
    case .malformed, .configuration, .cancelled: false
    }
  }

  /// Whether the server may have carried the request out all the same. A 429 is answered before anything is done
  /// (priority and fairness, or an eviction that is refused), and a 503 of the API server itself as well, but a load balancer
  /// before it says 503 for a connection that broke behind it.
  package var leavesEffectUnknown: Bool {
    switch self {
    case .connection, .timedOut, .malformed, .cancelled: true
    case .status(let status): status.code >= 500
    case .configuration: false
    }
  }
}

/// What the server says about a request that failed (`Status` of meta/v1).
package struct APIStatus: Sendable, Hashable {
  package var code: Int
  /// One word for programs: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Forbidden`, `Expired`, …
  package var reason: String
  /// For people.
  package var message: String
  package var retryAfterSeconds: Int?

  package init(code: Int, reason: String, message: String, retryAfterSeconds: Int? = nil) {
    self.code = code
    self.reason = reason
    self.message = message
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Whether a version or a continue token is older than what the server still knows.
  package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
}
