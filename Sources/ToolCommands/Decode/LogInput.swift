internal import Foundation

/// Where a log is read from, a piece at a time: it may be a pipe that somebody still writes to, or a file that grows.
final class LogInput {
  /// What a read brought.
  enum Piece {
    case bytes([UInt8])
    /// Nothing has come for a moment, and more may: only where the input is followed.
    case idle
    /// The file was cut back, and is read from its beginning again.
    case truncated
    case end
    case interrupted
  }

  /// Why a log cannot be read.
  struct Problem: Error {
    let text: String
  }

  private static let pieceBytes = 64 * 1024
  /// How long is waited for more before the input counts as idle.
  private static let idleMilliseconds: Int32 = 100

  private let path: String?
  private var descriptor: Int32
  private var offset: Int64 = 0
  private let follows: Bool
  private let isRegular: Bool
  private let interruption: LogInterruption?

  /// Whether more may come while it is read.
  var isLive: Bool { follows || !isRegular }

  /// - Parameters:
  ///   - file: a path, or `-` for standard input.
  ///   - follows: a file's end is not the log's: more is waited for, also where the file is cut back or another takes its
  ///     name, as log rotation does.
  init(_ file: String, follows: Bool, interruption: LogInterruption?) throws(Problem) {
    let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, let status = Self.status(descriptor) else { throw Self.problem(file) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw Problem(text: "cannot read \(file): it is a directory") }
    isRegular = status.st_mode & S_IFMT == S_IFREG
    path = file == "-" ? nil : file
    self.descriptor = descriptor
    self.follows = follows
    self.interruption = interruption
  }

  deinit {
    if path != nil { _ = close(descriptor) }
  }

  private static func problem(_ file: String) -> Problem {
    Problem(text: "cannot read \(file == "-" ? "standard input" : file): \(String(cString: strerror(errno)))")
  }

  /// The next piece; waits for it.
  func next() throws(Problem) -> Piece {
    if !isRegular {
      // Whatever poll(2) says of a device, read(2) tells.
      switch LogInterruption.wait(for: descriptor, interruption, milliseconds: follows ? Self.idleMilliseconds : -1) {
      case .interrupted: return .interrupted
      case .timedOut: return .idle
      case .ready: return try read() ?? .end
      }
    }
    if LogInterruption.wait(for: -1, interruption, milliseconds: 0) == .interrupted { return .interrupted }
    if let piece = try read() { return piece }
    guard follows else { return .end }
    if try movesOn() { return try read() ?? .idle }
    if let status = Self.status(descriptor), status.st_size < offset {
      lseek(descriptor, 0, SEEK_SET)
      offset = 0
      return .truncated
    }
    let waited = LogInterruption.wait(for: -1, interruption, milliseconds: Self.idleMilliseconds)
    return waited == .interrupted ? .interrupted : .idle
  }

  /// Goes on with the file that has the name now, if it is another one: a runtime renames a full log and begins a new one.
  /// Before that the old one is read to its end once more, because its last lines may have come since.
  ///
  /// - Returns: whether there may be something to read.
  private func movesOn() throws(Problem) -> Bool {
    guard let path, let old = Self.status(descriptor) else { return false }
    var new = stat()
    // Between the two steps of a rotation there is no file.
    guard stat(path, &new) == 0, new.st_ino != old.st_ino || new.st_dev != old.st_dev else { return false }
    if old.st_size > offset { return true }
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return false }
    _ = close(descriptor)
    descriptor = opened
    offset = 0
    return true
  }

  /// What is there; nil at the end.
  private func read() throws(Problem) -> Piece? {
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, initializedCount in
        count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
        initializedCount = max(0, count)
      }
      if count > 0 {
        offset += Int64(count)
        return .bytes(bytes)
      }
      if count == 0 { return nil }
      guard errno == EINTR || errno == EAGAIN else { throw Self.problem(path ?? "-") }
    }
  }

  private static func status(_ descriptor: Int32) -> stat? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? status : nil
  }
}
