/// Who descends from whom, by /proc/<pid>/stat, see proc(5). Only read where kill(-1) would reach too far.
package enum ProcessTable {
  /// Every process whose chain of parents leads to `ancestor`, in no special order.
  package static func descendants(of ancestor: Int32) -> [Int32] {
    var processes: [(process: Int32, parent: Int32)] = []
    for process in allProcesses() {
      if let parent = parent(of: process) { processes.append((process, parent)) }
    }
    // Each pass finds one more generation.
    var found: [Int32] = []
    var generation = [ancestor]
    while !generation.isEmpty {
      var next: [Int32] = []
      for entry in processes where generation.contains(entry.parent) && entry.process != ancestor {
        next.append(entry.process)
      }
      found += next
      generation = next
    }
    return found
  }

  /// Whether the process exists and its chain of parents leads to `ancestor`.
  package static func isDescendant(_ process: Int32, of ancestor: Int32) -> Bool {
    var current = process
    // A chain is never longer than this: the bound only guards against a loop seen while parents change.
    for _ in 0..<100_000 {
      guard let parent = parent(of: current), parent > 0 else { return false }
      if parent == ancestor { return true }
      current = parent
    }
    return false
  }

  private static func allProcesses() -> [Int32] {
    guard let directory = try? Files.open("/proc", .directory),
      let entries = try? directory.listNames(maximumEntries: 4_200_000)
    else { return [] }
    return entries.compactMap { number($0.bytes[...]) }
  }

  private static func parent(of process: Int32) -> Int32? {
    guard let content = try? Files.read("/proc/\(process)/stat", maximumBytes: 4096) else { return nil }
    return parent(inStat: content)
  }

  /// The parent in a `stat` file. The fourth field: `pid (comm) state ppid …`. The name may hold spaces and parentheses, so it ends at the last one.
  package static func parent(inStat content: [UInt8]) -> Int32? {
    guard let close = content.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    // ") S 123 …"
    let start = close + 4
    guard start < content.count else { return nil }
    let end = content[start...].firstIndex(of: UInt8(ascii: " ")) ?? content.count
    return number(content[start..<end])
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
    var value: Int32 = 0
    guard !digits.isEmpty else { return nil }
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooLargeToo) = product.addingReportingOverflow(Int32(digit - 0x30))
      guard !tooLarge, !tooLargeToo else { return nil }
      value = sum
    }
    return value
  }
}
