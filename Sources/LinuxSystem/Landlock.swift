internal import CLinux

/// Landlock: a process gives up the right to reach files, ports and processes, without any privilege.
///
/// See landlock(7) and the kernel's userspace-api/landlock.rst. Each right is asked for only where the running
/// kernel's ABI knows it.
package enum Landlock {
  /// The running kernel's ABI, or why there is none.
  package static func abi() throws(SystemCallError) -> Int32 {
    try checked(cl_landlock_abi(), "landlock_create_ruleset")
  }

  /// The ABI that can keep signals and abstract sockets within a domain: kernel 6.12.
  package static let scopeABI: Int32 = 6

  /// What may be done beneath a path.
  package struct Rights: OptionSet {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    private init(_ right: cl_landlock_right) { rawValue = UInt64(right.rawValue) }

    package static let readFile = Rights(CL_LANDLOCK_READ_FILE)
    package static let readDirectory = Rights(CL_LANDLOCK_READ_DIR)
    package static let execute = Rights(CL_LANDLOCK_EXECUTE)
    package static let writeFile = Rights(CL_LANDLOCK_WRITE_FILE)
    package static let truncate = Rights(CL_LANDLOCK_TRUNCATE)
    package static let deviceControl = Rights(CL_LANDLOCK_IOCTL_DEV)
    package static let removeFile = Rights(CL_LANDLOCK_REMOVE_FILE)
    package static let removeDirectory = Rights(CL_LANDLOCK_REMOVE_DIR)
    /// Moving and linking files to another directory.
    package static let refer = Rights(CL_LANDLOCK_REFER)

    /// Reading, listing and running.
    package static let readAndExecute: Rights = [.readFile, .readDirectory, .execute]
    /// Everything that needs no privilege; making character and block devices would (CAP_MKNOD), so that stays refused. Who
    /// names a device among the writable paths (/dev/pts, a GPU) wants to control it too.
    package static let readAndWrite: Rights = [
      .readAndExecute, .writeFile, .truncate, .deviceControl, .refer, .removeDirectory, .removeFile,
      Rights(CL_LANDLOCK_MAKE_DIR), Rights(CL_LANDLOCK_MAKE_REG), Rights(CL_LANDLOCK_MAKE_SOCK),
      Rights(CL_LANDLOCK_MAKE_FIFO), Rights(CL_LANDLOCK_MAKE_SYM),
    ]
    /// For /dev/null and its like, which have no device controls to protect.
    package static let device: Rights = [.readFile, .writeFile, .truncate, .deviceControl]
    /// The rights that a file, as opposed to a directory, can have; the kernel answers EINVAL to others.
    static let ofFiles: Rights = [.readFile, .writeFile, .execute, .truncate, .deviceControl]

    /// Every right that the ABI knows: what is handled is denied unless a rule allows it.
    static func handled(by abi: Int32) -> Rights {
      switch abi {
      case 1: Rights(rawValue: (1 << 13) - 1)
      case 2: Rights(rawValue: (1 << 14) - 1)
      case 3, 4: Rights(rawValue: (1 << 15) - 1)
      default: Rights(rawValue: (1 << 16) - 1)
      }
    }
  }

  /// A set of rules, to be put in force by `restrictSelf()` or by the child (`SpawnPlan`).
  package struct Ruleset: ~Copyable {
    private var descriptor: Descriptor
    private let abi: Int32

    /// Denies every file, TCP port, outside signal and outside abstract socket that the ABI can deny.
    package init(denyingEverythingOf abi: Int32, includingNetwork: Bool) throws(SystemCallError) {
      try self.init(of: abi, network: includingNetwork, scopes: Self.scopes(abi))
    }

    /// Denies every file and TCP port that the ABI can deny, and leaves signals and abstract sockets as they are: a
    /// scope would shut out processes that were born before it.
    package init(denyingFilesAndNetworkOf abi: Int32) throws(SystemCallError) {
      try self.init(of: abi, network: true, scopes: 0)
    }

    private init(of abi: Int32, network: Bool, scopes: UInt64) throws(SystemCallError) {
      let network: UInt64 =
        abi >= 4 && network ? UInt64(CL_LANDLOCK_BIND_TCP.rawValue | CL_LANDLOCK_CONNECT_TCP.rawValue) : 0
      let created = cl_landlock_create(abi, Rights.handled(by: abi).rawValue, network, scopes)
      descriptor = Descriptor(owning: try checked(created, "landlock_create_ruleset"))
      self.abi = abi
    }

    /// Only keeps signals and abstract sockets within the domain. Needs `scopeABI`.
    ///
    /// Moving and linking files between directories has to be allowed beneath `/` all the same: it is the one right that
    /// every ruleset denies, even one that handles no files, as soon as a later domain handles some
    /// (userspace-api/landlock.rst, LANDLOCK_ACCESS_FS_REFER).
    package init(scopingOnlyOf abi: Int32) throws(SystemCallError) {
      let created = cl_landlock_create(abi, Rights.refer.rawValue, 0, Self.scopes(abi))
      descriptor = Descriptor(owning: try checked(created, "landlock_create_ruleset"))
      self.abi = abi
    }

    private static func scopes(_ abi: Int32) -> UInt64 {
      abi >= scopeABI ? UInt64(CL_LANDLOCK_ABSTRACT_SOCKETS.rawValue | CL_LANDLOCK_SIGNALS.rawValue) : 0
    }

    /// Allows `rights` on a path and everything beneath it; on a file those that a file can have.
    package func allow(
      _ rights: Rights, beneath path: borrowing Descriptor, subject: @autoclosure () -> String
    ) throws(SystemCallError) {
      let known = rights.intersection(Rights.handled(by: abi))
      var result = cl_landlock_allow(descriptor.raw, path.raw, known.rawValue)
      // The kernel's answer to a directory's rights on a file.
      if result == -ErrorNumber.invalidArgument, known != known.intersection(.ofFiles) {
        result = cl_landlock_allow(descriptor.raw, path.raw, known.intersection(.ofFiles).rawValue)
      }
      try checked(result, "landlock_add_rule", subject())
    }

    /// Gives the ruleset up, to a child that will put it in force.
    package consuming func takeDescriptor() -> Descriptor { Descriptor(owning: descriptor.release()) }

    /// Puts the rules in force for this process and its later children, for good.
    package func restrictSelf() throws(SystemCallError) {
      try checked(cl_landlock_restrict(descriptor.raw), "landlock_restrict_self")
    }
  }
}
