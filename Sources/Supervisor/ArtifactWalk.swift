internal import JSON
internal import LinuxSystem
internal import WarderFrames

/// Brings the files of a directory back that a hostile script left: names in the order of their bytes, depth first.
///
/// The script's tree must be dead, so that nothing changes meanwhile. Even so nothing is opened by more than one name at a
/// time, never through a link, never out of the directory, and only what is a regular file with a single name. The system
/// calls are openat2 (or openat), getdents64, fstatat, fstat, read and close, and those of the log.
struct ArtifactWalk {
  private let pathGuard: PathGuard
  private let deadline: Instant
  private(set) var ledger: ArtifactLedger
  private var buffer = [UInt8](roomFor: 32 * 1024)

  init(_ ledger: ArtifactLedger, guardedBy pathGuard: PathGuard, deadline: Instant) {
    self.ledger = ledger
    self.pathGuard = pathGuard
    self.deadline = deadline
  }

  /// How many times longer contents can become when secrets in them are replaced: `[redacted]` is no longer than twice the
  /// shortest secret.
  private static let redactionGrowth: UInt64 = 2

  /// What stands for the directory itself in a refusal.
  private static let directoryItself = [UInt8(ascii: ".")]

  /// Collects everything.
  mutating func collect(_ directory: borrowing ArtifactDirectory, log: inout FrameLog) {
    do {
      let root = try directory.open(guardedBy: pathGuard)
      walk(root, path: [], level: 1, log: &log)
    } catch {
      refuse(Self.directoryItself, ArtifactRefusal(error), log: &log)
    }
  }

  /// Says that nothing is collected at all, and why.
  mutating func refuseAll(_ refusal: ArtifactRefusal, log: inout FrameLog) {
    refuse(Self.directoryItself, refusal, log: &log)
  }

  private var isOverdue: Bool { Instant.now >= deadline }
}

// MARK: - Directories

extension ArtifactWalk {
  private mutating func walk(
    _ directory: borrowing Descriptor, path: [UInt8], level: Int, log: inout FrameLog
  ) {
    let shown = path.isEmpty ? Self.directoryItself : path
    var selection = NameSelection(most: ledger.entriesLeft)
    do {
      while true {
        let batch = try directory.listNames(maximumEntries: 512)
        if batch.isEmpty { break }
        for entry in batch { selection.add(entry.bytes) }
        guard !isOverdue else { return refuse(shown, .timeLimit, log: &log) }
      }
    } catch {
      return refuse(shown, ArtifactRefusal(error), log: &log)
    }
    let names = selection.finish()
    if selection.others > 0 { refuse(shown, .countLimit, count: selection.others, log: &log) }

    for (index, name) in names.enumerated() {
      let path = path.isEmpty ? name : path + [UInt8(ascii: "/")] + name
      guard !isOverdue else { return refuse(path, .timeLimit, count: names.count - index, log: &log) }
      // Entries of directories before this one may have used up what there was when it was listed.
      guard ledger.entriesLeft > 0 else { return refuse(path, .countLimit, count: names.count - index, log: &log) }
      ledger.look()
      if let refusal = visit(name, in: directory, path: path, level: level, log: &log) {
        refuse(path, refusal.reason, bytes: refusal.bytes, log: &log)
      }
      Crash.setNextSequence(log.nextSequence)
    }
  }

  private mutating func visit(
    _ name: [UInt8], in directory: borrowing Descriptor, path: [UInt8], level: Int, log: inout FrameLog
  ) -> (reason: ArtifactRefusal, bytes: UInt64?)? {
    guard let artifactName = ArtifactName(path) else { return (.nameTooLong, nil) }
    do {
      // What it is comes first: opening a device can have effects, and says less about why not.
      let status = try Files.statusOfEntry(name, in: directory)
      if let refusal = ArtifactRefusal(status.kind) { return (refusal, nil) }
      if status.kind == .directory {
        guard level < ArtifactLedger.mostLevels else { return (.depthLimit, nil) }
      } else {
        guard status.links == 1 else { return (.hardLink, nil) }
        let growth: UInt64 = log.redaction.makeStream() == nil ? 1 : Self.redactionGrowth
        if let refusal = ledger.refusal(
          of: artifactName, bytes: status.size, growth: growth, logCharge: log.charge)
        {
          return (refusal, status.size)
        }
      }
      let options: OpenOptions = status.kind == .directory ? [.directory, .nonblocking] : .nonblocking
      let opened = try Files.openBeneath(name, in: directory, options, guardedBy: pathGuard)
      let found = try opened.status()
      guard found.kind == status.kind, found.device == status.device, found.inode == status.inode,
        found.links == status.links || found.kind == .directory
      else { return (.changed, nil) }
      if status.kind == .directory {
        walk(opened, path: path, level: level + 1, log: &log)
        return nil
      }
      return try copy(opened, artifactName, size: status.size, log: &log).map { ($0, status.size) }
    } catch {
      return (ArtifactRefusal(error), nil)
    }
  }
}

// MARK: - Files

extension ArtifactWalk {
  /// Brings a file back that has exactly `size` bytes.
  private mutating func copy(
    _ file: borrowing Descriptor, _ name: ArtifactName, size: UInt64, log: inout FrameLog
  ) throws(SystemCallError) -> ArtifactRefusal? {
    var writer = ArtifactWriter(name, log.redaction)
    var copied: UInt64 = 0
    while true {
      switch file.read(into: &buffer) {
      case .bytes(0):
        guard copied == size else { return .changed }
        writer.finish(log: &log)
        ledger.accept(bytes: UInt64(writer.size))
        return nil
      case .bytes(let count):
        copied += UInt64(count)
        guard copied <= size else { return .changed }
        writer.append(buffer.span.extracting(first: count), log: &log)
      case .wouldBlock: return .changed
      case .failed(let number): throw SystemCallError(call: "read", number: number)
      }
      guard makeRoom(in: &log) else { return .timeLimit }
    }
  }

  /// Sends what waits, so that a slow reader of the log costs time, which is bounded, and not memory.
  private func makeRoom(in log: inout FrameLog) -> Bool {
    log.flush(at: .now)
    log.sinks.relay.catchUp()
    if log.sinks.isCongested { _ = log.flush(until: deadline) }
    return !isOverdue
  }
}

// MARK: - What does not come back

extension ArtifactWalk {
  /// The longest part of a name that a refusal shows.
  private static let longestShown = 200

  private mutating func refuse(
    _ path: [UInt8], _ refusal: ArtifactRefusal, count: Int = 1, bytes: UInt64? = nil, log: inout FrameLog
  ) {
    guard ledger.refuse(count, logCharge: log.charge) else { return }
    var fields = [Field("name", Self.shown(path)), Field("reason", refusal.word)]
    if count > 1 { fields.append(Field("count", Int64(count))) }
    if let bytes { fields.append(Field("bytes", Int64(clamping: bytes))) }
    if case .failed(let number) = refusal { fields.append(Field("error", errorReason(number))) }
    log.write(EventFrame("artifact_refused", fields), at: .now)
  }

  private static func shown(_ path: [UInt8]) -> String {
    guard path.count > longestShown else { return String(decoding: path, as: UTF8.self) }
    let cut = path[..<longestShown]
    let whole = longestShown - UTF8Scan.incompleteSuffix(of: Array(cut).span)
    return String(decoding: path[..<whole], as: UTF8.self) + "…"
  }
}
