internal import DispatcherModel
internal import Foundation

/// Where a task's things lie, on this machine.
struct TaskFiles: Sendable {
  let directory: String

  /// What `warder run` takes as the task directory.
  var task: String { "\(directory)/task" }
  /// The frames.
  var log: String { "\(directory)/log" }
  /// What `warder run` itself had to say.
  var errors: String { "\(directory)/errors" }
  /// Which process it is.
  var process: String { "\(directory)/process" }

  /// Makes everything that the task finds when it starts.
  func make(_ specification: TaskSpecification) throws(EngineError) {
    let manager = FileManager.default
    let own = [FileAttributeKey.posixPermissions: 0o700]
    do {
      try manager.createDirectory(atPath: directory, withIntermediateDirectories: false, attributes: own)
      try manager.createDirectory(atPath: task, withIntermediateDirectories: false, attributes: own)
      for file in specification.files + [specification.script] {
        let path = URL(fileURLWithPath: "\(task)/\(file.path)")
        try manager.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true, attributes: own)
        try Data(file.bytes).write(to: path)
      }
      if let input = specification.standardInput {
        try Data(input).write(to: URL(fileURLWithPath: "\(directory)/\(inputName(specification))"))
      }
      for path in [log, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    } catch {
      let reason = error.localizedDescription
      remove()
      throw .unavailable("cannot write the task's files into \(directory): \(reason)", retryAfterSeconds: nil)
    }
  }

  /// Standard input is a file of the task, and must not have the name of another.
  func inputName(_ specification: TaskSpecification) -> String {
    let taken = Set((specification.files + [specification.script]).compactMap { $0.path.split(separator: "/").first })
    var name = "stdin"
    while taken.contains(Substring(name)) { name += "_" }
    return name
  }

  /// Which dispatcher has signalled its end.
  private var cancellation: String { "\(directory)/cancelled" }

  /// Whether the caller is to signal the task's end: once, whoever asks, also after a restart of the dispatcher.
  func claimCancellation() -> Bool {
    let own = "\(getpid()) \(ProcessIdentity(id: getpid())?.startTime ?? "")"
    // A symbolic link is there with all that it says, or not at all.
    if symlink(own, cancellation) == 0 { return true }
    let known = try? FileManager.default.destinationOfSymbolicLink(atPath: cancellation)
    // A dispatcher that was killed before it signalled has left no event in the log.
    if known == own || saysCancelled { return false }
    unlink(cancellation)
    return symlink(own, cancellation) == 0
  }

  /// Whether the supervisor has been told. A script's quotation marks are escaped in the log: it cannot say so itself.
  private var saysCancelled: Bool {
    let event = Data(#""event":{"type":"cancelled""#.utf8)
    return FileManager.default.contents(atPath: log)?.range(of: event) != nil
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: directory)
  }

  func write(_ identity: ProcessIdentity) throws {
    try Data("\(identity.id) \(identity.startTime)\n".utf8).write(to: URL(fileURLWithPath: process), options: .atomic)
  }

  /// Who runs it, as it was written down.
  var identity: ProcessIdentity? {
    guard let text = try? String(contentsOfFile: process, encoding: .utf8) else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let id = Int32(words[0]) else { return nil }
    return ProcessIdentity(id: id, startTime: String(words[1]))
  }

  /// The end of what `warder run` said, for a sentence.
  var complaint: String? {
    guard let bytes = FileManager.default.contents(atPath: errors) else { return nil }
    let text = String(decoding: bytes.suffix(2000), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }
}
