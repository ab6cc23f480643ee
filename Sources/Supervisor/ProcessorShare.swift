internal import LinuxSystem
internal import TaskModel

/// How many processors' worth of time the container may use: what thread pools should be sized by.
enum ProcessorShare {
  static var count: Int {
    let quota = currentQuota()
    return CPUQuota.count(
      quotaMicroseconds: quota?.quota, periodMicroseconds: quota?.period ?? 0, available: Machine.processorCount)
  }

  /// Whether the container's share of the processors is limited at all.
  static var hasQuota: Bool { currentQuota()?.quota != nil }

  private static func currentQuota() -> (quota: Int64?, period: Int64)? {
    // cgroup v2 has both numbers in one file, see the kernel's admin-guide/cgroup-v2.rst; v1 has a file for each.
    if let content = content(of: "/sys/fs/cgroup/cpu.max") { return parse(content) }
    guard let quota = content(of: "/sys/fs/cgroup/cpu/cpu.cfs_quota_us") else { return nil }
    // Without a quota nobody asks of what it would be a part.
    if quota.first == 0x2D { return (nil, 0) }
    guard let period = content(of: "/sys/fs/cgroup/cpu/cpu.cfs_period_us") else { return nil }
    return parse(quota + period)
  }

  private static func content(of path: String) -> [UInt8]? {
    var buffer = [UInt8](roomFor: 64)
    return KernelFile.ifThere(path).read(into: &buffer).map { Array(buffer[..<$0]) }
  }

  /// "200000 100000" is two processors' time; "max 100000" and "-1\n100000" are no quota.
  static func parse(_ content: [UInt8]) -> (quota: Int64?, period: Int64)? {
    let fields = content.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
    guard fields.count == 2, let period = number(fields[1]) else { return nil }
    return (number(fields[0]), period)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var number: Int64 = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39, number < 1 << 50 else { return nil }
      number = number * 10 + Int64(digit - 0x30)
    }
    return number
  }
}
