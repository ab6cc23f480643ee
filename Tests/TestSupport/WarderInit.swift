import Foundation

/// `dist/warder-init` as a plain process: not process 1, without a container around it.
package struct WarderInit: Sendable {
  /// The options, before the script's own arguments.
  package var options: [String]
  package var scriptArguments: [String]
  /// The whole environment of the supervisor.
  package var environment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
  package var input: [UInt8] = []
  package var timeLimit: Duration = .seconds(60)
  /// A program and its arguments that are to start it, such as `setpriv` with its options.
  package var wrapper: [String] = []
  /// Whether the supervisor's own system calls are held against its filter, see `SupervisorTrace`.
  package var isTraced = SupervisorTrace.isWanted

  /// The static binary under test; `TEST_WARDER_INIT` names another one.
  package static let binary =
    ProcessInfo.processInfo.environment["TEST_WARDER_INIT"] ?? Repository.path("dist/warder-init")

  package init(_ options: [String] = [], scriptArguments: [String] = []) {
    self.options = options
    self.scriptArguments = scriptArguments
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - task: the task directory, nil where the options say where the script is.
  ///   - whileRunning: is given the supervisor's process id (the wrapper's, where there is one that does not exec).
  package func run(
    _ task: TaskDirectory? = nil, whileRunning: @escaping @Sendable (Int32) async throws -> Void = { _ in }
  ) async throws -> WarderRun {
    guard FileManager.default.isExecutableFile(atPath: Self.binary) else {
      throw TestSupportError("\(Self.binary) is missing: run scripts/build")
    }
    let trace = isTraced ? try SupervisorTrace() : nil
    var words = wrapper + (trace?.wrapper ?? []) + [Self.binary] + options
    if let task { words += ["--task", task.path] }
    if !scriptArguments.isEmpty { words += ["--"] + scriptArguments }
    var command = ProcessCommand(words[0], Array(words.dropFirst()), environment: environment)
    command.input = input
    command.timeLimit = timeLimit
    let run = try await Slots.run { [command] in try await command.run(whileRunning: whileRunning) }
    withExtendedLifetime(task) {}
    let finished = WarderRun(run)
    try await trace?.check(isConfined: (try? finished.result())?.isActive("supervisor") ?? false)
    return finished
  }
}
