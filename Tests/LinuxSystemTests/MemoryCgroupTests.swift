import Foundation
import LinuxSystem
import TaskModel
import Testing

/// Files as they were found in containers, in a directory of their own.
@Suite("Files of the memory controller") struct MemoryCgroupTests {
  @Test func versionTwo() throws {
    let directory = try FileFixture([
      "memory.max": "67108864\n", "memory.current": "65011712\n",
      "memory.stat": "anon 20971520\nfile 41943040\nshmem 0\ninactive_file 8388608\nactive_file 31457280\n",
      "memory.events": "low 0\nhigh 0\nmax 153\noom 1\noom_kill 2\noom_group_kill 0\n",
    ])
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let cgroup = try MemoryCgroup(directory.path, .v2)
    let level = try #require(MemoryCgroup.level(of: directory.path, .v2, &buffer))
    #expect(level.limit == 67_108_864)
    #expect(level.usage == 65_011_712)
    #expect(cgroup.usageBytes(&buffer) == 65_011_712)
    #expect(cgroup.filePagesBytes(&buffer) == 39_845_888)
    #expect(cgroup.killCount(&buffer) == 2)
    #expect(cgroup.limitHitCount(&buffer) == 153)
    // What changes is seen through the descriptors that are open.
    try directory.overwrite("memory.current", "70000000\n")
    #expect(cgroup.usageBytes(&buffer) == 70_000_000)
    try directory.overwrite("memory.current", "garbage\n")
    #expect(cgroup.usageBytes(&buffer) == nil)
  }

  @Test func versionOneCountsWhatLiesBeneathToo() throws {
    let directory = try FileFixture([
      "memory.limit_in_bytes": "9223372036854771712\n", "memory.usage_in_bytes": "4640768\n",
      "memory.stat": "inactive_file 5\nactive_file 6\ntotal_inactive_file 1843200\ntotal_active_file 1654784\n",
      "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n", "memory.failcnt": "17\n",
    ])
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let cgroup = try MemoryCgroup(directory.path, .v1)
    let level = try #require(MemoryCgroup.level(of: directory.path, .v1, &buffer))
    #expect(level.limit == nil)
    // Without a limit nobody asks how much of it is used.
    #expect(level.usage == 0)
    #expect(cgroup.usageBytes(&buffer) == 4_640_768)
    #expect(cgroup.filePagesBytes(&buffer) == 3_497_984)
    #expect(cgroup.killCount(&buffer) == 4)
    #expect(cgroup.limitHitCount(&buffer) == 17)
  }

  @Test("a file that is missing is an error, and one that fills the buffer is not half believed")
  func missingAndLong() throws {
    let files = [
      "memory.max": "99999\n", "memory.current": "123456789\n", "memory.stat": "anon 1\n", "memory.events": "max 0\n",
    ]
    for name in files.keys where name != "memory.max" {
      var fewer = files
      fewer[name] = nil
      let directory = try FileFixture(fewer)
      #expect(throws: SystemCallError.self) { _ = try MemoryCgroup(directory.path, .v2) }
    }
    for name in ["memory.max", "memory.current"] {
      var fewer = files
      fewer[name] = nil
      var buffer = [UInt8](repeating: 0, count: 4_096)
      #expect(MemoryCgroup.level(of: try FileFixture(fewer).path, .v2, &buffer) == nil)
    }
    let directory = try FileFixture(files)
    let cgroup = try MemoryCgroup(directory.path, .v2)
    var small = [UInt8](repeating: 0, count: 10)
    #expect(cgroup.usageBytes(&small) == nil)
    #expect(cgroup.filePagesBytes(&small) == nil)
    #expect(MemoryCgroup.level(of: directory.path, .v2, &small) == nil)
  }
}

/// A directory of small files that goes with its last reference.
final class FileFixture {
  let path = FileManager.default.temporaryDirectory.path + "/warder-files-" + UUID().uuidString

  init(_ files: [String: String]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try overwrite(name, text) }
  }

  /// In place, as a kernel's file changes.
  func overwrite(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
