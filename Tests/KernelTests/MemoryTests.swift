import Foundation
import TestSupport
import Testing
import WarderFrames

/// What no machine with cgroup version 1 can show: where memory runs out, the kernel kills the whole container, process 1
/// included, as it does under Kubernetes. `WATCH_REPETITIONS` says how often each race is run.
@Suite("Memory in cgroup version 2", .needsKernel)
struct MemoryTests {
  private static let repetitions =
    ProcessInfo.processInfo.environment["WATCH_REPETITIONS"].flatMap { Int($0) } ?? 1

  private static let directory = "Tests/ContainerTests/Endurance"
  private static let name = "exhaust_memory.py"
  private static let script = directory + "/" + name

  /// A container of 64 MiB that the kernel kills as a whole or not, whose script uses memory in the given way.
  private static func run(_ way: [String], _ options: [String] = [], killedAsWhole: Bool = true) throws -> GuestRun {
    let task = try TaskDirectory(name, in: directory)
    var run = GuestRun(
      task, requiredWithoutLandlock + ["--timeout", "60s"] + options, scriptArguments: way)
    run.cgroup = [
      ("memory.max", String(64 << 20)), ("memory.oom.group", killedAsWhole ? "1" : "0"), ("pids.max", "500"),
    ]
    run.temporarySize = "512m"
    run.timeLimit = .seconds(90)
    return run
  }

  @Test("a container that is used up is ended by Warder, and the kernel has nothing to do")
  func limit() async throws {
    let ways = [["fast"], ["steps"], ["eight"], ["shared"], ["directory", "/tmp"], ["directory", "/dev/shm"]]
    let runs = Array(repeating: ways, count: Self.repetitions).joined()
    for (way, guest) in zip(runs, try await VirtualMachine.run(try runs.map { try Self.run($0) })) {
      let result = try guest.run.result()
      #expect(result.reason == .memoryLimit, "\(way)")
      #expect(guest.run.end == .exited(242), "\(way)")
      #expect(result.stdoutText == "started\n")
      #expect(result.isComplete)
      #expect(guest.number("oom_kill", of: "memory.events") == 0, "\(way)")
      let watch = try LayersTests.layer("memory_watch", of: result)
      #expect(watch.state == .active)
      #expect(watch.details.contains(Field("source", "cgroup2")))
      let message = String(decoding: try #require(guest.run.terminationMessage), as: UTF8.self)
      #expect(message.hasPrefix(#"{"reason":"memory_limit""#), "\(message)")
    }
  }

  @Test("without the watch the container dies as a whole, and what remains is the provisional message")
  func withoutWatch() async throws {
    let guest = try await VirtualMachine.run([try Self.run(["fast"], ["--disable", "memory_watch"])])[0]
    let result = try guest.run.result()
    #expect(result.reason == .lost)
    #expect(result.stdoutText == "started\n")
    #expect(guest.run.end != .exited(0))
    #expect(guest.number("oom_group_kill", of: "memory.events") == 1)
    let message = String(decoding: try #require(guest.run.terminationMessage), as: UTF8.self)
    #expect(message.hasPrefix(#"{"reason":"lost""#), "\(message)")
  }

  @Test("a hundred processes at once may be faster than the watch: then one of the two says so")
  func hundred() async throws {
    let runs = try (0..<Self.repetitions).map { _ in try Self.run(["hundred"]) }
    var ended = 0
    for guest in try await VirtualMachine.run(runs) {
      let result = try guest.run.result()
      if result.reason == .memoryLimit {
        ended += 1
        #expect(guest.run.end == .exited(242))
      } else {
        #expect(result.reason == .lost)
        #expect(guest.number("oom_group_kill", of: "memory.events") == 1)
        #expect(guest.run.terminationMessage?.starts(with: #"{"reason":"lost""#.utf8) == true)
      }
    }
    print("a hundred processes: \(ended) of \(runs.count) were ended before the kernel killed the container")
  }

  @Test("where the kernel kills single processes, one that it killed is told by its counter")
  func singleVictims() async throws {
    let runs = [
      try Self.run(["hundred"], killedAsWhole: false),
      try Self.run(["fast"], ["--disable", "memory_watch"], killedAsWhole: false),
    ]
    let guests = try await VirtualMachine.run(runs)
    #expect(try guests[0].run.result().reason == .memoryLimit)
    let unwatched = try guests[1].run.result()
    #expect(unwatched.reason == .signaled)
    #expect(unwatched.signal == "SIGKILL")
    #expect(guests[1].number("oom_kill", of: "memory.events") == 1)
    #expect(guests[1].number("oom_group_kill", of: "memory.events") == 0)
  }

  @Test("reading files fills the cgroup, and is no pressure")
  func reading() async throws {
    let script = try Data(contentsOf: URL(fileURLWithPath: Repository.path(Self.script)))
    var run = try Self.run(["reading", "/task/large"])
    run.task = try TaskDirectory(["script.py": Array(script), "large": [UInt8](repeating: 7, count: 200 << 20)])
    let guest = try await VirtualMachine.run([run])[0]
    let result = try guest.run.result()
    #expect(result.reason == .exited, "\(guest.run.logText)")
    #expect(result.stdoutText == "started\ndone\n")
    // It did fill it: the test would prove nothing else.
    #expect(try #require(guest.number("max", of: "memory.events")) > 0)
  }
}
