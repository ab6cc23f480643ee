internal import CProcess
package import DispatcherModel
internal import Foundation
package import Logging

/// Runs tasks on this machine: each is a `warder run` in a session of its own, whose frames go to a file. It outlives the
/// dispatcher, and the next one finds it by its process and the file.
package struct LocalEngine: Engine {
  package let name = "local"
  private var settings: LocalSettings
  private let directory: String
  private let warder: String
  private let policyRuntimes: [String: String]
  private let watch: Watch
  private let logger: Logger

  /// - Parameters:
  ///   - directory: where tasks' files lie; made where it is missing.
  ///   - runtimes: of the configuration.
  package init(
    _ settings: LocalSettings, directory: String, runtimes: [RuntimeConfiguration], logger: Logger
  ) throws(EngineError) {
    self.settings = settings
    self.directory = directory
    self.logger = logger
    warder = try ToolBinary.find(settings.warder)
    policyRuntimes = Dictionary(runtimes.map { ($0.name, $0.policyRuntime) }, uniquingKeysWith: { first, _ in first })
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .unavailable("cannot make \(directory): \(error.localizedDescription)", retryAfterSeconds: nil)
    }
    if settings.policy == nil {
      self.settings.policy = try LocalPolicy.make(for: runtimes.map(\.policyRuntime), in: directory)
    }
    guard let watch = Watch() else {
      throw .unavailable(
        "no inotify instance is left for this user (fs.inotify.max_user_instances)", retryAfterSeconds: nil)
    }
    self.watch = watch
  }

  private func files(_ taskID: String) -> TaskFiles { TaskFiles(directory: "\(directory)/\(taskID)") }

  // MARK: - Starting

  package func start(_ task: TaskSpecification) async throws(EngineError) -> EngineHandle {
    let files = files(task.id)
    try files.make(task)
    let command = LocalCommand(task, files, settings, policyRuntime: policyRuntimes[task.runtime] ?? task.runtime)
    var process: pid_t = 0
    let failure = Self.spawn(warder, command.arguments, output: files.log, errors: files.errors, &process)
    guard failure == 0 else {
      files.remove()
      let message = "cannot start \(warder): \(String(cString: strerror(failure)))"
      // Out of memory or processes passes.
      throw .unavailable(message, retryAfterSeconds: failure == EAGAIN || failure == ENOMEM ? 2 : nil)
    }
    // Of a child that was not waited for, even one that has ended, the entry in /proc is still there.
    guard let identity = ProcessIdentity(id: process, isChild: true) else {
      // What cannot be found again must not run.
      kill(-process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
      files.remove()
      throw .unavailable("cannot read /proc/\(process)/stat", retryAfterSeconds: nil)
    }
    do { try files.write(identity) } catch {
      logger.warning("cannot write \(files.process): \(error.localizedDescription)")
    }
    return handle(task.id, identity)
  }

  private func handle(_ taskID: String, _ identity: ProcessIdentity) -> EngineHandle {
    EngineHandle(taskID: taskID, fields: ["process": "\(identity.id)", "start_time": identity.startTime])
  }

  private static func spawn(
    _ path: String, _ arguments: [String], output: String, errors: String, _ process: inout pid_t
  ) -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    return cp_spawn(path, &words, environ, output, errors, &process)
  }

  private func identity(_ handle: EngineHandle) -> ProcessIdentity? {
    guard let id = handle.fields["process"].flatMap({ Int32($0) }), let time = handle.fields["start_time"] else {
      return nil
    }
    return ProcessIdentity(id: id, startTime: time)
  }

  // MARK: - Following

  package func follow(_ handle: EngineHandle) -> AsyncStream<EngineUpdate> {
    let follower = LocalFollower(files: files(handle.taskID), identity: identity(handle), watch: watch)
    return AsyncStream(bufferingPolicy: .unbounded) { continuation in
      let task = Task {
        await follower.run(continuation)
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  // MARK: - Ending and tidying up

  package func cancel(_ handle: EngineHandle) async throws(EngineError) {
    // Warder hands it on with the task's grace. A process that has gone needs no cancelling.
    guard let identity = identity(handle), let process = identity.open() else { return }
    defer { close(process) }
    // Asked a second time it kills at once, and there is no verdict.
    guard files(handle.taskID).claimCancellation() else { return }
    if cp_signal_process(process, SIGTERM) != 0, errno != ESRCH {
      throw .unavailable("cannot signal \(identity.id): \(String(cString: strerror(errno)))", retryAfterSeconds: nil)
    }
  }

  package func remove(_ handle: EngineHandle) async throws(EngineError) {
    files(handle.taskID).remove()
  }

  package func leftovers() async throws(EngineError) -> [Leftover] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter(TaskID.isValid).compactMap { name in
      let files = files(name)
      // Killed between a task's start and the note of its process: it is found by the path on its command line.
      guard let identity = files.identity ?? ProcessIdentity.find(withWord: files.task) else {
        return Leftover(handle: EngineHandle(taskID: name), hasEnded: true)
      }
      return Leftover(handle: handle(name, identity), hasEnded: !identity.isAlive)
    }
  }

  package func readiness() async -> Readiness {
    guard FileManager.default.isExecutableFile(atPath: warder) else { return .notReady(reason: "\(warder) is gone") }
    guard FileManager.default.isWritableFile(atPath: directory) else {
      return .notReady(reason: "\(directory) cannot be written to")
    }
    return .ready
  }
}
