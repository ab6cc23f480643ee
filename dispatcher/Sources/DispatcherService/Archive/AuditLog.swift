internal import DispatcherModel
internal import Foundation

/// Audit records, a line each, at the end of one file.
actor AuditLog {
  private let descriptor: Int32
  private let path: String?

  /// - Returns: nil where no audit is wanted.
  init?(_ target: AuditTarget, archive: String) throws(ArchiveError) {
    switch target {
    case .off: return nil
    case .standardOutput:
      descriptor = STDOUT_FILENO
      path = nil
    case .archive, .file:
      var name = "\(archive)/audit.jsonl"
      if case .file(let given) = target { name = given }
      descriptor = open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw ArchiveError("open", name) }
      path = name
      try Self.mend(descriptor, name)
    }
  }

  /// Takes back the beginning of a line that a dispatcher could not finish: its task is still marked as not recorded.
  private static func mend(_ file: Int32, _ path: String) throws(ArchiveError) {
    let size = lseek(file, 0, SEEK_END)
    var end = size
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while end > 0 {
      let start = max(0, end - off_t(buffer.count))
      let count = pread(file, &buffer, Int(end - start), start)
      guard count > 0 else { throw ArchiveError("read", path) }
      if let newline = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) {
        end = start + off_t(newline) + 1
        break
      }
      end = start
    }
    if end < size { ftruncate(file, end) }
  }

  /// Writes a record; when this returns it is on the disk.
  func write(_ line: [UInt8]) throws(ArchiveError) {
    try DurableFile.write(line, to: descriptor, path ?? "standard output")
    if path != nil, fsync(descriptor) != 0 { throw ArchiveError("write", path ?? "") }
  }

  /// Which of these tasks have a record. Of standard output nobody can tell: none.
  func recorded(_ tasks: Set<String>) -> Set<String> {
    guard let path, !tasks.isEmpty, let file = fopen(path, "re") else { return [] }
    defer { fclose(file) }
    var found: Set<String> = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let line {
      // The name stands in the first hundred bytes, before anything that a client chose.
      let head = String(decoding: UnsafeRawBufferPointer(start: line, count: min(strlen(line), 200)), as: UTF8.self)
      guard let name = head.firstRange(of: "\"task\":\"").map({ head[$0.upperBound...].prefix { $0 != "\"" } }) else {
        continue
      }
      if tasks.contains(String(name)) { found.insert(String(name)) }
    }
    return found
  }
}
