import Foundation
import TestSupport
import Testing
import WarderFrames

/// A script that uses up its container's memory is ended by Warder, with its output and its verdict, before the kernel does
/// it; or by the kernel, and the verdict says so. `WATCH_REPETITIONS` says how often each is tried.
@Suite("Memory", .needsContainers)
struct MemoryTests {
  private static let script = "exhaust_memory.py"
  private static let directory = "Tests/ContainerTests/Endurance"

  private static func container(_ options: [String] = [], _ way: [String]) -> Container {
    var container = Container(.python, ["--timeout", "30s"] + options, scriptArguments: way)
    container.memoryLimit = "64m"
    container.temporarySize = "512m"
    return container
  }

  @Test(
    "a container of 64 MiB that is used up",
    arguments: [
      ["fast"], ["steps"], ["slow"], ["eight"], ["shared"], ["directory", "/tmp"], ["directory", "/dev/shm"],
    ])
  func limit(_ way: [String]) async throws {
    for _ in 0..<Repetitions.count {
      let run = try await Self.container([], way).run(TaskDirectory(Self.script, in: Self.directory))
      let result = try run.result()
      #expect(result.reason == .memoryLimit)
      #expect(run.end == .exited(242))
      #expect(result.stdoutText == "started\n")
      #expect(result.isComplete)
      let watch = try #require(result.start?.isolation.first { $0.name == "memory_watch" })
      #expect(watch.state == .active)
      #expect(result.start?.limits.contains(Field("memory_bytes", 48 << 20)) == true)
    }
  }

  @Test("reading files fills the cgroup, and is no pressure")
  func reading() async throws {
    let file = try TemporaryPath(file: [UInt8](repeating: 7, count: 200 << 20), permissions: 0o644)
    // Pages that another cgroup brought in would be charged there.
    let forget = ["dd", "of=\(file.path)", "oflag=nocache", "conv=notrunc,fdatasync", "count=0"]
    try await ProcessCommand("/usr/bin/env", forget).runSuccessfully()
    for _ in 0..<Repetitions.count {
      var container = Self.container(["--read", "/data"], ["reading", "/data"])
      container.mounts["/data"] = file.path
      let run = try await container.run(TaskDirectory(Self.script, in: Self.directory))
      #expect(try run.result().reason == .exited)
      #expect(try run.result().stdoutText == "started\ndone\n")
    }
    withExtendedLifetime(file) {}
  }

  @Test("without the watch the kernel kills, and nobody can say more than that", arguments: ["--memory", "--disable"])
  func switchedOff(_ flag: String) async throws {
    let value = flag == "--memory" ? "off" : "memory_watch"
    let run = try await Self.container([flag, value], ["steps"]).run(
      TaskDirectory(Self.script, in: Self.directory))
    let result = try run.result()
    // Where the cgroup kills as a whole (version 2 under Kubernetes) not even that is left.
    #expect(result.reason == .signaled || result.reason == .lost)
    #expect(result.start?.isolation.first { $0.name == "memory_watch" }?.state == .disabled)
    #expect(result.start?.limits.contains(Field("memory_bytes", .null)) == true)
  }

  @Test("a limit of one's own holds below the container's, and without one")
  func explicitLimit() async throws {
    for limit in ["64m", nil] {
      var container = Self.container(["--memory", "24Mi"], ["steps"])
      container.memoryLimit = limit
      let result = try await container.run(TaskDirectory(Self.script, in: Self.directory)).result()
      #expect(result.reason == .memoryLimit)
      let event = try #require(result.exit).message
      #expect(event.contains("where memory allows 24 MiB"), "\(event)")
    }
  }

  @Test("a plain process is measured by the sum over its processes, and told to be so")
  func plainProcess() async throws {
    let run = try await WarderInit(["--memory", "48Mi", "--timeout", "30s"], scriptArguments: ["eight"])
      .run(TaskDirectory(Self.script, in: Self.directory))
    let result = try run.result()
    #expect(result.reason == .memoryLimit)
    #expect(result.start?.isolation.first { $0.name == "memory_watch" }?.state == .degraded)
  }

  @Test("data_size gives Python a MemoryError that it can handle")
  func dataSize() async throws {
    let script = """
      kept = []
      try:
          while True:
              kept.append(bytearray(1 << 20))
      except MemoryError:
          del kept
          print("handled")
      """
    let result = try await Self.container(["--data-size", "40Mi"], []).run(TaskDirectory(script: script)).result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == 0)
    #expect(result.stdoutText == "handled\n")
  }

  @Test("a hundred processes at once: whoever is faster, the end is told")
  func hundred() async throws {
    var container = Self.container([], ["hundred"])
    container.processLimit = 500
    let result = try await container.run(TaskDirectory(Self.script, in: Self.directory)).result()
    #expect(result.reason == .memoryLimit)
  }
}

/// How often a race is run: few times each time, fifty times to be sure of a figure.
enum Repetitions {
  static let count = ProcessInfo.processInfo.environment["WATCH_REPETITIONS"].flatMap { Int($0) } ?? 2
}
