/// Why a request is not done: what an HTTP client is told, and nothing that it must not know.
package struct RequestProblem: Error, Sendable, Hashable {
  /// The HTTP status code.
  package var status: Int
  /// The field of the request that is wrong.
  package var field: String?
  package var detail: String
  /// When to come again.
  package var retryAfterSeconds: Int?

  package init(_ status: Int, field: String? = nil, _ detail: String, retryAfterSeconds: Int? = nil) {
    self.status = status
    self.field = field
    self.detail = detail
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// A field whose value cannot be used.
  static func unusable(_ field: String, _ problem: String) -> RequestProblem {
    RequestProblem(422, field: field, "\(field): \(problem)")
  }
}
