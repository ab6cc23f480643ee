internal import DispatcherModel
internal import Foundation

/// A task's log in the archive, while it grows.
struct LogFile: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Opens the log for appending; what was written of a line when a dispatcher died is taken back.
  ///
  /// - Parameter intake: learns what the log has already.
  init(_ path: String, known intake: inout LogIntake) throws(ArchiveError) {
    let existing = DurableFile.read(path) ?? []
    let whole = existing.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ArchiveError("open", path) }
    self.path = path
    if whole < existing.count { ftruncate(descriptor, off_t(whole)) }
    if whole > 0 {
      _ = intake.take(Array(existing[..<whole]))
      intake.restart()
    }
  }

  func append(_ lines: [LogLine]) throws(ArchiveError) {
    let more = lines.flatMap(\.bytes)
    guard !more.isEmpty else { return }
    try DurableFile.write(more, to: descriptor, path)
  }

  /// Before the verdict is taken from it.
  func force() { fsync(descriptor) }

  deinit { close(descriptor) }
}
