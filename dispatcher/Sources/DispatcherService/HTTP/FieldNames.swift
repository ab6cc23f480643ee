internal import HTTPTypes

extension HTTPField.Name {
  /// draft-ietf-httpapi-idempotency-key-header.
  static let idempotencyKey = known("Idempotency-Key")
  /// The HTML standard, section 9.2: server-sent events.
  static let lastEventID = known("Last-Event-ID")
  /// nginx would hold events back.
  static let accelBuffering = known("X-Accel-Buffering")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a field") }
    return field
  }
}
