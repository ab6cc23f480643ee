internal import CProcess
internal import Foundation

/// A process, told from all that have had its number before and will have it after: by when it started.
struct ProcessIdentity: Sendable, Hashable {
  var id: Int32
  /// In clock ticks since the machine's start: field 22 of /proc/PID/stat, proc_pid_stat(5).
  var startTime: String

  init(id: Int32, startTime: String) {
    self.id = id
    self.startTime = startTime
  }

  /// The process that has the number now; nil where there is none.
  ///
  /// - Parameter isChild: whether it is one that was not waited for: then it has its number also when it has ended.
  init?(id: Int32, isChild: Bool = false) {
    guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let time = Self.startTime(inStat: stat, mayHaveEnded: isChild)
    else { return nil }
    self.init(id: id, startTime: time)
  }

  /// The name of the program, in parentheses, may hold anything: counted is from the last one on.
  static func startTime(inStat stat: String, mayHaveEnded: Bool = false) -> String? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    // The first of them is field 3, the state. A zombie has ended.
    guard fields.count > 19, mayHaveEnded || fields[0] != "Z" && fields[0] != "X" else { return nil }
    return String(fields[19])
  }

  /// Whether it is still there.
  var isAlive: Bool { ProcessIdentity(id: id) == self }

  /// A descriptor that tells of its end; nil where it has ended. Whoever has it closes it.
  func open() -> Int32? {
    let descriptor = cp_open_process(id)
    guard descriptor >= 0 else { return nil }
    // The number may have gone to another process before it was opened, not after.
    guard isAlive else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// The process whose command line has this word; for the moment in which nobody wrote down which it is.
  static func find(withWord word: String) -> ProcessIdentity? {
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
      guard let id = Int32(entry), id != getpid(),
        let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline"),
        // Its own first process: what it starts may bear the word too, but is no leader of a session.
        line.split(separator: 0).contains(where: { String(decoding: $0, as: UTF8.self) == word }), getsid(id) == id
      else { continue }
      if let found = ProcessIdentity(id: id) { return found }
    }
    return nil
  }
}
