internal import DispatcherModel
internal import Foundation
internal import Logging
internal import TaskModel
internal import WarderFrames

/// All tasks: the queue, what runs, what has ended. Everything that changes a task's state goes through here.
actor Dispatcher {
  let configuration: ServiceConfiguration
  let engine: any Engine
  nonisolated let archive: Archive
  let audit: AuditLog?
  let logger: Logger
  var tasks: [String: TaskRecord] = [:]
  /// Newest last.
  var order: [String] = []
  var queue: [String] = []
  /// Tasks that the engine has, or is about to get.
  var running: Set<String> = []
  var idempotency: [IdempotencyKey: String] = [:]
  private var listeners: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
  private var nextListener = 0
  /// What ended tasks take in the archive.
  var sizes: [String: Int64] = [:]
  /// Not before then is an engine asked again that could not take a task.
  private var engineIsAway: (until: ContinuousClock.Instant, reason: String)?
  var metrics = ServiceMetrics()

  struct IdempotencyKey: Hashable {
    let client: String
    let key: String
  }

  init(
    _ configuration: ServiceConfiguration, engine: any Engine, archive: Archive, audit: AuditLog?, logger: Logger
  ) {
    self.configuration = configuration
    self.audit = audit
    self.engine = engine
    self.archive = archive
    self.logger = logger
  }

  // MARK: - Looking

  func task(_ id: String) -> TaskRecord? { tasks[id] }

  /// Newest first.
  func list(
    for client: Client, states: Set<String>, limit: Int, before: String?
  ) -> [TaskRecord] {
    var found: [TaskRecord] = []
    for id in order.reversed() {
      if let before, id >= before { continue }
      guard let task = tasks[id], client.seesAll || task.client == client.name else { continue }
      if !states.isEmpty, !states.contains(task.state.name) { continue }
      found.append(task)
      if found.count == limit { break }
    }
    return found
  }

  /// Something about the task has changed: its state, or its log has grown. Begins with one notice.
  func changes(of id: String) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = nextListener
    nextListener += 1
    listeners[id, default: [:]][number] = continuation
    continuation.onTermination = { [weak self] _ in
      Task { await self?.forget(listener: number, of: id) }
    }
    continuation.yield()
    return stream
  }

  private func forget(listener number: Int, of id: String) {
    listeners[id]?[number] = nil
    if listeners[id]?.isEmpty == true { listeners[id] = nil }
  }

  func announce(_ id: String) {
    for continuation in listeners[id, default: [:]].values { continuation.yield() }
  }

  /// Has those who listen look again.
  func wake(_ id: String) { announce(id) }

  /// Its log has grown.
  func logHasGrown(_ id: String, bytes: Int) {
    metrics.logBytes += bytes
    announce(id)
  }

  var figures: (queued: Int, running: Int, kept: Int) { (queue.count, running.count, tasks.count) }

  // MARK: - Taking

  /// The task that the client had made with this key.
  ///
  /// - Throws: where it was another request.
  func repeated(
    _ key: String?, of client: Client, digest: String
  ) throws(RequestProblem) -> TaskRecord? {
    guard let key, let id = idempotency[IdempotencyKey(client: client.name, key: key)], let task = tasks[id] else {
      return nil
    }
    guard task.requestDigest == digest else {
      throw RequestProblem(409, "the Idempotency-Key was used for another request, whose task is \(id)")
    }
    return task
  }

  /// Takes a task: it is on record when this returns.
  func submit(
    _ checked: CheckedRequest, of client: Client, idempotencyKey: String?, digest: String
  ) throws(RequestProblem) -> TaskRecord {
    if let known = try repeated(idempotencyKey, of: client, digest: digest) { return known }
    try checkRoom(client)
    let script = checked.task.script
    let record = TaskRecord(
      id: checked.task.id, runtime: checked.task.runtime, trust: checked.trust.name, client: client.name,
      engine: engine.name,
      script: TaskRecord.Script(
        name: script.path, bytes: script.bytes.count, sha256: SHA256Digest.hexadecimal(of: script.bytes)),
      timeoutMilliseconds: checked.timeoutMilliseconds, createdAt: Self.now, idempotencyKey: idempotencyKey,
      requestDigest: digest)
    do throws(ArchiveError) { try archive.create(record, checked.task) } catch {
      logger.error("\(error.message)")
      throw RequestProblem(503, "the task cannot be put on record", retryAfterSeconds: 30)
    }
    insert(record)
    queue.append(record.id)
    metrics.accepted += 1
    startWhatCan()
    return tasks[record.id] ?? record
  }

  func insert(_ record: TaskRecord) {
    tasks[record.id] = record
    // Names rise with time, but two of a millisecond need not.
    let place = order.lastIndex { $0 < record.id }.map { $0 + 1 } ?? 0
    order.insert(record.id, at: place)
    if let key = record.idempotencyKey {
      idempotency[IdempotencyKey(client: record.client, key: key)] = record.id
    }
  }

  private func checkRoom(_ client: Client) throws(RequestProblem) {
    let limits = configuration.limits
    if let away = engineIsAway, away.until > .now {
      metrics.refused += 1
      throw RequestProblem(503, "the engine cannot take tasks now: \(away.reason)", retryAfterSeconds: 5)
    }
    if running.count >= limits.concurrentTasks, queue.count >= limits.queueLength {
      metrics.refused += 1
      throw RequestProblem(429, "the queue is full: \(queue.count) tasks wait", retryAfterSeconds: 2)
    }
    if let most = limits.tasksPerClient {
      let own = (queue + running).count { tasks[$0]?.client == client.name }
      if own >= most {
        metrics.refused += 1
        throw RequestProblem(429, "\(client.name) has \(own) tasks already, as many as one may", retryAfterSeconds: 2)
      }
    }
  }

  // MARK: - Running

  func startWhatCan() {
    if let away = engineIsAway, away.until > .now { return }
    while running.count < configuration.limits.concurrentTasks, !queue.isEmpty {
      let id = queue.removeFirst()
      // On record before the engine hears of it: after a crash a task in this state is never started again.
      guard change(id, isForced: true, { $0.state = .starting }) else {
        queue.insert(id, at: 0)
        return startLater(.seconds(5))
      }
      running.insert(id)
      let runner = runner(id)
      Task { await runner.start() }
    }
  }

  /// Changes a task's record, on disk and here, and tells who listens.
  ///
  /// - Parameter isFact: whether it has happened already, so that it is known here even where the disk takes nothing.
  /// - Returns: whether it is on disk; where it is not, and it is no fact, nothing has changed.
  @discardableResult
  func change(
    _ id: String, isForced: Bool, isFact: Bool = false, _ edit: (inout TaskRecord) -> Void
  ) -> Bool {
    guard var record = tasks[id] else { return false }
    edit(&record)
    var isOnDisk = true
    do throws(ArchiveError) { try archive.save(record, isForced: isForced) } catch {
      logger.error("task \(id): \(error.message)")
      isOnDisk = false
    }
    guard isOnDisk || isFact else { return false }
    tasks[id] = record
    announce(id)
    return isOnDisk
  }

  /// The engine has the task.
  ///
  /// - Returns: whether somebody has asked for its end meanwhile.
  func hasStarted(_ id: String, as handle: EngineHandle) -> Bool {
    engineIsAway = nil
    change(id, isForced: true, isFact: true) {
      $0.state = .pending
      $0.detail = nil
      $0.handle = handle
    }
    return tasks[id]?.isCancelRequested ?? false
  }

  /// The engine cannot take it now: it waits again, at the queue's head.
  ///
  /// - Returns: false where it has waited long enough.
  func isAway(_ id: String, reason: String, retryAfterSeconds: Int?) -> Bool {
    metrics.engineErrors += 1
    guard let task = tasks[id], !task.isCancelRequested,
      Self.now - task.createdAt < configuration.limits.startMilliseconds
    else { return false }
    let pause = Duration.seconds(retryAfterSeconds ?? 2)
    engineIsAway = (.now + pause, reason)
    running.remove(id)
    change(id, isForced: true, isFact: true) {
      $0.state = .queued
      $0.detail = "the engine cannot take it now: \(reason)"
    }
    queue.insert(id, at: 0)
    startLater(pause)
    return true
  }

  private func startLater(_ pause: Duration) {
    Task {
      try? await Task.sleep(for: pause)
      startWhatCan()
    }
  }

  func isPending(_ id: String, _ detail: String) {
    guard tasks[id]?.detail != detail else { return }
    change(id, isForced: false) { $0.detail = detail }
  }

  /// - Parameter time: when its script started, in milliseconds since 1970; nil where nobody has said it yet.
  func isRunning(_ id: String, since time: Int64? = nil) {
    guard let state = tasks[id]?.state, state == .pending || state == .running && time != nil else { return }
    change(id, isForced: false, isFact: true) {
      $0.state = .running
      $0.detail = nil
      $0.startedAt = time ?? Self.now
    }
  }

  /// It is over, and its result is on disk.
  func hasEnded(_ id: String, _ outcome: TaskOutcome, at time: Int64) async {
    change(id, isForced: true, isFact: true) {
      $0.state = .finished
      $0.detail = nil
      $0.finishedAt = time
      $0.reason = outcome.reason
      $0.exitCode = outcome.exitCode
      $0.durationMilliseconds = outcome.durationMilliseconds
    }
    metrics.count(reason: outcome.reason, milliseconds: outcome.durationMilliseconds)
    running.remove(id)
    startWhatCan()
    await record(id)
  }

  /// Puts the task's audit record where it belongs. What dies before the task is marked finds out at the next start.
  func record(_ id: String) async {
    guard let audit, let line = archive.auditRecord(of: id) else { return }
    do throws(ArchiveError) { try await audit.write(line) } catch {
      return logger.error("audit of task \(id): \(error.message)")
    }
    change(id, isForced: false, isFact: true) { $0.isAudited = true }
    archive.removeAuditRecord(of: id)
  }

  func engineFailed() { metrics.engineErrors += 1 }

  // MARK: - Cancelling

  /// Asks for a task's end.
  func cancel(_ id: String) async -> TaskRecord? {
    guard let task = tasks[id] else { return nil }
    if task.state == .finished { return task }
    if let place = queue.firstIndex(of: id) {
      queue.remove(at: place)
      change(id, isForced: true, isFact: true) { $0.isCancelRequested = true }
      await end(unstarted: id)
      return tasks[id]
    }
    change(id, isForced: true, isFact: true) { $0.isCancelRequested = true }
    if let handle = task.handle {
      do throws(EngineError) { try await engine.cancel(handle) } catch {
        metrics.engineErrors += 1
        logger.warning("cancelling \(id): \(error.message)")
      }
    }
    return tasks[id]
  }

  func end(unstarted id: String) async {
    await runner(id).end(with: TaskOutcome(neverStarted: .cancelled, message: "cancelled before it started"))
  }

  func runner(_ id: String) -> TaskRunner {
    TaskRunner(id: id, dispatcher: self, engine: engine, archive: archive, logger: logger)
  }

  static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
