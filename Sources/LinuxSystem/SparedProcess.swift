internal import CLinux
internal import TaskModel

/// The one child that is no part of the script's tree. It leads a session of its own, which no other process can join: what
/// belongs to that session is what it started, whoever has adopted it since.
extension Processes {
  /// From now on the process is left out where the tree is counted, walked or summed up.
  package static func spare(_ process: Int32) { cl_spare(process) }

  /// - Parameter stat: its /proc/<pid>/stat, see proc_pid_stat(5).
  static func isSpared(_ process: Int32, stat: [UInt8]) -> Bool {
    let spared = cl_spared()
    guard spared > 0 else { return false }
    return process == spared || session(inStat: stat) == spared
  }

  /// The sixth field; the second, the name, may have blanks and parentheses in it, and ends at the last one.
  package static func session(inStat stat: [UInt8]) -> Int32? {
    guard let close = stat.lastIndex(of: UInt8(ascii: ")")), close + 2 < stat.count else { return nil }
    let text = stat.span.extracting((close + 2)..<stat.count)
    return KernelText.number(inField: 3, of: text).flatMap { Int32(exactly: $0) }
  }

  /// Whether no child is left but the spared one and what it left to be adopted.
  ///
  /// Where anything of a tree lives, one of its processes is a child of this one: orphans are adopted at once. The kernel's list
  /// of children (proc_pid_children(5)) loses none as long as none is reaped meanwhile. Without CONFIG_PROC_CHILDREN all
  /// processes are looked at.
  package static var hasOnlySparedChildren: Bool {
    guard cl_spared() > 0 else { return false }
    let path = ("/proc/self/task/\(ownID)/children" as Words).text
    guard let list = try? Files.read(path, maximumBytes: 1 << 20) else {
      return ProcessTable.canBeRead && ProcessTable.descendants(of: ownID).isEmpty
    }
    for word in list.pieces(separatedBy: UInt8(ascii: " ")) {
      guard let child = KernelText.number(word.span).flatMap({ Int32(exactly: $0) }) else { continue }
      guard let stat = ProcessTable.stat(of: child), isSpared(child, stat: stat) else { return false }
    }
    return true
  }
}
