internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Measures what the script keeps in `/tmp` and `/dev/shm`.
///
/// A tmpfs of the container's own is asked for what is used, in one call that sees deleted files too. Anywhere else the files
/// are added up by a walk that takes its time.
struct DiskGauge: ~Copyable {
  private var temporary = Place()
  private var sharedMemory = Place()
  private var walk = DiskWalk()
  /// What was asked for, for everything together.
  private let limit: UInt64?

  private(set) var nextDue: Instant?
  private var walkDue: Instant?

  /// Entries in a turn of the loop: half a millisecond.
  private static let entriesPerTurn = 256
  private static let turnInterval: UInt64 = 10_000_000
  private static let passInterval: UInt64 = 1_000_000_000

  /// - Parameter ownsVolumes: whether `/tmp` and `/dev/shm` are the container's and not a machine's.
  init(
    _ configuration: EffectiveConfiguration, workDirectory: String, ownsVolumes: Bool, _ report: inout IsolationReport
  ) {
    switch configuration.disk {
    case .off: limit = 0
    case .explicit(let bytes): limit = bytes
    case .automatic(let most): limit = most
    }
    if limit == 0 || configuration.disabled.contains(.diskWatch) {
      report.set(.diskWatch, .disabled)
      return
    }
    if ownsVolumes {
      temporary = Place(FilesystemPolicy.temporary)
      sharedMemory = Place(FilesystemPolicy.sharedMemory)
    }
    let walked = configuration.scratchDirectory ?? (ownsVolumes ? FilesystemPolicy.temporary : workDirectory)
    walk = Self.walk(limit != nil && !temporary.isOpen ? walked : nil)
    tell(&report, ownsVolumes: ownsVolumes)
    guard isWatching else { return }
    // Nothing has been written yet, and nothing is asked for sooner after a look either.
    nextDue = Instant.now.advanced(byNanoseconds: DiskWatch.interval(room: 0))
    walkDue = walk.isOpen ? nextDue : nil
  }

  private static func walk(_ path: String?) -> DiskWalk {
    guard let path else { return DiskWalk() }
    do { return try DiskWalk(path) } catch { return DiskWalk() }
  }

  private var isWatching: Bool {
    walk.isOpen || temporary.limit != nil || sharedMemory.limit != nil
      || limit != nil && (temporary.isOpen || sharedMemory.isOpen)
  }

  /// What holds for `/tmp`, nil where nothing does.
  var effectiveLimit: UInt64? {
    guard isWatching else { return nil }
    guard let limit else { return temporary.limit }
    return temporary.limit.map { min($0, limit) } ?? limit
  }

  private func tell(_ report: inout IsolationReport, ownsVolumes: Bool) {
    let source = walk.isOpen ? temporary.isOpen || sharedMemory.isOpen ? "tmpfs, walk" : "walk" : "tmpfs"
    let details = isWatching ? [Field("source", source)] : []
    let reason: String
    switch (ownsVolumes, temporary.isOpen, walk.isOpen) {
    case (_, true, _):
      report.set(.diskWatch, isWatching ? .active : .unavailable, details: details)
      return
    case (false, _, true):
      reason = "/tmp is the machine's: only the working directory is watched, without deleted files that are still open"
    case (false, _, false): reason = "/tmp is the machine's and has no limit for the script; give disk a size"
    case (true, false, true):
      reason = "/tmp is no tmpfs: its files are added up, without deleted ones that are still open"
    case (true, false, false): reason = "/tmp is no tmpfs and has no size of its own; give disk a size"
    }
    report.set(.diskWatch, isWatching ? .degraded : .unavailable, reason: reason, details: details)
  }

  /// What exceeds a limit, if it is time to look and something does.
  mutating func sample(at now: Instant) -> LimitFinding? {
    guard let due = nextDue, due <= now else { return nil }
    var room = UInt64.max
    var total: UInt64 = 0
    if let finding = temporary.look(&total, &room) ?? sharedMemory.look(&total, &room) {
      nextDue = nil
      return finding
    }
    if let due = walkDue, due <= now {
      let isThrough = walk.step(entries: Self.entriesPerTurn)
      walkDue = now.advanced(byNanoseconds: isThrough ? Self.passInterval : Self.turnInterval)
    }
    total += walk.bytes
    if let limit {
      guard total <= limit else {
        nextDue = nil
        return LimitFinding(.disk, used: total, allowed: limit)
      }
      room = min(room, limit - total)
    }
    let isAsked = temporary.isOpen || sharedMemory.isOpen
    nextDue = earliest(isAsked ? now.advanced(byNanoseconds: DiskWatch.interval(room: room)) : nil, walkDue)
    return nil
  }
}

extension DiskGauge {
  /// A tmpfs that is the container's own.
  private struct Place: ~Copyable {
    private let volume: Descriptor
    private let usedBefore: UInt64
    /// What the volume's own size allows; nil for no limit.
    let limit: UInt64?

    /// Nothing to be asked.
    init() { self.init(.none, usedBefore: 0, limit: nil) }

    init(_ path: String) {
      guard let directory = try? Files.open(path, [.directory, .noFollow]),
        let status = try? directory.volumeStatus(), status.isTmpfs
      else {
        self.init()
        return
      }
      let size = status.sizeBytes
      self.init(
        directory, usedBefore: status.usedBytes, limit: size > 0 ? size - DiskWatch.reserve(ofSize: size) : nil)
    }

    private init(_ volume: consuming Descriptor, usedBefore: UInt64, limit: UInt64?) {
      self.volume = volume
      self.usedBefore = usedBefore
      self.limit = limit
    }

    var isOpen: Bool { volume.isOpen }

    /// Adds what is used, and takes what room is left; answers what is too much.
    func look(_ total: inout UInt64, _ room: inout UInt64) -> LimitFinding? {
      guard volume.isOpen, let status = try? volume.volumeStatus() else { return nil }
      total += status.usedBytes - min(status.usedBytes, usedBefore)
      guard let limit else { return nil }
      if status.usedBytes > limit { return LimitFinding(.disk, used: status.usedBytes, allowed: limit) }
      room = min(room, limit - status.usedBytes)
      return nil
    }
  }
}
