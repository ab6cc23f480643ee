internal import LinuxSystem
internal import TaskModel

/// Reads the values that the key `redact` names, once, before anything else is said: variables of the container's
/// environment, files, and all files of a directory, as a Secret or ConfigMap volume has them.
struct SecretReader {
  private let environment: [EnvironmentVariable]
  private var values: [SecretValue] = []
  private var totalBytes = 0

  /// A volume has one level, of links through `..data`; more is somebody's own.
  private static let deepest = 8

  private init(_ environment: [EnvironmentVariable]) { self.environment = environment }

  static func read(_ names: [String], environment: [EnvironmentVariable]) throws(TaskError) -> [SecretValue] {
    var reader = SecretReader(environment)
    for name in names { try reader.add(name) }
    return reader.values
  }

  /// The values that can be had, for the message about a configuration that is wrong: it may repeat one of them.
  static func readWhatIsThere(_ names: [String], environment: [EnvironmentVariable]) -> [SecretValue] {
    var reader = SecretReader(environment)
    for name in names { try? reader.add(name) }
    return reader.values
  }

  private mutating func add(_ name: String) throws(TaskError) {
    if name.utf8.first == UInt8(ascii: "/") { return try add(path: name) }
    guard let variable = environment.first(where: { $0.name.areBytes(of: name) }) else {
      throw TaskError(words: "redact names the variable \(name), which is not in the container's environment")
    }
    try add(SecretValue(name: ("the variable \(name)" as Words).text, content: variable.value))
  }

  private mutating func add(path: String) throws(TaskError) {
    let found = try Found.load(path, in: Files.currentDirectory, subject: path)
    switch found.kind {
    case .regular: try add(SecretValue(name: path, content: found.content))
    case .directory: try add(directory: path, found.file, depth: 1)
    default:
      throw TaskError(
        words: "redact names \(path), which is \(found.kind.description); expected a file or a directory")
    }
  }

  private mutating func add(directory path: String, _ directory: borrowing Descriptor, depth: Int) throws(TaskError) {
    guard depth <= Self.deepest else {
      throw TaskError(words: "redact: \(path) lies more than \(Self.deepest) directories deep")
    }
    let entries: [DirectoryEntry]
    do { entries = try directory.listNames(maximumEntries: 2 * SecretValue.mostValues) } catch {
      throw Found.unreadable(path, error)
    }
    // Kubernetes' own links lead to the same files once more.
    for entry in entries where !PathName.isKubernetesOwn(entry.bytes) {
      guard let name = entry.name else {
        throw TaskError(words: "redact: a file in \(path) has a name that is not UTF-8, so it cannot be read")
      }
      let inner = ("\(path)/\(name)" as Words).text
      let found = try Found.load(name, in: directory.raw, subject: inner)
      switch found.kind {
      case .regular:
        let value = SecretValue(name: inner, content: found.content)
        // An empty file hides nothing.
        if !value.bytes.isEmpty { try add(value) }
      case .directory: try add(directory: inner, found.file, depth: depth + 1)
      default: continue
      }
    }
  }

  private mutating func add(_ value: SecretValue) throws(TaskError) {
    guard value.bytes.count >= SecretValue.shortest else {
      throw TaskError(
        words: "redact: \(value.name) has \(value.bytes.count) bytes; values of fewer than \(SecretValue.shortest) "
          + "cannot be redacted, since they would be found all over the output; name the others one by one")
    }
    guard value.bytes.count <= SecretValue.longest else { throw Found.tooLarge(value.name) }
    values.append(value)
    totalBytes += value.bytes.count
    guard values.count <= SecretValue.mostValues, totalBytes <= SecretValue.mostBytes else {
      throw TaskError(
        words: "redact names more than \(SecretValue.mostValues) values, or more than "
          + "\(SecretValue.mostBytes / 1024) KiB of them; name fewer")
    }
  }
}

/// What lies at a path that may hold a secret: opened, and read where it is a file.
private struct Found: ~Copyable {
  let file: Descriptor
  let kind: FileKind
  let content: [UInt8]

  static func load(_ path: String, in directory: Int32, subject: String) throws(TaskError) -> Found {
    do { return try open(path, in: directory) } catch {
      throw error.number == ErrorNumber.fileTooLarge ? tooLarge(subject) : unreadable(subject, error)
    }
  }

  private static func open(_ path: String, in directory: Int32) throws(SystemCallError) -> Found {
    let file = try Files.open(path, in: directory, .nonblocking)
    let kind = try file.status().kind
    // What is stripped from the end may come on top.
    let content = kind == .regular ? try file.readAll(maximumBytes: SecretValue.longest + 2, subject: path) : []
    return Found(file: file, kind: kind, content: content)
  }

  static func tooLarge(_ name: String) -> TaskError {
    TaskError(words: "redact: \(name) has more than \(SecretValue.longest / 1024) KiB, the most that can be redacted")
  }

  static func unreadable(_ path: String, _ error: SystemCallError) -> TaskError {
    TaskError(words: "redact names \(path), which cannot be read: \(error.reason)")
  }
}
