package import WarderFrames

/// What runs tasks. It keeps hold of them by itself: a task that was started goes on when the dispatcher dies, and can be
/// followed again by its handle.
///
/// An engine never decides what became of a script: it hands over the log, and what only the platform knows.
package protocol Engine: Sendable {
  /// For records, metrics and people: `local`, `kubernetes`.
  var name: String { get }

  /// Starts a task. Returns when it is on record outside of this process (its Job exists, its process runs).
  ///
  /// - Returns: what the engine needs to find it again after a restart of the dispatcher.
  /// - Throws: `EngineError`. Nothing of the task is left over then.
  func start(_ task: TaskSpecification) async throws(EngineError) -> EngineHandle

  /// Everything about a started task, from its beginning, also when it has ended long ago or another dispatcher started it.
  /// The stream ends after `.ended`, which comes exactly once. Whoever stops iterating stops following, not the task.
  func follow(_ handle: EngineHandle) -> AsyncStream<EngineUpdate>

  /// Asks for the end: SIGTERM, grace, and a verdict `cancelled` in the log. Asking twice, or for a task that has ended, is no
  /// error.
  func cancel(_ handle: EngineHandle) async throws(EngineError)

  /// Removes what the platform still keeps of an ended task. Called when its outcome is safe; twice is no error.
  func remove(_ handle: EngineHandle) async throws(EngineError)

  /// Tasks of this dispatcher that the platform still has, for those that a crash left without a record.
  func leftovers() async throws(EngineError) -> [Leftover]

  /// Whether new tasks can be started now; the reason if not. For `/readyz`.
  func readiness() async -> Readiness
}

/// A started task, as the engine calls it. Opaque to everything else, and kept with the task's record.
package struct EngineHandle: Sendable, Hashable, Codable {
  package var taskID: String
  /// The engine's own words: a Job's UID, a process and its start time.
  package var fields: [String: String]

  package init(taskID: String, fields: [String: String] = [:]) {
    self.taskID = taskID
    self.fields = fields
  }
}

/// A task that the platform has.
package struct Leftover: Sendable, Hashable {
  package var handle: EngineHandle
  /// Whether it has ended.
  package var hasEnded: Bool

  package init(handle: EngineHandle, hasEnded: Bool) {
    self.handle = handle
    self.hasEnded = hasEnded
  }
}

package enum Readiness: Sendable, Hashable {
  case ready
  case notReady(reason: String)
}

/// What a follower is told.
package enum EngineUpdate: Sendable, Hashable {
  /// Where the task is, before and beside its log.
  case phase(TaskPhase)
  /// The next bytes of the log, as they came. A line may be cut anywhere.
  case log([UInt8])
  /// The log is read from its start again: frames that were here before come once more, and count once.
  case logRestarted
  /// It is over, and no more of the log will come.
  case ended(EngineEnd)
}

/// Where a task is that has not ended.
package enum TaskPhase: Sendable, Hashable, Codable {
  /// Not running yet, and why: `waiting for a node: 0/3 nodes are available`.
  case pending(detail: String)
  case running
}

/// What the platform knows at the end of a task.
package struct EngineEnd: Sendable, Hashable, Codable {
  /// The platform's own reason (`oom_killed`, `evicted`, `admission_refused`, …), by its word in `Reason`; nil where it
  /// says nothing of its own.
  package var platformReason: String?
  /// What the platform says about it, for people.
  package var message: String?
  /// What the container left as its termination message.
  package var terminationMessage: [UInt8]?

  package init(platformReason: Reason? = nil, message: String? = nil, terminationMessage: [UInt8]? = nil) {
    self.platformReason = platformReason?.text
    self.message = message
    self.terminationMessage = terminationMessage
  }
}

/// Why an engine could not do what it was asked for.
package enum EngineError: Error, Sendable, Hashable {
  /// The platform will never take this task as it is (a quota that is too small, an image that is none).
  case refused(String)
  /// Not now: out of reach, overloaded, told to come again.
  case unavailable(String, retryAfterSeconds: Int?)
  /// The platform does not know the task (any more).
  case unknownTask(String)

  package var message: String {
    switch self {
    case .refused(let text), .unavailable(let text, _), .unknownTask(let text): text
    }
  }
}
