import Foundation
import TestSupport
import Testing

/// Who reads the log decides nothing about the script's end.
@Suite("Readers of the log", .needsContainers)
struct ReaderTests {
  /// conmon, which reads the container's standard output, is stopped as a node under pressure would leave it: longer than
  /// the deadline and all that follows it.
  @Test("a container runtime that stops reading does not hold the deadline")
  func stalledRuntime() async throws {
    let marker = "warder-test-" + randomName()
    let script = "import os\nwhile True: os.write(1, b'flood of text\\n' * 100)\n"
    let message = try TemporaryPath(file: [], permissions: 0o666)
    var container = Container(
      .python, ["--timeout", "2s", "--grace", "100ms", "--log-limit", "512Mi", "--stdout-limit", "512Mi"],
      scriptArguments: [marker])
    container.terminationLog = message
    let told = Told()
    let run = try await container.run(TaskDirectory(script: script)) { running in
      try await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
      let monitor = try await running.monitor()
      #expect(kill(monitor, SIGSTOP) == 0)
      defer { _ = kill(monitor, SIGCONT) }
      // 2 s, grace, a second each for the tree and its pipes, 5 s for the reader.
      try await Task.sleep(for: .seconds(11))
      await told.set(ProcessTable.scripts(marked: marker).count, String(decoding: try message.contents, as: UTF8.self))
    }
    #expect(await told.processes == 0)
    let text = await told.message
    #expect(text.hasPrefix(#"{"reason":"timeout""#), "\(text)")
    #expect(text.contains(/the log at fd:1 lacks its last [0-9]+ bytes: nobody read it/), "\(text)")
    #expect(run.end == .exited(240))
    // What did go out is a beginning of the log.
    let problems = Chaos.problems(
      log: run.log, message: try message.contents, readerLeft: true, supervisorWasKilled: false)
    #expect(problems.isEmpty)
  }

  private actor Told {
    var processes = -1
    var message = ""

    func set(_ processes: Int, _ message: String) {
      self.processes = processes
      self.message = message
    }
  }
}
