/// A task as the archive keeps it, from its request to its verdict.
package struct TaskRecord: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable, CaseIterable {
    /// Nothing of it was given to the engine yet.
    case queued
    /// It was about to be given to the engine: whether the engine has it is not known after a crash.
    case starting
    /// The engine has it.
    case pending
    case running
    case finished

    /// What clients are told.
    package var name: String { self == .starting ? State.pending.rawValue : rawValue }
  }

  package struct Script: Sendable, Hashable, Codable {
    package var name: String
    package var bytes: Int
    package var sha256: String

    package init(name: String, bytes: Int, sha256: String) {
      self.name = name
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  package var id: String
  package var state = State.queued
  /// Why it is where it is, for people.
  package var detail: String?
  package var runtime: String
  package var trust: String
  package var client: String
  package var engine: String
  package var script: Script
  package var timeoutMilliseconds: Int64
  /// Milliseconds since 1970.
  package var createdAt: Int64
  package var startedAt: Int64?
  package var finishedAt: Int64?
  package var isCancelRequested = false
  package var handle: EngineHandle?
  package var idempotencyKey: String?
  /// SHA-256 of the request's body, to tell a repeated request from another one with its key.
  package var requestDigest: String
  package var reason: String?
  package var exitCode: Int64?
  package var durationMilliseconds: Int64?
  /// Whether the audit record was written.
  package var isAudited = false

  package init(
    id: String, runtime: String, trust: String, client: String, engine: String, script: Script,
    timeoutMilliseconds: Int64, createdAt: Int64, idempotencyKey: String?, requestDigest: String
  ) {
    self.id = id
    self.runtime = runtime
    self.trust = trust
    self.client = client
    self.engine = engine
    self.script = script
    self.timeoutMilliseconds = timeoutMilliseconds
    self.createdAt = createdAt
    self.idempotencyKey = idempotencyKey
    self.requestDigest = requestDigest
  }
}
