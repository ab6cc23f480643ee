internal import DispatcherModel
internal import DispatcherPage
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore
internal import ServiceLifecycle
internal import TaskModel
internal import WarderFrames

/// The interface of docs/dispatcher.md.
struct Routes: Sendable {
  let configuration: ServiceConfiguration
  let dispatcher: Dispatcher
  let archive: Archive
  let authentication: Authentication

  /// - Parameter accessLog: where a line for each request goes; nil for nowhere.
  func router(accessLog: LineSink?) -> Router<ServiceContext> {
    let router = Router(context: ServiceContext.self)
    if let accessLog { router.add(middleware: AccessLog(sink: accessLog)) }
    router.add(middleware: ProblemMiddleware())
    router.post("exec") { request, context in try await exec(request, context) }
    router.post("tasks") { request, context in try await start(request, context) }
    router.get("tasks") { request, context in try await list(request, context) }
    router.get("tasks/:id") { request, context in try await show(request, context) }
    router.delete("tasks/:id") { request, context in try await cancel(request, context) }
    router.get("tasks/:id/events") { request, context in try await events(request, context) }
    router.get("tasks/:id/artifacts/**") { request, context in try await artifact(request, context) }
    router.get("healthz") { _, _ in Reply.text("ok\n", type: Self.plain) }
    router.get("readyz") { _, _ in await readiness() }
    router.get("metrics") { _, _ in
      let figures = await dispatcher.figures
      let text = await dispatcher.metrics.text(queued: figures.queued, running: figures.running, kept: figures.kept)
      return Reply.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("openapi.json") { _, _ in Reply.json(Page.interfaceDescription) }
    router.get("") { _, _ in page }
    return router
  }

  private static let plain = "text/plain; charset=utf-8"

  private var page: Response {
    var response = Reply.bytesReply(Page.html, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] = Page.contentSecurityPolicy
    return response
  }

  // MARK: - Starting

  private func exec(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let wait = try Self.wait(request)
    let submitted = try await submit(request, context)
    if let task = try await finished(submitted.id, within: wait), let result = archive.result(of: task.id) {
      return Reply.json(result)
    }
    return try await accepted(submitted.id)
  }

  private func start(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let submitted = try await submit(request, context)
    // Until the engine has it, or it is clear that it has to wait.
    for await _ in await dispatcher.changes(of: submitted.id).cancelOnGracefulShutdown() {
      guard let task = await dispatcher.task(submitted.id), task.state == .starting else { break }
    }
    return try await accepted(submitted.id)
  }

  private func accepted(_ id: String) async throws -> Response {
    guard let task = await dispatcher.task(id) else { throw RequestProblem(404, "there is no task \(id)") }
    return Reply.json(
      task.json(result: task.state == .finished ? archive.result(of: id) : nil), status: .accepted,
      headers: [.location: "/tasks/\(id)"])
  }

  private func submit(_ request: Request, _ context: ServiceContext) async throws -> TaskRecord {
    let client: Client
    do { client = try self.client(of: request, context) } catch {
      context.notes.setBodyUnread()
      throw error
    }
    let most = configuration.limits.bodyBytes
    let body = try await Self.body(of: request, context, most: most)
    let key = request.headers[.idempotencyKey]
    if let key, key.isEmpty || key.utf8.count > 200 {
      throw RequestProblem(400, field: "Idempotency-Key", "Idempotency-Key: expected 1 to 200 characters")
    }
    let digest = SHA256Digest.hexadecimal(of: body)
    if let known = try await dispatcher.repeated(key, of: client, digest: digest) { return known }
    let checked = try RequestCheck(configuration).check(
      TaskRequest(body: body, maximumBytes: most), of: client,
      id: TaskID.make(milliseconds: Dispatcher.now, random: .random(in: 0 ... .max)))
    return try await dispatcher.submit(checked, of: client, idempotencyKey: key, digest: digest)
  }

  /// How long a body may take to come, however steadily it does.
  private static let bodyTime = Duration.seconds(60)

  private static func body(of request: Request, _ context: ServiceContext, most: Int) async throws -> [UInt8] {
    let channel = context.channel
    let timer = Task {
      try await Task.sleep(for: bodyTime)
      channel.close(mode: .all, promise: nil)
    }
    defer { timer.cancel() }
    do {
      return Array(buffer: try await request.body.collect(upTo: most))
    } catch is NIOTooManyBytesError {
      context.notes.setBodyUnread()
      throw RequestProblem(413, "the body is larger than \(Quantity.format(Int64(most)))")
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      // Chunks that are none, or a connection that broke.
      context.notes.setBodyUnread()
      throw RequestProblem(400, "the body did not come whole")
    }
  }

  private static func wait(_ request: Request) throws(RequestProblem) -> Duration? {
    guard let text = request.uri.queryParameters["wait"].map(String.init) else { return nil }
    if let seconds = Int64(text), 0...86_400 ~= seconds { return .seconds(seconds) }
    do { return try WallDuration.parse(text) } catch {
      throw RequestProblem(400, field: "wait", "wait: \(error.message), in \"\(text.prefix(100))\"")
    }
  }

  /// The task when it has ended; nil where it has not until then.
  private func finished(_ id: String, within wait: Duration?) async throws -> TaskRecord? {
    let end = wait.map { ContinuousClock.now + $0 }
    let changes = await dispatcher.changes(of: id)
    let timer = end.map { end in
      Task {
        try await Task.sleep(until: end)
        await dispatcher.wake(id)
      }
    }
    defer { timer?.cancel() }
    for await _ in changes.cancelOnGracefulShutdown() {
      guard let task = await dispatcher.task(id) else { return nil }
      if task.state == .finished { return task }
      if let end, ContinuousClock.now >= end { return nil }
    }
    return nil
  }

  // MARK: - Looking

  private func list(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let client = try client(of: request, context)
    let parameters = request.uri.queryParameters
    var states: Set<String> = []
    for state in parameters["state"]?.split(separator: ",") ?? [] {
      guard TaskRecord.State.allCases.contains(where: { $0.name == state }) else {
        throw RequestProblem(400, field: "state", "state: expected queued, pending, running or finished")
      }
      states.insert(String(state))
    }
    var limit = 50
    if let text = parameters["limit"] {
      guard let number = Int(text), 1...1000 ~= number else {
        throw RequestProblem(400, field: "limit", "limit: expected a number from 1 to 1000")
      }
      limit = number
    }
    let tasks = await dispatcher.list(
      for: client, states: states, limit: limit, before: parameters["before"].map(String.init))
    var bytes = Array("[".utf8)
    for (index, task) in tasks.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes += task.json()
    }
    bytes.append(UInt8(ascii: "]"))
    return Reply.json(Array("{\"tasks\":".utf8) + bytes + [UInt8(ascii: "}")])
  }

