internal import LinuxSystem
internal import TaskModel

/// Turns paths that a script may use into Landlock rules.
///
/// A rule holds for everything beneath its path, other mounts included. So where a volume that nobody named lies beneath an
/// allowed directory, the directory gets no rule, and its entries get one each, but for the volume.
struct LandlockBuilder: ~Copyable {
  private let ruleset: Landlock.Ruleset
  private let mounts: MountTable
  /// Whether the mount table could be read.
  let knowsMounts: Bool
  /// Paths that somebody named and that do not exist.
  private(set) var missingPaths: [String] = []

  /// More rules than this for one directory mean that something is wrong with it.
  private static let mostEntries = 100_000

  /// - Parameter mountInfo: nil where it cannot be read.
  init(abi: Int32, limitsNetwork: Bool, mountInfo: [UInt8]?) throws(SystemCallError) {
    let table = mountInfo.flatMap { try? MountTable.parse($0) }
    let ruleset = try Landlock.Ruleset(denyingEverythingOf: abi, includingNetwork: limitsNetwork)
    mounts = table ?? MountTable(mountPoints: [])
    knowsMounts = table != nil
    self.ruleset = ruleset
  }

  mutating func allow(_ grant: PathGrant) throws(SystemCallError) {
    let rights = Landlock.Rights(grant.access)
    // Most paths lead through no link, and then are real as they stand.
    let bytes = grant.path.bytes
    if PathName.isPlainAbsolute(bytes) {
      var failure: Int32 = 0
      let path = Files.openWithoutLinks(grant.path, .pathOnly, failure: &failure)
      if path.isOpen { return try allow(path, real: bytes, rights, grant) }
      // A link would have been another error, whether it leads anywhere or not.
      if failure == ErrorNumber.noSuchFile { return noteMissing(grant) }
    }
    let path: Descriptor
    do { path = try Files.open(grant.path, .pathOnly) } catch { return noteMissing(grant) }
    // Mount points are real paths: /bin may be a link to /usr/bin.
    try allow(path, real: grant.includesMountsBeneath ? [] : path.realPath(), rights, grant)
  }

  private mutating func noteMissing(_ grant: PathGrant) {
    if grant.isNamed { missingPaths.append(grant.path) }
  }

  private func allow(
    _ path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights, _ grant: PathGrant
  ) throws(SystemCallError) {
    guard !grant.includesMountsBeneath else { return try addRule(rights, path, grant.path) }
    try allow(path, real: real, rights, acceptsMountHere: grant.acceptsMount)
  }

  private func allow(
    _ path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights, acceptsMountHere: Bool
  ) throws(SystemCallError) {
    switch mounts.coverage(of: real, acceptsMountHere: acceptsMountHere) {
    case .whole:
      try addRule(rights, path, String(decoding: real, as: UTF8.self))
    case .leaveOut:
      return
    case .enumerate:
      try allowEntries(of: path, real: real, rights)
    }
  }

  private func allowEntries(
    of path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights
  ) throws(SystemCallError) {
    guard let directory = try? Files.open(".", in: path.raw, .directory),
      let entries = try? directory.listNames(maximumEntries: Self.mostEntries)
    else { return }
    for entry in entries {
      // A link needs no rule: what counts is where it leads. What has vanished since needs none either.
      guard let inner = try? Files.open(entry, in: directory.raw), let status = try? inner.status(),
        status.kind != .symbolicLink
      else { continue }
      try allow(inner, real: real + [UInt8(ascii: "/")] + entry.bytes, rights, acceptsMountHere: false)
    }
  }

  private func addRule(
    _ rights: Landlock.Rights, _ path: borrowing Descriptor, _ subject: String
  ) throws(SystemCallError) {
    try ruleset.allow(rights, beneath: path, subject: subject)
  }

  consuming func finish() -> Descriptor { ruleset.takeDescriptor() }
}

extension Landlock.Rights {
  fileprivate init(_ access: PathAccess) {
    switch access {
    case .read: self = [.readFile, .readDirectory]
    case .readExecute: self = .readAndExecute
    case .readWrite: self = .readAndWrite
    case .device: self = .device
    }
  }
}
