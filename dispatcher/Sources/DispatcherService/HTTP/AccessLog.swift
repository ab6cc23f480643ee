internal import DispatcherModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore

/// A line of JSON for every request that was answered: who, what, how it went. Neither tokens nor bodies nor what follows `?`.
struct AccessLog: RouterMiddleware {
  typealias Context = ServiceContext
  let sink: LineSink

  func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    let began = ContinuousClock.now
    var response = try await next(request, context)
    let body = response.body
    let status = response.status.code
    let line = Line(
      method: request.method.rawValue, path: request.uri.path, remote: context.remote, notes: context.notes,
      began: began)
    // Written when the answer is out: then its time is known, and whether the client was still there.
    response.body = ResponseBody(contentLength: body.contentLength) { writer in
      do {
        try await body.write(writer)
        sink.write(line.bytes(status: status, isWhole: true))
      } catch {
        sink.write(line.bytes(status: status, isWhole: false))
        throw error
      }
    }
    return response
  }

  private struct Line: Sendable {
    let method: String
    let path: String
    let remote: String?
    let notes: RequestNotes
    let began: ContinuousClock.Instant

    func bytes(status: Int, isWhole: Bool) -> [UInt8] {
      let took = (ContinuousClock.now - began).components
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("time")
      writer.string(TaskRecord.time(Dispatcher.now))
      if let remote {
        writer.key("remote")
        writer.string(remote)
      }
      if let client = notes.client {
        writer.key("client")
        writer.string(client)
      }
      writer.key("method")
      writer.string(method, room: 40)
      writer.key("path")
      writer.string(path, room: 400)
      writer.key("status")
      writer.integer(status)
      writer.key("ms")
      writer.integer(took.seconds * 1000 + took.attoseconds / 1_000_000_000_000_000)
      if !isWhole {
        writer.key("cut_off")
        writer.bool(true)
      }
      writer.endObject()
      return writer.bytes + [UInt8(ascii: "\n")]
    }
  }
}
