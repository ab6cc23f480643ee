import Foundation
import TestSupport
import Testing
import WarderFrames

/// A script that fills its volumes is ended before they are full.
@Suite("Disk", .needsContainers)
struct DiskTests {
  private static let directory = "Tests/ContainerTests/Endurance"

  private static func run(
    _ options: [String], _ arguments: [String], isOnDisk: Bool = false
  ) async throws -> WarderRun {
    let task = try TaskDirectory("fill_disk.py", in: directory)
    var container = Container(.python, options, scriptArguments: arguments)
    let volume = try TemporaryPath(permissions: 0o777)
    if isOnDisk { container.writableMounts["/tmp"] = volume.path }
    let run = try await container.run(task)
    withExtendedLifetime(volume) {}
    return run
  }

  @Test("a /tmp in memory", arguments: ["big", "unlinked", "small", "deep"])
  func memoryBacked(_ way: String) async throws {
    for _ in 0..<Repetitions.count {
      let run = try await Self.run([], ["/tmp", way])
      let result = try run.result()
      #expect(result.reason == .diskLimit)
      #expect(run.end == .exited(244))
      #expect(result.stdoutText == "started\n")
      #expect(result.start?.isolation.first { $0.name == "disk_watch" }?.state == .active)
      #expect(result.start?.limits.contains(Field("disk_bytes", 60 << 20)) == true)
    }
  }

  @Test("/dev/shm, whose size is its own")
  func sharedMemory() async throws {
    #expect(try await Self.run([], ["/dev/shm", "big"]).result().reason == .diskLimit)
  }

  @Test("an explicit limit counts both places together", arguments: ["/tmp", "/dev/shm"])
  func explicit(_ place: String) async throws {
    let result = try await Self.run(["--disk", "8Mi"], [place, "big"]).result()
    #expect(result.reason == .diskLimit)
    #expect(try #require(result.exit).message.contains("disk allows 8192 KiB"))
  }

  @Test("a /tmp on a disk is walked", arguments: ["big", "small", "deep"])
  func onDisk(_ way: String) async throws {
    let result = try await Self.run(["--disk", "8Mi"], ["/tmp", way], isOnDisk: true).result()
    #expect(result.reason == .diskLimit)
    #expect(result.start?.isolation.first { $0.name == "disk_watch" }?.state == .degraded)
  }

  @Test("holes and further names are no usage", arguments: ["sparse", "linked"], [false, true])
  func noUsage(_ way: String, isOnDisk: Bool) async throws {
    let result = try await Self.run(["--disk", "8Mi"], ["/tmp", way], isOnDisk: isOnDisk).result()
    #expect(result.reason == .exited)
    #expect(result.stdoutText == "started\ndone\n")
  }

  @Test(
    "without the watch the script meets the volume's own end",
    arguments: [["--disk", "off"], ["--disable", "disk_watch"]])
  func switchedOff(_ options: [String]) async throws {
    let result = try await Self.run(options + ["--timeout", "3s", "--grace", "0"], ["/tmp", "big"]).result()
    #expect(result.reason == .timeout)
    #expect(result.start?.isolation.first { $0.name == "disk_watch" }?.state == .disabled)
    #expect(result.start?.limits.contains(Field("disk_bytes", .null)) == true)
  }

  @Test("what is left in /dev/shm is removed at the end, and what was there before is not")
  func leftovers() async throws {
    let shared = try TemporaryPath(permissions: 0o777)
    let before = shared.path + "/before"
    try Data("kept".utf8).write(to: URL(fileURLWithPath: before))
    var container = Container(.python, scriptArguments: ["/dev/shm", "leave"])
    container.writableMounts["/dev/shm"] = shared.path
    let run = try await container.run(TaskDirectory("fill_disk.py", in: Self.directory))
    #expect(try run.result().stdoutText == "started\ndone\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: shared.path) == ["before"])
    #expect(FileManager.default.contents(atPath: before) == Data("kept".utf8))
  }
}
