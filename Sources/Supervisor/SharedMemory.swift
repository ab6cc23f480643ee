internal import LinuxSystem
internal import TaskModel

/// What the script leaves in `/dev/shm`, which outlives it and costs the pod memory: removed at the end.
///
/// Only what is this user's and was not there before the script, and only where the directory is a container's: on a laptop
/// other programs of the same user keep their things there.
struct SharedMemory: ~Copyable {
  private let directory: Descriptor
  private let namesBefore: [[UInt8]]
  /// Asked before the supervisor's own filter refuses the question.
  private let user = Processes.userID

  /// More than this is left where it is.
  private static let mostEntries = 10_000
  /// A directory that is this full before the script starts is not the script's.
  private static let mostBefore = 1_000

  init(isOwn: Bool) {
    guard isOwn, let opened = try? Files.open(FilesystemPolicy.sharedMemory, [.directory, .noFollow]),
      let before = try? opened.listNames(maximumEntries: Self.mostBefore), before.count < Self.mostBefore
    else {
      directory = .none
      namesBefore = []
      return
    }
    directory = opened
    namesBefore = before.map { $0.bytes }
  }

  /// Removes it, as far as that goes until `deadline`.
  func empty(until deadline: Instant) {
    guard directory.isOpen, (try? directory.rewindDirectory()) != nil,
      let entries = try? directory.listNames(maximumEntries: Self.mostEntries)
    else { return }
    for entry in entries where !namesBefore.contains(entry.bytes) {
      guard Instant.now < deadline else { return }
      guard let status = try? Files.status(of: entry, in: directory.raw, followingLinks: false), status.userID == user
      else { continue }
      _ = Files.removeTree(entry, in: directory, mayContinue: { Instant.now < deadline })
    }
  }
}
