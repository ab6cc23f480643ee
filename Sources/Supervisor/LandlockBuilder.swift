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

  /// Directories that have a rule for all that lies beneath them.
  private var wholes: [(real: [UInt8], access: PathAccess)] = []

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
      // `/bin` and `/lib` lead into `/usr` on most systems, which has its rule already.
      if leadsIntoWhole(grant) { return }
    }
    let path: Descriptor
    do { path = try Files.open(grant.path, .pathOnly) } catch { return noteMissing(grant) }
    // Mount points are real paths: /bin may be a link to /usr/bin.
    try allow(path, real: grant.includesMountsBeneath ? [] : path.realPath(), rights, grant)
  }

  /// Whether a path at the root is a link to something that has the same rights by another rule.
  private func leadsIntoWhole(_ grant: PathGrant) -> Bool {
    guard !wholes.isEmpty, !grant.includesMountsBeneath, PathName.isAtRoot(grant.path.bytes),
      let target = try? Files.linkTarget(grant.path)
    else { return false }
    let real = target.first == UInt8(ascii: "/") ? target : [UInt8(ascii: "/")] + target
    guard PathName.isPlainAbsolute(real) else { return false }
    for whole in wholes where whole.access == grant.access && PathName.lies(real, within: whole.real) {
      // What it says must be where it leads: there may be links on that way too.
      var failure: Int32 = 0
      return Files.openWithoutLinks(String(decoding: real, as: UTF8.self), .pathOnly, failure: &failure).isOpen
    }
    return false
  }

  private mutating func noteMissing(_ grant: PathGrant) {
    if grant.isNamed { missingPaths.append(grant.path) }
  }

  private mutating func allow(
    _ path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights, _ grant: PathGrant
  ) throws(SystemCallError) {
    guard !grant.includesMountsBeneath else { return try addRule(rights, path, grant.path) }
    if try allow(path, real: real, rights, acceptsMountHere: grant.acceptsMount) {
      wholes.append((real, grant.access))
    }
  }

  /// - Returns: whether there is a rule for it and all that lies beneath.
  @discardableResult
  private func allow(
    _ path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights, acceptsMountHere: Bool
  ) throws(SystemCallError) -> Bool {
    switch mounts.coverage(of: real, acceptsMountHere: acceptsMountHere) {
    case .whole:
      try addRule(rights, path, String(decoding: real, as: UTF8.self))
      return true
    case .leaveOut:
      return false
    case .enumerate:
      try allowEntries(of: path, real: real, rights)
      return false
    }
  }

  private func allowEntries(
    of path: borrowing Descriptor, real: [UInt8], _ rights: Landlock.Rights
  ) throws(SystemCallError) {
    guard let directory = try? Files.open(".", in: path.raw, .directory),
      let entries = try? directory.listNames(maximumEntries: Self.mostEntries)
    else { return }
    for entry in entries {
      let path = real + [UInt8(ascii: "/")] + entry.bytes
      // A mount of somebody's gets no rule, and need not be looked at.
      if case .leaveOut = mounts.coverage(of: path, acceptsMountHere: false) { continue }
      // A link needs no rule: what counts is where it leads. What has vanished since needs none either.
      guard let inner = try? Files.open(entry, in: directory.raw), let status = try? inner.status(),
        status.kind != .symbolicLink
      else { continue }
      try allow(inner, real: path, rights, acceptsMountHere: false)
    }
  }

  private func addRule(
    _ rights: Landlock.Rights, _ path: borrowing Descriptor, _ subject: @autoclosure () -> String
  ) throws(SystemCallError) {
    try ruleset.allow(rights, beneath: path, subject: subject())
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
