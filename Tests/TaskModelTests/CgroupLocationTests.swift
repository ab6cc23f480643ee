import TaskModel
import Testing

/// Tables recorded on machines of each kind, shortened to the lines that matter.
@Suite("Where the own cgroup is") struct CgroupLocationTests {
  @Test func versionTwoInAContainer() throws {
    let found = try #require(find("memory", "0::/\n", "31 24 0:27 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n"))
    #expect(found.directory == "/sys/fs/cgroup")
    #expect(found.directories == ["/sys/fs/cgroup"])
    #expect(found.version == .v2)
  }

  @Test func versionTwoOnALaptop() throws {
    let found = try #require(
      find(
        "memory", "0::/user.slice/user-1000.slice/session-2.scope\n",
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n35 24 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n"))
    #expect(
      found.directories == [
        "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope", "/sys/fs/cgroup/user.slice/user-1000.slice",
        "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup",
      ])
  }

  @Test func versionOneInAContainerWithoutNamespace() throws {
    let path = "/libpod_parent/libpod-5dc9763a0b54"
    let found = try #require(
      find(
        "memory", "9:name=systemd:\(path)\n4:memory:\(path)\n2:cpu,cpuacct:\(path)\n0::\(path)\n",
        """
        89 81 0:48 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
        91 89 0:30 \(path) /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct
        93 89 0:32 \(path) /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory

        """))
    #expect(found.version == .v1)
    #expect(found.directories == ["/sys/fs/cgroup/memory"])
  }

  @Test func aControllerOfAHybridMachineIsInOneVersionOnly() throws {
    let cgroups = "4:memory:/a/b\n0::/a\n"
    let mounts = """
      30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
      31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

      """
    let memory = try #require(find("memory", cgroups, mounts))
    #expect(memory.directories == ["/sys/fs/cgroup/memory/a/b", "/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/memory"])
    #expect(find("pids", cgroups, mounts) == nil)
    #expect(CgroupLocation.find(nil, cgroups: Array(cgroups.utf8), mounts: Array(mounts.utf8))?.version == .v2)
  }

  @Test func theLinesOfCgroupsAreAllThatIsSearched() throws {
    let cgroups = "22 1 0:1 / /a rw - cgroup cgroup rw,memory\n31 24 0:27 / /b rw - cgroup2 none rw"
    for others in [
      "", "1 2 8:1 / /x-y rw - ext4 /dev/sda1 rw\n", "1 2 8:1 / /cgroup rw - tmpfs cgroup -\n", "\n-\n - \n",
    ] {
      let lines = CgroupLocation.cgroupLines(of: Array((others + cgroups + "\n" + others).utf8))
      #expect(String(decoding: lines, as: UTF8.self) == cgroups + "\n")
      #expect(CgroupLocation.cgroupLines(of: Array((others + cgroups).utf8)) == lines)
    }
    #expect(CgroupLocation.cgroupLines(of: []).isEmpty)
  }

  @Test func aControllerIsAWholeName() throws {
    let mounts = "1 2 0:1 / /one rw - cgroup cgroup rw,cpuset\n1 2 0:2 / /two rw - cgroup cgroup rw,cpu,cpuacct\n"
    let cgroups = "2:cpuset:/s\n3:cpu,cpuacct:/c\n"
    #expect(find("cpu", cgroups, mounts)?.directory == "/two/c")
    #expect(find("cpuacct", cgroups, mounts)?.directory == "/two/c")
    #expect(find("cpuset", cgroups, mounts)?.directory == "/one/s")
    for none in ["cp", "acct", "cpus", "pu"] { #expect(find(none, cgroups, mounts) == nil) }
  }

  @Test func aMountThatShowsAPartAbove() throws {
    let found = try #require(
      find(nil, "0::/kubepods/pod1/main\n", "1 2 0:1 /kubepods/pod1 /sys/fs/cgroup ro - cgroup2 none rw\n"))
    #expect(found.directories == ["/sys/fs/cgroup/main", "/sys/fs/cgroup"])
  }

  @Test(
    "what cannot be told apart from somebody else's is not found",
    arguments: [
      // The mount shows another branch, a name that only begins alike, a part outside of the namespace; or is none.
      ("0::/a/b\n", "1 2 0:1 /c /sys/fs/cgroup ro - cgroup2 none rw\n"),
      ("0::/ab\n", "1 2 0:1 /a /sys/fs/cgroup ro - cgroup2 none rw\n"),
      ("0::/\n", "1 2 0:1 /../.. /sys/fs/cgroup ro - cgroup2 none rw\n"),
      ("0::/../x\n", "1 2 0:1 / /sys/fs/cgroup ro - cgroup2 none rw\n"),
      ("0::/\n", "1 2 0:1 / /sys/fs/cgroup ro - tmpfs none rw\n"), ("", ""), ("0:\n", "x - cgroup2 y\n"),
    ])
  func notFound(_ cgroups: String, _ mounts: String) {
    #expect(find(nil, cgroups, mounts) == nil)
  }

  private func find(_ controller: String?, _ cgroups: String, _ mounts: String) -> CgroupLocation? {
    CgroupLocation.find(controller, cgroups: Array(cgroups.utf8), mounts: Array(mounts.utf8))
      ?? (controller == "memory"
        ? CgroupLocation.find(nil, cgroups: Array(cgroups.utf8), mounts: Array(mounts.utf8)) : nil)
  }
}
