import Foundation
import LinuxSystem
import TaskModel
import Testing

/// The files of `Recorded/cgroup2-linux-6.1`, as a container's processes found them on Linux 6.1: in a cgroup namespace, as
/// container engines make one, and with the cgroups above in sight. The pod's limit is 96 MiB, the container's 64 MiB.
@Suite("Files of cgroup version 2 that a kernel wrote") struct RecordedCgroupTests {
  private static let directory =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Recorded/cgroup2-linux-6.1"

  private static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
  }

  private static func location(_ view: String, controller: String?) throws -> CgroupLocation? {
    CgroupLocation.find(
      controller, cgroups: try bytes(view + "/self-cgroup"), mounts: try bytes(view + "/self-mountinfo"))
  }

  @Test func whereTheyAre() throws {
    #expect(try Self.location("namespaced", controller: nil)?.directories == ["/sys/fs/cgroup"])
    #expect(
      try Self.location("nested", controller: nil)?.directories == [
        "/sys/fs/cgroup/pod/container", "/sys/fs/cgroup/pod", "/sys/fs/cgroup",
      ])
    // There is no version 1 to be found.
    #expect(try Self.location("namespaced", controller: "memory") == nil)
    #expect(try Self.location("nested", controller: "memory") == nil)
  }

  @Test func whatTheySay() throws {
    var buffer = [UInt8](repeating: 0, count: 8 * 1024)
    let container = try MemoryCgroup(Self.directory + "/nested/pod/container", .v2)
    let level = try #require(MemoryCgroup.level(of: Self.directory + "/nested/pod/container", .v2, &buffer))
    #expect(level.limit == 64 << 20)
    #expect(container.usageBytes(&buffer) == 30_470_144)
    // inactive_file and active_file. A tmpfs's pages are not among them, though `file` counts those too.
    #expect(container.filePagesBytes(&buffer) == 8_314_880 + 176_128)
    #expect(container.killCount(&buffer) == 0)
    #expect(container.limitHitCount(&buffer) == 0)
    // The root of all cgroups has no limit and no such files, and so no part in the search for the tightest.
    #expect(MemoryCgroup.level(of: Self.directory + "/nested", .v2, &buffer) == nil)
  }
}
