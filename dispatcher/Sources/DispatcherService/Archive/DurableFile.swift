internal import Foundation

/// Why the archive could not be written or read.
package struct ArchiveError: Error, Sendable {
  package var message: String

  init(_ action: String, _ path: String, _ number: Int32 = errno) {
    message = "cannot \(action) \(path): \(String(cString: strerror(number)))"
  }

  init(message: String) { self.message = message }
}

/// Files that are there whole or not at all, whatever dies meanwhile.
enum DurableFile {
  /// Replaces a file: written beside it, forced to the disk, renamed over it. rename(2) is atomic; fsync(2) of the directory
  /// makes it last.
  ///
  /// - Parameter isForced: whether it has to outlive the machine's own failure; else it outlives this process.
  static func replace(_ path: String, with bytes: [UInt8], isForced: Bool = true) throws(ArchiveError) {
    let draft = path + ".new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw ArchiveError("make", draft) }
    do throws(ArchiveError) {
      try write(bytes, to: file, draft)
      if isForced, fsync(file) != 0 { throw ArchiveError("write", draft) }
    } catch {
      close(file)
      unlink(draft)
      throw error
    }
    close(file)
    guard rename(draft, path) == 0 else { throw ArchiveError("rename", draft) }
    if isForced { try force(directory: (path as NSString).deletingLastPathComponent) }
  }

  static func force(directory: String) throws(ArchiveError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ArchiveError("open", directory) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw ArchiveError("write", directory) }
  }

  static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(ArchiveError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw ArchiveError("write", path) }
      written += count
    }
  }

  /// A file's contents, or nil where there is none.
  static func read(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }
}
