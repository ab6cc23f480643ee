internal import CLinux
internal import TaskModel

/// Who descends from whom, by /proc/<pid>/stat, see proc(5). Only read where kill(-1) would reach too far, and where no
/// cgroup counts.
package enum ProcessTable {
  /// Every process whose chain of parents leads to `ancestor`, in no special order; but for the spared process and what it
  /// started.
  package static func descendants(of ancestor: Int32) -> [Int32] {
    var processes: [(process: Int32, parent: Int32)] = []
    for process in allProcesses() {
      guard let stat = stat(of: process), !Processes.isSpared(process, stat: stat) else { continue }
      if let parent = parent(inStat: stat) { processes.append((process, parent)) }
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
    guard let directory = try? Files.open("/proc", .directory), let processes = try? directory.listNumbers() else {
      return []
    }
    return processes
  }

  private static func path(of process: Int32, _ file: String) -> String {
    ("/proc/\(process)/\(file)" as Words).text
  }

  static func stat(of process: Int32) -> [UInt8]? {
    try? Files.read(path(of: process, "stat"), maximumBytes: 4096)
  }

  private static func parent(of process: Int32) -> Int32? {
    guard let content = stat(of: process), !Processes.isSpared(process, stat: content) else { return nil }
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

  /// Whether `/proc` shows the processes of this process's own namespace: then its link to who is looking is the own number.
  package static var showsOwnNamespace: Bool {
    guard let own = try? Files.linkTarget("/proc/self") else { return false }
    return own.elementsEqual("\(Processes.ownID)".utf8)
  }

  /// Whether the kernel shows processes here at all.
  package static var canBeRead: Bool { parent(of: Processes.ownID) != nil }

  /// The threads of all the processes together.
  package static func threadCount(of processes: [Int32], _ buffer: inout [UInt8]) -> UInt64 {
    var sum: UInt64 = 0
    for process in processes { sum += statistics([17], of: process, &buffer) ?? 1 }
    return sum
  }

  /// The CPU time of all the processes together, that of the ended children that each waited for included.
  package static func cpuNanoseconds(of processes: [Int32], _ buffer: inout [UInt8]) -> UInt64 {
    var ticks: UInt64 = 0
    // utime, stime, cutime, cstime.
    for process in processes { ticks += statistics([11, 12, 13, 14], of: process, &buffer) ?? 0 }
    return ticks * (1_000_000_000 / UInt64(max(1, cl_ticks_per_second())))
  }

  /// The sum of fields of /proc/<pid>/stat, counted from the state, which follows the process's name. nil for a process that
  /// is gone.
  private static func statistics(_ fields: [Int], of process: Int32, _ buffer: inout [UInt8]) -> UInt64? {
    guard let file = try? KernelFile(path(of: process, "stat")), let count = file.read(into: &buffer),
      let close = buffer[..<count].lastIndex(of: UInt8(ascii: ")")), close + 2 < count
    else { return nil }
    let text = buffer.span.extracting((close + 2)..<count)
    var sum: UInt64 = 0
    for field in fields { sum += KernelText.number(inField: field, of: text) ?? 0 }
    return sum
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
    KernelText.number(digits.span).flatMap { Int32(exactly: $0) }
  }

  /// The memory that the processes have for themselves: resident pages less those that are shared with a file. A page that
  /// two of them share since a fork counts twice: who has it alone the kernel tells only slowly.
  package static func privateMemoryBytes(of processes: [Int32], _ buffer: inout [UInt8]) -> UInt64 {
    var pages: UInt64 = 0
    for process in processes {
      // Whoever has ended has no memory.
      guard let file = try? KernelFile(path(of: process, "statm")), let count = file.read(into: &buffer) else {
        continue
      }
      let text = buffer.span.extracting(0..<count)
      guard let resident = KernelText.number(inField: 1, of: text),
        let shared = KernelText.number(inField: 2, of: text)
      else { continue }
      pages += resident - min(resident, shared)
    }
    return pages * UInt64(cl_page_size())
  }
}
