package import TaskModel

/// What a cgroup says about its memory. Version 2: the kernel's admin-guide/cgroup-v2.rst; version 1:
/// admin-guide/cgroup-v1/memory.rst.
package struct MemoryCgroup: ~Copyable {
  package let version: CgroupLocation.Version
  private let usage: KernelFile
  private let statistics: KernelFile
  private let killed: KernelFile
  private let limitHits: KernelFile

  /// Opens the files of the cgroup in `directory`. The root cgroup of version 2 has none.
  package init(_ directory: String, _ version: CgroupLocation.Version) throws(SystemCallError) {
    let isOld = version == .v1
    // Locals first: what cannot be copied must not be half made when one of these fails.
    let usage = try KernelFile(directory + Self.usageFile(version))
    let statistics = try KernelFile(directory + "/memory.stat")
    let killed = try KernelFile(directory + (isOld ? "/memory.oom_control" : "/memory.events"))
    let limitHits = try KernelFile(directory + (isOld ? "/memory.failcnt" : "/memory.events"))
    self.version = version
    self.usage = usage
    self.statistics = statistics
    self.killed = killed
    self.limitHits = limitHits
  }

  private static func usageFile(_ version: CgroupLocation.Version) -> String {
    version == .v1 ? "/memory.usage_in_bytes" : "/memory.current"
  }

  /// What a cgroup may use, nil where it has no limit of its own, and what it uses: asked only where there is a limit.
  /// - Returns: nil where the directory has no such files, as the root cgroup of version 2.
  package static func level(
    of directory: String, _ version: CgroupLocation.Version, _ buffer: inout [UInt8]
  ) -> (limit: UInt64?, usage: UInt64)? {
    let limitFile = KernelFile.ifThere(directory + (version == .v1 ? "/memory.limit_in_bytes" : "/memory.max"))
    guard let count = limitFile.read(into: &buffer) else { return nil }
    guard case .bytes(let bytes)? = CgroupLimit(buffer.span.extracting(0..<count)) else { return (nil, 0) }
    guard let usage = KernelFile.ifThere(directory + usageFile(version)).number(&buffer) else { return nil }
    return (bytes, usage)
  }

  /// Everything that is charged to the cgroup and those beneath it: page cache, tmpfs and the kernel's own memory included.
  package func usageBytes(_ buffer: inout [UInt8]) -> UInt64? {
    usage.number(&buffer)
  }

  /// Pages of files on a disk, which the kernel gives up before it kills. Those of a tmpfs are not among them: nothing but
  /// their removal frees them.
  package func filePagesBytes(_ buffer: inout [UInt8]) -> UInt64? {
    guard let count = statistics.read(into: &buffer) else { return nil }
    let text = buffer.span.extracting(0..<count)
    // In version 1 the plain lines leave out the cgroups beneath; in version 2 all lines are sums.
    let isOld = version == .v1
    guard let inactive = KernelText.number(of: isOld ? "total_inactive_file" : "inactive_file", in: text),
      let active = KernelText.number(of: isOld ? "total_active_file" : "active_file", in: text)
    else { return nil }
    let (sum, overflow) = inactive.addingReportingOverflow(active)
    return overflow ? nil : sum
  }

  /// How often the kernel killed a process of the cgroup because memory ran out, here or above.
  package func killCount(_ buffer: inout [UInt8]) -> UInt64? {
    killed.number(of: "oom_kill", &buffer)
  }

  /// How often this cgroup's own limit stood in the way of an allocation.
  package func limitHitCount(_ buffer: inout [UInt8]) -> UInt64? {
    version == .v1 ? limitHits.number(&buffer) : limitHits.number(of: "max", &buffer)
  }
}
