import Subprocess
import SystemPackage

/// A process that ran to its end: what it wrote, how it ended, how long it took.
package struct ProcessRun: Sendable {
  /// How the process ended, as wait(2) tells it.
  package enum End: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
  }

  package let end: End
  package let output: [UInt8]
  package let errors: [UInt8]
  package let duration: Duration

  package var outputText: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errors, as: UTF8.self) }
  package var succeeded: Bool { end == .exited(0) }
}

/// Something that the tests need did not work; the text says what and what to do.
package struct TestSupportError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// A process to run, with everything that it depends on named.
package struct ProcessCommand: Sendable {
  package var program: String
  package var arguments: [[UInt8]]
  /// nil: this process's own environment.
  package var environment: [String: String]?
  package var input: [UInt8] = []
  package var directory: String?
  /// What it may take before it is killed and the run counts as failed.
  package var timeLimit: Duration = .seconds(60)
  /// The bytes that it may write to each of its streams.
  package var outputLimit = 64 << 20

  package init(_ program: String, _ arguments: [String] = [], environment: [String: String]? = nil) {
    self.program = program
    self.arguments = arguments.map { Array($0.utf8) }
    self.environment = environment
  }

  /// Runs it and waits for its end.
  ///
  /// - Parameter whileRunning: is given the process id and may act on the process; the run ends when both have.
  package func run(
    whileRunning: @escaping @Sendable (Int32) async throws -> Void = { _ in }
  ) async throws -> ProcessRun {
    try await withThrowingTaskGroup(of: ProcessRun?.self) { group in
      group.addTask { try await self.runUnlimited(whileRunning) }
      group.addTask {
        try await Task.sleep(for: self.timeLimit)
        return nil
      }
      defer { group.cancelAll() }
      guard case .some(.some(let run)) = try await group.next() else {
        throw TestSupportError("\(program) did not end within \(timeLimit): \(shownArguments)")
      }
      return run
    }
  }

  /// Runs it and fails where it does not exit with status 0.
  @discardableResult
  package func runSuccessfully() async throws -> ProcessRun {
    let run = try await run()
    guard run.succeeded else {
      throw TestSupportError("\(program) \(shownArguments): \(run.end)\n\(run.errorText)")
    }
    return run
  }

  private var shownArguments: String {
    arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  private func runUnlimited(_ whileRunning: @escaping @Sendable (Int32) async throws -> Void) async throws -> ProcessRun
  {
    let clock = ContinuousClock()
    let start = clock.now
    // Raw bytes, so that a test can hand over arguments that are not UTF-8.
    let given = environment.map { environment in
      Environment.custom(environment.map { Array("\($0.key)=\($0.value)\0".utf8) })
    }
    let result = try await Subprocess.run(
      .path(FilePath(program)), arguments: Arguments(arguments.map { $0 + [0] }), environment: given ?? .inherit,
      workingDirectory: directory.map { FilePath($0) }, input: .array(input),
      output: .bytes(limit: outputLimit), error: .bytes(limit: outputLimit)
    ) { execution in
      try await whileRunning(execution.processIdentifier.value)
    }
    let end: ProcessRun.End =
      switch result.terminationStatus {
      case .exited(let status): .exited(status)
      case .signaled(let signal): .signaled(signal)
      }
    return ProcessRun(
      end: end, output: result.standardOutput, errors: result.standardError, duration: clock.now - start)
  }
}
