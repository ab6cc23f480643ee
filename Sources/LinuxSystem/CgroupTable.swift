package import TaskModel

/// The cgroups of the calling process, in both versions.
package struct CgroupTable: Sendable {
  private let cgroups: [UInt8]
  private let mounts: [UInt8]

  /// Reads the table of cgroups, see cgroups(7).
  /// - Parameter mounts: the table of mounts, see `Machine.mountInfo`.
  package init(mounts: [UInt8]) throws(SystemCallError) {
    cgroups = try Files.read("/proc/self/cgroup", maximumBytes: 64 << 10)
    self.mounts = CgroupLocation.cgroupLines(of: mounts)
  }

  /// Where a controller's files of the own cgroup are. A controller of version 1 is not in version 2.
  package func location(of controller: String) -> CgroupLocation? {
    CgroupLocation.find(controller, cgroups: cgroups, mounts: mounts)
      ?? CgroupLocation.find(nil, cgroups: cgroups, mounts: mounts)
  }

  /// Whether the calling process is the only one in the cgroup: then what is counted there is its own and its children's.
  /// Processes that cannot be seen from here are listed as 0.
  package static func isAlone(in directory: String) -> Bool {
    // Read only by who needs to know: the kernel sorts the list, and the root's has all of the machine's processes.
    guard let content = try? Files.read(directory + "/cgroup.procs", maximumBytes: 4096) else { return false }
    return content == Array("\(Processes.ownID)\n".utf8)
  }
}
