internal import DispatcherModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logging
internal import NIOCore

/// Answers, each with its media type.
enum Reply {
  static func json(
    _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    bytesReply(bytes, type: "application/json", status: status, headers: headers)
  }

  static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
    bytesReply(Array(text.utf8), type: type, status: status)
  }

  static func bytesReply(
    _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    headers[.xContentTypeOptions] = "nosniff"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// RFC 9110, section 15.
  private static func title(of status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 503: "Service Unavailable"
    default: status < 500 ? "Client Error" : "Internal Server Error"
    }
  }

  /// RFC 9457.
  static func problem(_ problem: RequestProblem) -> Response {
    let status = HTTPResponse.Status(code: problem.status, reasonPhrase: title(of: problem.status))
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("type")
    writer.string("about:blank")
    writer.key("title")
    writer.string(title(of: problem.status))
    writer.key("status")
    writer.integer(problem.status)
    writer.key("detail")
    writer.string(problem.detail)
    if let field = problem.field {
      writer.key("field")
      writer.string(field)
    }
    writer.endObject()
    var headers: HTTPFields = [:]
    if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
    if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"warder-dispatcher\"" }
    return bytesReply(writer.bytes, type: "application/problem+json", status: status, headers: headers)
  }
}

/// Turns whatever a handler throws into an answer.
struct ProblemMiddleware: RouterMiddleware {
  typealias Context = ServiceContext

  func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let problem as RequestProblem {
      var response = Reply.problem(problem)
      // Hummingbird would read on for the next request, as long as the client sends.
      if context.notes.isBodyUnread {
        response.headers[.connection] = "close"
        context.closeSoon()
      }
      return response
    } catch let error as any HTTPResponseError {
      let path = request.uri.path
      if error.status.code == 404, let methods = PathMethods.allowed(at: path),
        !methods.contains(request.method.rawValue)
      {
        var response = Reply.problem(
          RequestProblem(405, "\(path.prefix(200)) does not have \(request.method.rawValue.prefix(20))"))
        response.headers[.allow] = methods.joined(separator: ", ")
        return response
      }
      let detail =
        switch error.status.code {
        case 404: "there is nothing at \(path.prefix(200))"
        case 413: "the body is too large"
        default: error.status.reasonPhrase
        }
      return Reply.problem(RequestProblem(error.status.code, detail))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      context.logger.error("\(request.method.rawValue) \(request.uri.path): \(error)")
      return Reply.problem(RequestProblem(500, "the dispatcher failed"))
    }
  }
}
