import Foundation
import TestSupport
import Testing
import WarderFrames

/// Nothing that a script starts outlives its verdict, and no script outlives its deadline.
@Suite("Life and death", .needsContainers)
struct LifecycleTests {
  private static let endurance = "Tests/ContainerTests/Endurance"
  private static let ways = ["session", "daemon", "deaf", "stopped", "pipes", "hopper"]

  /// How the script's main process ends, and what is to be said of it.
  struct End: Sendable, CustomTestStringConvertible {
    let name: String
    let reason: Reason
    let exitCode: Int64?
    /// From the script's start, milliseconds.
    let duration: ClosedRange<Int64>

    /// A deadline that even a slow machine does not meet too early, where it is to be met and where it is not. What outlives
    /// the script would live for an hour.
    var limits: [String] { ["--timeout", reason == .timeout ? "4s" : "60s", "--grace", "300ms"] }

    var testDescription: String { name }

    static let all = [
      End(name: "exit", reason: .exited, exitCode: 0, duration: 300...30_000),
      End(name: "closed", reason: .exited, exitCode: 7, duration: 1_300...30_000),
      End(name: "stay", reason: .timeout, exitCode: nil, duration: 4_000...20_000),
      End(name: "stop", reason: .timeout, exitCode: nil, duration: 4_000...20_000),
    ]
  }

  @Test("nothing survives in a container", arguments: End.all)
  func nothingSurvivesInContainer(_ end: End) async throws {
    let marker = "warder-test-" + randomName()
    let task = try TaskDirectory("outlive.py", in: Self.endurance)
    let arguments = [marker, Self.ways.joined(separator: ","), end.name]
    let run = try await Container(.python, end.limits, scriptArguments: arguments).run(task)
    try expect(end, run, marker)
  }

  @Test(
    "nothing survives a plain process, which cannot count on the end of a process namespace", arguments: End.all, ways)
  func nothingSurvivesPlainProcess(_ end: End, _ way: String) async throws {
    let marker = "warder-test-" + randomName()
    let task = try TaskDirectory("outlive.py", in: Self.endurance)
    let run = try await WarderInit(end.limits, scriptArguments: [marker, way, end.name]).run(task)
    try expect(end, run, marker)
  }

  private func expect(_ end: End, _ run: WarderRun, _ marker: String) throws {
    #expect(ProcessTable.scripts(marked: marker).isEmpty)
    let result = try run.result()
    #expect(result.reason == end.reason)
    #expect(result.exitCode == end.exitCode)
    #expect(result.stdoutText == "started\n")
    let frame = try #require(result.exit)
    // At a deadline some go by SIGTERM, and whoever ignores SIGCHLD hides the end of its children.
    if end.reason == .exited { #expect(frame.processesKilled >= 1) }
    #expect(end.duration ~= frame.durationMilliseconds, "\(frame.durationMilliseconds) ms")
  }

  @Test("a fork storm ends at the deadline")
  func forkStorm() async throws {
    let marker = "warder-test-" + randomName()
    var container = Container(.python, ["--timeout", "1s", "--grace", "200ms"], scriptArguments: [marker])
    container.processLimit = 400
    let run = try await container.run(TaskDirectory("fork_storm.py", in: Self.endurance))
    let result = try run.result()
    // Where the processes are counted the count ends it, else the deadline.
    #expect([.timeout, .processLimit].contains(result.reason))
    #expect(try #require(result.exit).durationMilliseconds < 20_000)
    #expect(ProcessTable.scripts(marked: marker).isEmpty)
  }

  @Test("the background process of a shell does not hold the verdict up")
  func heldPipes() async throws {
    let task = try TaskDirectory(script: "sleep 600 &\necho done\n", named: "script.sh")
    let run = try await Container(.bash).run(task)
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.stdoutText == "done\n")
    #expect(try #require(result.exit).durationMilliseconds < 20_000)
  }

  @Test("what a pipeline still writes when the script has ended is not lost")
  func processSubstitution() async throws {
    let task = try TaskDirectory(
      script: "exec > >(sleep 0.1; sed s/a/b/)\necho banana\n", named: "script.sh")
    let run = try await Container(.bash).run(task)
    #expect(try run.result().stdoutText == "bbnana\n")
  }

  // MARK: Cancellation

  @Test("SIGTERM, SIGINT and SIGHUP from outside cancel within the grace", arguments: ["TERM", "INT", "HUP"])
  func cancellation(_ signal: String) async throws {
    let marker = "warder-test-" + randomName()
    let task = try TaskDirectory("outlive.py", in: Self.endurance)
    let container = Container(
      .python, ["--grace", "500ms"], scriptArguments: [marker, Self.ways.joined(separator: ","), "stay"])
    let clock = ContinuousClock()
    let cancelled = Moment()
    let run = try await container.run(task) { running in
      try await waitUntil("the script and its processes run") {
        ProcessTable.scripts(marked: marker).count > Self.ways.count - 1
      }
      await cancelled.set(clock.now)
      try await running.signal(signal)
    }
    let waited = await cancelled.value.map { clock.now - $0 }
    let result = try run.result()
    #expect(result.reason == .cancelled)
    #expect(run.end == .exited(241))
    #expect(try #require(waited) < .seconds(20))
    #expect(ProcessTable.scripts(marked: marker).isEmpty)
  }

  @Test("podman stop is a cancellation, and a script that takes its leave is heard")
  func politeEnd() async throws {
    let marker = "warder-test-" + randomName()
    let script = """
      import signal, sys, time
      def leave(*_):
          print("leaving", flush=True)
          sys.exit(3)
      signal.signal(signal.SIGTERM, leave)
      print("ready", flush=True)
      time.sleep(60)
      """
    let run = try await Container(.python, ["--grace", "25s"], scriptArguments: [marker])
      .run(TaskDirectory(script: script)) { running in
        try await waitUntil("the script runs") { !ProcessTable.scripts(marked: marker).isEmpty }
        // Its handler is set a moment after its start.
        try await Task.sleep(for: .seconds(2))
        try await running.stop()
      }
    let result = try run.result()
    #expect(result.reason == .cancelled)
    #expect(result.stdoutText == "ready\nleaving\n")
    #expect(run.end == .exited(241))
    #expect(try #require(result.exit).durationMilliseconds < 25_000)
  }

  @Test("podman stop of a pod cancels within grace")
  func podStop() async throws {
    let marker = "warder-test-" + randomName()
    let script = try String(contentsOfFile: Repository.path(Self.endurance + "/outlive.py"), encoding: .utf8)
    let pod = Pod(
      .python, files: ["script.py": script], arguments: ["--grace", "500ms", "--", marker, "deaf,daemon", "stay"])
    let run = try await pod.run { running in
      try await waitUntil("the script runs") { ProcessTable.scripts(marked: marker).count > 2 }
      try await running.stop()
    }
    #expect(try run.result().reason == .cancelled)
    #expect(run.end == .exited(241))
  }
}

/// A point in time that one task sets and another reads.
private actor Moment {
  var value: ContinuousClock.Instant?

  func set(_ instant: ContinuousClock.Instant) {
    value = instant
  }
}
