internal import Foundation

/// A `Status` object as it stands in an answer or in a watch event of type ERROR.
struct StatusBody: Decodable {
  struct Details: Decodable {
    var retryAfterSeconds: Int?
  }
  var kind: String?
  var message: String?
  var reason: String?
  var code: Int?
  var details: Details?

  /// - Parameters:
  ///   - code: of the answer; nil for an event of a watch, which has none.
  ///   - retryAfter: the header of that name. Dates are not sent by the API server.
  static func status(_ bytes: [UInt8], code: Int?, retryAfter: String?) -> APIStatus {
    let body = try? JSONDecoder().decode(StatusBody.self, from: Data(bytes))
    let code = code ?? body?.code ?? 500
    let seconds = retryAfter.flatMap { Int($0) } ?? body?.details?.retryAfterSeconds
    guard let body, body.kind == "Status" else {
      // A proxy's page, or a plain sentence of the server's outermost layer.
      let text = String(decoding: bytes.prefix(300), as: UTF8.self).filter { !$0.isNewline }
      return APIStatus(
        code: code, reason: "", message: text.isEmpty ? "the API server answered \(code)" : "\(code): \(text)",
        retryAfterSeconds: seconds)
    }
    return APIStatus(
      code: code, reason: body.reason ?? "", message: body.message ?? "the API server answered \(code)",
      retryAfterSeconds: seconds)
  }
}
