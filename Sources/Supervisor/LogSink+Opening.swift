package import LinuxSystem
internal import TaskModel

extension LogSink {
  /// Takes a copy of an open descriptor for the log.
  package static func duplicating(_ raw: Int32) throws(SystemCallError) -> LogSink {
    let copy = try Descriptor.duplicate(raw)
    let kind = try copy.status().kind
    let name = LogTarget.descriptor(raw).text
    switch kind {
    case .pipe, .terminal:
      // Non-blocking belongs to the open file, which a terminal or a shell's pipeline shares with others. Opened anew
      // it is our own. That fails where the file belongs to another user, or without /proc.
      if let own = try? Files.open("/proc/self/fd/\(raw)", [.write, .nonblocking]) {
        return LogSink(name: name, descriptor: own, isPollable: true, restoresBlocking: false)
      }
      fallthrough
    case .socket:
      let restores = !copy.isNonblocking
      try copy.setNonblocking(true)
      return LogSink(name: name, descriptor: copy, isPollable: true, restoresBlocking: restores)
    case .regular, .characterDevice, .directory, .symbolicLink, .blockDevice:
      // Files and devices such as /dev/null take what they are given: there is nothing to wait for.
      return LogSink(name: name, descriptor: copy, isPollable: false, restoresBlocking: false)
    }
  }

  /// Opens a file, which is made where it is missing and otherwise continued, a FIFO that somebody reads, or a device.
  ///
  /// A link at the end of the path is not followed, and no directory is accepted in which the script may write: it
  /// could have placed a link there in an earlier run, and it could forge the log in this one.
  /// - Parameter scriptsOwn: the directories in which the script may write.
  static func opening(_ path: String, outside scriptsOwn: [String]) throws(TaskError) -> LogSink {
    try check(path.bytes, path, outside: scriptsOwn)
    var opened = try open(path)
    try check(opened.realPath, path, outside: scriptsOwn.map { String(repairing: realPath(of: $0)) })
    switch opened.status.kind {
    case .regular, .pipe, .terminal, .characterDevice: break
    case .directory, .symbolicLink, .blockDevice, .socket:
      throw TaskError(
        words: "log names \(path), which is \(opened.status.kind.description); expected a file, a FIFO or a device")
    }
    do { try opened.endLastLine() } catch { throw unusable(path, error) }
    let isPollable = opened.status.kind == .pipe || opened.status.kind == .terminal
    return LogSink(
      name: path, descriptor: Descriptor(owning: opened.file.release()), isPollable: isPollable,
      restoresBlocking: false)
  }

  /// A file that was opened for the log.
  private struct Opened: ~Copyable {
    var file: Descriptor
    let realPath: [UInt8]
    let status: FileStatus

    static func open(_ path: String) throws(SystemCallError) -> Opened {
      let file = try Files.open(path, [.write, .append, .noFollow, .nonblocking], permissions: 0o600)
      let realPath = try file.realPath()
      let status = try file.status()
      return Opened(file: file, realPath: realPath, status: status)
    }

    /// A supervisor that was killed may have left half a line, which must not swallow the first one of this run.
    func endLastLine() throws(SystemCallError) {
      guard status.kind == .regular, status.size > 0 else { return }
      let reader = try Files.open("/proc/self/fd/\(file.raw)", .nonblocking)
      guard try reader.lastByte(ofSize: status.size) != UInt8(ascii: "\n") else { return }
      try file.writeAll([UInt8(ascii: "\n")], subject: "")
    }
  }

  private static func open(_ path: String) throws(TaskError) -> Opened {
    do { return try Opened.open(path) } catch { throw unusable(path, error) }
  }

  private static func realPath(of directory: String) -> [UInt8] {
    guard let opened = try? Files.open(directory, .pathOnly), let real = try? opened.realPath() else {
      return directory.bytes
    }
    return real
  }

  private static func check(_ place: [UInt8], _ path: String, outside scriptsOwn: [String]) throws(TaskError) {
    for directory in scriptsOwn where PathName.lies(place, within: directory.bytes) {
      throw TaskError(
        words: "log names \(path), which lies in \(directory), where the script may write; expected a place that it "
          + "cannot reach")
    }
  }

  private static func unusable(_ path: String, _ error: SystemCallError) -> TaskError {
    TaskError(words: "log names \(path), which cannot be written to: \(error.reason)")
  }
}
