internal import CLinux

/// How a path is kept from leading out of a directory in which somebody else may have put anything.
package enum PathGuard: Sendable, CaseIterable {
  /// By the kernel, in one step: openat2(2) with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS and
  /// RESOLVE_NO_XDEV (kernel 5.6).
  case kernel
  /// Component by component, O_NOFOLLOW each, on one file system. As good where nobody changes the directory meanwhile.
  case componentwise

  /// What this kernel, and a filter around it, can do.
  package static func best(for directory: borrowing Descriptor) -> PathGuard {
    let result = unsafe cl_open_beneath(directory.raw, ".", OpenOptions.pathOnly.rawValue)
    if result >= 0 { _ = Descriptor(owning: result) }
    return result == -ErrorNumber.notImplemented ? .componentwise : .kernel
  }
}

extension Files {
  /// Opens a path in an open directory for reading, never through a link and never outside.
  ///
  /// - Parameter path: relative, without empty, `.` or `..` components: any bytes but NUL.
  /// - Throws: ELOOP (or ENOTDIR) for a symbolic link on the way, EXDEV for another mount.
  package static func openBeneath(
    _ path: [UInt8], in directory: borrowing Descriptor, _ options: OpenOptions, guardedBy pathGuard: PathGuard
  ) throws(SystemCallError) -> Descriptor {
    switch pathGuard {
    case .kernel:
      let result = unsafe cl_open_beneath(directory.raw, terminated(path), options.union(.noFollow).rawValue)
      return Descriptor(owning: try checked(result, "openat2"))
    case .componentwise:
      return try openByComponents(path, in: directory, options)
    }
  }

  /// Opens a path that leads through no symbolic link: where it is plain and absolute, it is its own real path. The
  /// corresponding system call is openat2(2), kernel 5.6.
  /// - Parameter failure: set where nothing was opened: ELOOP where there is a link, ENOSYS where the kernel or a filter has
  ///   no such call.
  package static func openWithoutLinks(_ path: String, _ options: OpenOptions, failure: inout Int32) -> Descriptor {
    let result = unsafe path.withTerminator { unsafe cl_open_without_links($0, options.rawValue) }
    failure = result < 0 ? -result : 0
    return Descriptor(owning: max(result, -1))
  }

  private static func openByComponents(
    _ path: [UInt8], in directory: borrowing Descriptor, _ options: OpenOptions
  ) throws(SystemCallError) -> Descriptor {
    let device = try directory.status().device
    var current = Descriptor.none
    var start = 0
    while true {
      let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.count
      let name = Array(path[start..<end])
      // openat(2) would take any of these elsewhere.
      if name.isEmpty || name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
        throw SystemCallError(call: "openat", number: ErrorNumber.otherFileSystem)
      }
      let isLast = end == path.count
      let flags: OpenOptions = isLast ? options.union(.noFollow) : [.pathOnly, .directory, .noFollow]
      let parent = current.isOpen ? current.raw : directory.raw
      let next = Descriptor(owning: try checked(unsafe cl_open(parent, terminated(name), flags.rawValue, 0), "openat"))
      let status = try next.status()
      guard status.device == device else {
        throw SystemCallError(call: "openat", number: ErrorNumber.otherFileSystem)
      }
      if isLast {
        // O_PATH opens a link itself.
        guard status.kind != .symbolicLink else {
          throw SystemCallError(call: "openat", number: ErrorNumber.tooManyLinks)
        }
        return next
      }
      current = next
      start = end + 1
    }
  }

  /// What an entry of an open directory is, a link itself and not what it leads to (fstatat(2)).
  package static func statusOfEntry(
    _ name: [UInt8], in directory: borrowing Descriptor
  ) throws(SystemCallError) -> FileStatus {
    var native = cl_file_status()
    try checked(unsafe cl_status(directory.raw, terminated(name), 0, &native), "fstatat")
    return FileStatus(native)
  }

  /// Makes a directory of any name in an open directory (mkdirat(2)).
  package static func makeDirectory(
    named name: [UInt8], in directory: borrowing Descriptor
  ) throws(SystemCallError) {
    try checked(unsafe cl_make_directory(directory.raw, terminated(name), 0o700), "mkdirat")
  }

  /// Removes an empty directory of any name in an open directory (unlinkat(2) with AT_REMOVEDIR).
  package static func removeDirectory(
    named name: [UInt8], in directory: borrowing Descriptor
  ) throws(SystemCallError) {
    try checked(unsafe cl_remove(directory.raw, terminated(name), 1), "unlinkat")
  }

  private static func terminated(_ name: [UInt8]) -> [CChar] {
    name.map { CChar(bitPattern: $0) } + [0]
  }
}
