internal import Foundation
internal import LinuxSystem
internal import Synchronization

/// A fresh directory with the files of one run: the task, `warder-init`, and room to write where an engine has none.
/// Others can look at nothing in it, and it is gone when the run is over.
struct Stage: Sendable {
  let paths: StagePaths
  private let claim = Claim()

  struct Problem: Error {
    let message: String
  }

  /// - Parameter owner: who the scratch directory belongs to; nil for this process's user.
  init(_ sources: [TaskSource], supervisor: SupervisorBinary?, owner: UInt32?) throws(Problem) {
    let bytes = (try? Machine.randomBytes(6)) ?? []
    let name = bytes.map { String(format: "%02x", $0) }.joined()
    paths = StagePaths(directory: "\(Self.parent)/\(Self.prefix)\(name)")
    Self.removeLeftovers()
    do {
      // Whoever the engine runs the task as has to pass through: what is private are the names, made of 48 random bits, and
      // the permission to list them.
      try Self.make(paths.directory, owner == nil ? 0o700 : 0o711)
      claim.take(paths.directory)
      try Self.make(paths.task, 0o755)
      try Self.make(paths.scratch, 0o700)
      if let owner, chown(paths.scratch, owner, owner) != 0 {
        throw Problem(message: "cannot give \(paths.scratch) to user \(owner): \(String(cString: strerror(errno)))")
      }
      for source in sources { try place(source) }
      if let supervisor {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: supervisor.path)))
        try Self.write(bytes, to: paths.supervisor, permissions: 0o755)
      }
    } catch {
      _ = Self.remove(paths.directory)
      if let problem = error as? Problem { throw problem }
      throw Problem(message: "cannot prepare \(paths.directory): \(error.localizedDescription)")
    }
  }

  private static let parent = "/tmp"
  private static let prefix = "warder-run-"

  private func place(_ source: TaskSource) throws {
    let components = source.name.split(separator: "/")
    var directory = paths.task
    for component in components.dropLast() {
      directory += "/\(component)"
      if !FileManager.default.fileExists(atPath: directory) { try Self.make(directory, 0o755) }
    }
    let path = "\(paths.task)/\(source.name)"
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Problem(message: "two files of the task are called \(source.name)")
    }
    try Self.write(source.bytes, to: path, permissions: source.isExecutable ? 0o755 : 0o644)
  }

  private static func make(_ path: String, _ permissions: UInt32) throws(SystemCallError) {
    try Files.makeDirectory(path, permissions: permissions)
    try Files.changeMode(path, permissions)
  }

  private static func write(_ bytes: [UInt8], to path: String, permissions: UInt32) throws(SystemCallError) {
    let file = try Files.open(path, [.write, .createNew], permissions: permissions)
    try file.writeAll(bytes, subject: path)
    try Files.changeMode(path, permissions)
  }

  /// Removes everything, whatever the script did to permissions in it.
  /// - Returns: whether it is gone.
  func remove() -> Bool { Self.remove(paths.directory) }

  private static func remove(_ path: String) -> Bool {
    let deadline = Instant.now.advanced(byNanoseconds: 10_000_000_000)
    guard let directory = try? Files.open(path, [.directory, .noFollow]) else { return true }
    return Files.removeContents(of: directory, mayContinue: { Instant.now < deadline })
      && (try? Files.removeDirectory(path)) != nil
  }
}

// MARK: - What killed runs left

extension Stage {
  /// An open directory that is locked (flock(2)): while it is, its run goes on.
  private final class Claim: Sendable {
    private let descriptor = Mutex<Int32>(-1)

    func take(_ path: String) {
      let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      if opened >= 0 { flock(opened, LOCK_EX | LOCK_NB) }
      descriptor.withLock { $0 = opened }
    }

    deinit { descriptor.withLock { if $0 >= 0 { _ = close($0) } } }
  }

  /// A run that was killed by SIGKILL could not tidy up. Its script may have had some time for its end, so what is young stays.
  private static let leftoverAge: TimeInterval = 900

  private static func removeLeftovers() {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      guard let attributes = try? manager.attributesOfItem(atPath: path),
        (attributes[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(),
        let changed = attributes[.modificationDate] as? Date, Date().timeIntervalSince(changed) > leftoverAge
      else { continue }
      let opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard opened >= 0 else { continue }
      if flock(opened, LOCK_EX | LOCK_NB) == 0 { _ = remove(path) }
      close(opened)
    }
  }
}
