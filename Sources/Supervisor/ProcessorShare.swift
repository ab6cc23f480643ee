internal import LinuxSystem

/// How many processors' worth of time the container may use: what thread pools should be sized by.
enum ProcessorShare {
  /// The cgroup's quota rounded up, at most the processors that this process may run on.
  static var count: Int {
    let available = Machine.processorCount
    guard let quota = currentQuota() else { return available }
    return max(1, min(available, quota))
  }

  private static func currentQuota() -> Int? {
    // cgroup v2 has both numbers in one file, see the kernel's admin-guide/cgroup-v2.rst; v1 has a file for each.
    if let content = try? Files.read("/sys/fs/cgroup/cpu.max", maximumBytes: 64) { return quota(v2: content) }
    guard let quota = try? Files.read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", maximumBytes: 64),
      let period = try? Files.read("/sys/fs/cgroup/cpu/cpu.cfs_period_us", maximumBytes: 64)
    else { return nil }
    return Self.quota(v2: quota + period)
  }

  /// "200000 100000" is 2 processors; "max 100000" and "-1\n100000" are no quota.
  static func quota(v2 content: [UInt8]) -> Int? {
    var numbers: [Int] = []
    for field in content.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
      var number = 0
      for digit in field {
        guard digit >= 0x30, digit <= 0x39, number < 1 << 50 else { return nil }
        number = number * 10 + Int(digit - 0x30)
      }
      numbers.append(number)
    }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return (numbers[0] + numbers[1] - 1) / numbers[1]
  }
}
