internal import DispatcherModel
internal import Foundation

/// Tasks on disk, a directory each: `request.json`, `record.json`, `log` with the frames as they came, `result.json`.
package struct Archive: Sendable {
  package let directory: String
  /// Held as long as this process lives: two dispatchers on one archive would run scripts twice.
  private let claim: Int32

  /// Opens the archive, which is made where it is missing.
  package init(_ directory: String) throws(ArchiveError) {
    self.directory = directory
    do {
      try FileManager.default.createDirectory(
        atPath: "\(directory)/tasks", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw ArchiveError(message: "cannot make \(directory)/tasks: \(error.localizedDescription)") }
    let lock = "\(directory)/lock"
    claim = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard claim >= 0 else { throw ArchiveError("open", lock) }
    // A dispatcher that is killed while it starts a task leaves its descriptors to the new process for as long as that takes to
    // execute its program, the lock among them.
    for attempt in 0... {
      if flock(claim, LOCK_EX | LOCK_NB) == 0 { break }
      guard errno == EWOULDBLOCK || errno == EINTR, attempt < 30 else {
        throw ArchiveError(message: "another dispatcher uses the archive \(directory)")
      }
      usleep(100_000)
    }
  }

  /// Leaves the archive to another dispatcher.
  package func release() { close(claim) }

  func directory(of id: String) -> String { "\(directory)/tasks/\(id)" }
  func log(of id: String) -> String { "\(directory(of: id))/log" }
  private func record(of id: String) -> String { "\(directory(of: id))/record.json" }
  private func request(of id: String) -> String { "\(directory(of: id))/request.json" }
  private func result(of id: String) -> String { "\(directory(of: id))/result.json" }

  private func audit(of id: String) -> String { "\(directory(of: id))/audit.json" }

  // MARK: - Writing

  /// Puts a new task on record: when this returns it will be run once, or be said to be lost.
  func create(_ record: TaskRecord, _ task: TaskSpecification) throws(ArchiveError) {
    let own = directory(of: record.id)
    guard mkdir(own, 0o700) == 0 else { throw ArchiveError("make", own) }
    do throws(ArchiveError) {
      try DurableFile.replace(request(of: record.id), with: try Self.encode(task), isForced: false)
      try save(record)
      try DurableFile.force(directory: "\(directory)/tasks")
    } catch {
      remove(record.id)
      throw error
    }
  }

  func save(_ record: TaskRecord, isForced: Bool = true) throws(ArchiveError) {
    try DurableFile.replace(self.record(of: record.id), with: try Self.encode(record), isForced: isForced)
  }

  /// - Parameter audit: the task's audit record, until it is where it belongs.
  func save(result: [UInt8], audit: [UInt8], of id: String) throws(ArchiveError) {
    try DurableFile.replace(self.audit(of: id), with: audit, isForced: false)
    try DurableFile.replace(self.result(of: id), with: result)
  }

  func remove(_ id: String) {
    // The record goes first: what is left of a directory without one is no task.
    unlink(record(of: id))
    try? FileManager.default.removeItem(atPath: directory(of: id))
  }

  // MARK: - Reading

  /// The tasks that are on record, and what could not be read.
  func load() -> (records: [TaskRecord], problems: [String]) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/tasks")) ?? []
    var records: [TaskRecord] = []
    var problems: [String] = []
    for name in names.filter(TaskID.isValid).sorted() {
      guard let bytes = DurableFile.read(record(of: name)) else {
        // Its making, or its removal, was cut short.
        remove(name)
        continue
      }
      do { records.append(try JSONDecoder().decode(TaskRecord.self, from: Data(bytes))) } catch {
        problems.append("\(record(of: name)) cannot be read: \(error)")
      }
    }
    return (records, problems)
  }

  func task(_ id: String) -> TaskSpecification? {
    DurableFile.read(request(of: id)).flatMap { try? JSONDecoder().decode(TaskSpecification.self, from: Data($0)) }
  }

  func auditRecord(of id: String) -> [UInt8]? { DurableFile.read(audit(of: id)) }

  func removeAuditRecord(of id: String) { unlink(audit(of: id)) }

  func result(of id: String) -> [UInt8]? { DurableFile.read(self.result(of: id)) }

  func wholeLog(of id: String) -> [UInt8] { DurableFile.read(log(of: id)) ?? [] }

  /// What the task takes.
  func bytes(of id: String) -> Int64 {
    ["request.json", "record.json", "log", "result.json"].reduce(0) { sum, name in
      var status = stat()
      return stat("\(directory(of: id))/\(name)", &status) == 0 ? sum + Int64(status.st_size) : sum
    }
  }

  private static func encode(_ value: some Encodable) throws(ArchiveError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return Array(try encoder.encode(value)) } catch { throw ArchiveError(message: "cannot encode: \(error)") }
  }
}