  private func client(of request: Request, _ context: ServiceContext) throws(RequestProblem) -> Client {
    let client = try authentication.client(of: request)
    context.notes.set(client: client.name)
    return client
  }

  /// The task that the path names, if the client may know of it.
  private func task(_ request: Request, _ context: ServiceContext) async throws -> TaskRecord {
    let client = try client(of: request, context)
    let id = try context.parameters.require("id")
    guard let task = await dispatcher.task(id), client.seesAll || task.client == client.name else {
      throw RequestProblem(404, "there is no task \(id.prefix(70))")
    }
    return task
  }

  private func show(_ request: Request, _ context: ServiceContext) async throws -> Response {
    var task = try await task(request, context)
    if let wait = try Self.wait(request), let ended = try await finished(task.id, within: wait) { task = ended }
    let current = await dispatcher.task(task.id) ?? task
    return Reply.json(current.json(result: current.state == .finished ? archive.result(of: task.id) : nil))
  }

  private func cancel(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let task = try await task(request, context)
    guard let now = await dispatcher.cancel(task.id) else { throw RequestProblem(404, "there is no task \(task.id)") }
    let hadEnded = task.state == .finished
    return Reply.json(
      now.json(result: now.state == .finished ? archive.result(of: task.id) : nil), status: hadEnded ? .ok : .accepted)
  }

  private func events(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let task = try await task(request, context)
    let feed = EventFeed(
      id: task.id, dispatcher: dispatcher, archive: archive, lastEventID: request.headers[.lastEventID])
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no"],
      body: ResponseBody { writer in
        try await feed.write(to: &writer)
        try await writer.finish(nil)
      })
  }

  private func artifact(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let task = try await task(request, context)
    let prefix = "/tasks/\(task.id)/artifacts/"
    let path = request.uri.path
    guard path.hasPrefix(prefix), let name = String(path.dropFirst(prefix.count)).removingPercentEncoding else {
      throw RequestProblem(404, "there is no such artifact")
    }
    let results = RunAssembler.results(ofLog: archive.wholeLog(of: task.id))
    guard let found = results[results.count - 1].artifacts.first(where: { $0.name.bytes == Array(name.utf8) }) else {
      throw RequestProblem(404, "the task has no artifact \"\(name.prefix(200))\"")
    }
    guard found.isComplete else { throw RequestProblem(404, "parts of the artifact are missing from the log") }
    // A script's file is nothing that a browser should show as a page of this site.
    return Reply.bytesReply(
      found.bytes, type: "application/octet-stream", headers: [.contentDisposition: "attachment"])
  }

  private func readiness() async -> Response {
    switch await dispatcher.engine.readiness() {
    case .ready: return Reply.text("ready\n", type: Self.plain)
    case .notReady(let reason):
      return Reply.text("not ready: \(reason)\n", type: Self.plain, status: .serviceUnavailable)
    }
  }
}
