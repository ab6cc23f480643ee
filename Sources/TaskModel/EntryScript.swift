internal import JSON

/// A name at the top of the task directory.
package struct TaskDirectoryEntry: Sendable {
  package let name: [UInt8]
  /// Whether it is a directory, links being followed.
  package let isDirectory: Bool

  package init(name: [UInt8], isDirectory: Bool) {
    self.name = name
    self.isDirectory = isDirectory
  }
}

/// Which file of the task directory is the script.
package enum EntryScript {
  /// The largest script, in bytes: what a ConfigMap can hold.
  package static let longest = 1 << 20
  /// The name, without an ending, of a script that nobody has to name.
  static let conventionalName = "script"

  /// Chooses among the entries at the top of the task directory.
  ///
  /// - Parameters:
  ///   - named: the key `script`: a path inside the directory. Only a name without a slash can be looked for among the
  ///     entries; whether a file in a sub-folder is there shows when it is opened.
  ///   - standardInput: the key `stdin`, whose file is no script.
  ///   - entries: Kubernetes' own names (`..data`) may be among them and are passed over.
  ///   - runtimes: whose endings make the conventional names: `script.py`, `script.sh`.
  ///   - directory: the directory's path, for messages.
  /// - Returns: the script's path inside the directory.
  package static func choose(
    named: String?, standardInput: String?, entries: [TaskDirectoryEntry], runtimes: [Runtime], directory: String
  ) throws(ScriptProblem) -> String {
    let entries = entries.filter { !PathName.isKubernetesOwn($0.name) }
    if let named { return try choose(named, entries, directory) }

    let candidates = entries.filter { isCandidate($0, standardInput) }
    let names = candidates.compactMap { String(exactly: $0.name) }
    let conventional = names.filter { isConventional($0, runtimes) }
    if let script = conventional.first {
      guard conventional.count == 1 else { throw .ambiguous(directory: directory, names: conventional) }
      return script
    }
    guard let only = candidates.first else { throw .noScript(directory: directory) }
    guard candidates.count == 1 else {
      throw .ambiguous(directory: directory, names: candidates.map { String(repairing: $0.name) })
    }
    guard let script = String(exactly: only.name) else { throw .badName(directory: directory) }
    return script
  }

  private static func choose(
    _ name: String, _ entries: [TaskDirectoryEntry], _ directory: String
  ) throws(ScriptProblem) -> String {
    if name.utf8.contains(ASCII.slash) { return name }
    let path = Text.joined([directory, name], "/")
    for entry in entries where entry.name.areBytes(of: name) {
      if entry.isDirectory { throw .isDirectory(path: path) }
      return name
    }
    throw .missing(path: path, present: entries.map { String(repairing: $0.name) })
  }

  /// Not the configuration, not the input, nothing hidden, no directory.
  private static func isCandidate(_ entry: TaskDirectoryEntry, _ standardInput: String?) -> Bool {
    guard !entry.isDirectory, entry.name.first != ASCII.dot else { return false }
    if entry.name.areBytes(of: TaskFile.name) { return false }
    if let standardInput, entry.name.areBytes(of: standardInput) { return false }
    return true
  }

  private static func isConventional(_ name: String, _ runtimes: [Runtime]) -> Bool {
    for runtime in runtimes {
      for ending in runtime.extensions where name.hasSameBytes(as: conventionalName + ending) { return true }
    }
    return false
  }
}
