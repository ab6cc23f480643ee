package import WarderFrames

/// A run of `warder-init`, as a plain process or in a container: its log and how it ended.
package struct WarderRun: Sendable {
  /// What it wrote to standard output: the frames.
  package let log: [UInt8]
  /// What it wrote to standard error: nothing, unless something went wrong.
  package let errors: [UInt8]
  /// How the process, or the container, ended.
  package let end: ProcessRun.End
  package let duration: Duration
  /// The termination log afterwards, where the run had one.
  package var terminationMessage: [UInt8]?

  /// One run out of several that one container, or one virtual machine, made.
  package init(
    log: [UInt8], errors: [UInt8] = [], end: ProcessRun.End, terminationMessage: [UInt8]? = nil
  ) {
    self.log = log
    self.errors = errors
    self.end = end
    self.terminationMessage = terminationMessage
    duration = .zero
  }

  package init(_ run: ProcessRun, terminationMessage: [UInt8]? = nil) {
    log = run.output
    errors = run.errors
    end = run.end
    duration = run.duration
    self.terminationMessage = terminationMessage
  }

  /// What the log says, as any reader of it would find out: the one run that it tells of.
  package func result() throws -> RunResult {
    let results = RunAssembler.results(ofLog: log)
    guard let only = results.first, results.count == 1 else {
      throw TestSupportError("the log tells of \(results.count) runs instead of one")
    }
    return only
  }

  package var logText: String { String(decoding: log, as: UTF8.self) }
}

extension RunResult {
  /// For comparisons that are to show what they found.
  package var stdoutText: String { String(decoding: stdout, as: UTF8.self) }
  package var stderrText: String { String(decoding: stderr, as: UTF8.self) }
}

extension RunResult {
  /// What the start frame says of a layer of isolation.
  package func layer(_ name: String) -> IsolationLayer? { start?.isolation.first { $0.name == name } }

  package func isActive(_ layer: String) -> Bool { self.layer(layer)?.state == .active }
}

extension IsolationLayer {
  /// A detail as text.
  package func detail(_ name: String) -> String? {
    guard case .string(let text)? = details.first(where: { $0.name == name })?.value else { return nil }
    return text
  }

  /// Why it is not active.
  package var reason: String? { detail("reason") }
}
