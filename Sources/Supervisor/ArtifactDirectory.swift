internal import LinuxSystem
internal import TaskModel

/// The directory that a script leaves files in to have them come back: made before the script starts, found again when it is
/// over.
struct ArtifactDirectory: ~Copyable {
  /// The work directory or /tmp, opened before the script could move anything; empty where nothing is to come back.
  private let base: Descriptor
  private let components: [[UInt8]]
  /// Which of them was the first that had to be made here, nil where all were there.
  private let firstMade: Int?
  private let isInWorkDirectory: Bool
  private let basePath: String

  /// No directory: nothing is to come back.
  init() {
    base = .none
    components = []
    firstMade = nil
    isInWorkDirectory = true
    basePath = ""
  }

  /// Makes the directory, and every one on the way to it that is missing.
  init(
    _ location: ArtifactLocation, in workDirectory: String, temporaryDirectory: String
  ) throws(LaunchError) {
    let path = location.path(workDirectory: workDirectory, temporaryDirectory: temporaryDirectory)
    let basePath = location.base == .workDirectory ? workDirectory : temporaryDirectory
    let base = try Self.attempt(path) { () throws(SystemCallError) in try Files.open(basePath, .directory) }
    let firstMade = try Self.attempt(path) { () throws(SystemCallError) in
      let firstMade = try Self.make(location.components, in: base)
      try Self.checkEmpty(location.components, in: base)
      return firstMade
    }
    self.base = base
    self.basePath = basePath
    self.firstMade = firstMade
    components = location.components
    isInWorkDirectory = location.base == .workDirectory
  }

  /// Whether anything is to come back.
  var isWanted: Bool { base.isOpen }

  /// Opens the directory as it is now.
  func open(guardedBy pathGuard: PathGuard) throws(SystemCallError) -> Descriptor {
    try Files.openBeneath(Self.joined(components[...]), in: base, [.directory, .nonblocking], guardedBy: pathGuard)
  }

  /// The best guard for what lies in it.
  var bestGuard: PathGuard { PathGuard.best(for: base) }

  private static func make(
    _ components: [[UInt8]], in base: borrowing Descriptor
  ) throws(SystemCallError) -> Int? {
    let pathGuard = PathGuard.best(for: base)
    var firstMade: Int?
    var parent = try Files.open(".", in: base.raw, .directory)
    for (index, name) in components.enumerated() {
      do {
        try Files.makeDirectory(named: name, in: parent)
        if firstMade == nil { firstMade = index }
      } catch {
        guard error.number == ErrorNumber.exists else { throw error }
      }
      parent = try Files.openBeneath(name, in: parent, [.directory, .nonblocking], guardedBy: pathGuard)
    }
    return firstMade
  }

  /// Files that lie there already are somebody else's, or of a run before this one in the same pod: they must not come back as
  /// the script's.
  private static func checkEmpty(
    _ components: [[UInt8]], in base: borrowing Descriptor
  ) throws(SystemCallError) {
    let directory = try Files.openBeneath(
      joined(components[...]), in: base, [.directory, .nonblocking], guardedBy: PathGuard.best(for: base))
    guard try directory.listNames(maximumEntries: 1).isEmpty else {
      throw SystemCallError(call: "getdents64", number: ErrorNumber.notEmpty)
    }
  }

  /// Runs a call about the directory, and says what its failure means for the task.
  private static func attempt<Value: ~Copyable>(
    _ path: String, _ body: () throws(SystemCallError) -> Value
  ) throws(LaunchError) -> Value {
    do { return try body() } catch { throw failure(path, error) }
  }

  private static func failure(_ path: String, _ error: SystemCallError) -> LaunchError {
    let advice: Words? =
      switch error.number {
      case ErrorNumber.otherFileSystem:
        "it lies on a volume of its own, whose files are not the script's alone; name a directory that does not"
      case ErrorNumber.notDirectory, ErrorNumber.tooManyLinks:
        "something that is no directory has that name; name another"
      case ErrorNumber.notEmpty: "what lies there would come back as the script's; name a new directory"
      default: nil
      }
    return LaunchError("cannot make the artifact directory \(path)", error, advice: advice)
  }

  /// What `remove` empties, nil where there is nothing to be emptied besides the work directory.
  var removablePath: String? {
    guard isWanted, !isInWorkDirectory else { return nil }
    let top = firstMade ?? components.count - 1
    return basePath + "/" + String(decoding: Self.joined(components[...top]), as: UTF8.self)
  }

  /// Removes what the script left and what was made here, as far as that goes until `deadline`. What lies in the work
  /// directory goes with it.
  func remove(until deadline: Instant) {
    guard isWanted, !isInWorkDirectory else { return }
    let top = firstMade ?? components.count - 1
    let pathGuard = bestGuard
    guard
      let directory = try? Files.openBeneath(
        Self.joined(components[...top]), in: base, [.directory, .nonblocking], guardedBy: pathGuard),
      Files.removeContents(of: directory, mayContinue: { Instant.now < deadline }), firstMade != nil
    else { return }
    if top == 0 {
      try? Files.removeDirectory(named: components[0], in: base)
    } else if let parent = try? Files.openBeneath(
      Self.joined(components[..<top]), in: base, [.directory, .nonblocking], guardedBy: pathGuard)
    {
      try? Files.removeDirectory(named: components[top], in: parent)
    }
  }

  private static func joined(_ components: ArraySlice<[UInt8]>) -> [UInt8] {
    var path: [UInt8] = []
    for component in components {
      if !path.isEmpty { path.append(UInt8(ascii: "/")) }
      path += component
    }
    return path
  }
}
