internal import CLinux
internal import TaskModel

/// A name in a directory. Any bytes but NUL and "/" are possible, so a name need not be text.
package struct DirectoryEntry {
  /// The name where it is valid UTF-8.
  package let name: String?
  package let bytes: [UInt8]
}

extension Descriptor {
  /// The names in an open directory, without "." and "..", in the directory's own order.
  /// - Parameter maximumEntries: where to stop, so that a hostile directory costs a bounded amount of memory.
  package func listNames(maximumEntries: Int) throws(SystemCallError) -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    try forEachName { name in
      let bytes = Array(name)
      entries.append(DirectoryEntry(name: String(validating: bytes, as: UTF8.self), bytes: bytes))
      return entries.count < maximumEntries
    }
    return entries
  }

  /// Those of the names that are numbers: the processes, in `/proc`.
  package func listNumbers() throws(SystemCallError) -> [Int32] {
    var numbers: [Int32] = []
    try forEachName { name in
      if let number = KernelText.number(name.span).flatMap({ Int32(exactly: $0) }) { numbers.append(number) }
      return true
    }
    return numbers
  }

  /// How many of the names begin with a digit; counting stops above `most`.
  package func countNumbers(upTo most: Int) throws(SystemCallError) -> Int {
    try rewindDirectory()
    var numbers = 0
    try forEachName { name in
      if (0x30...0x39).contains(name[name.startIndex]) { numbers += 1 }
      return numbers <= most
    }
    return numbers
  }

  /// Calls `body` with each name, for which nothing is allocated, until it answers that it wants no more; what the kernel gave
  /// in one piece it gets whole, since listing goes on behind it.
  ///
  /// The corresponding system call is getdents64(2).
  private func forEachName(_ body: (ArraySlice<UInt8>) -> Bool) throws(SystemCallError) {
    var batch = [UInt8](roomFor: 8 * 1024)
    var wantsMore = true
    while wantsMore {
      let used = unsafe batch.withUnsafeMutableBytes {
        unsafe cl_list_names(raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
      let filled = Int(try checked(used, "getdents64"))
      if filled == 0 { break }
      var start = 0
      for index in 0..<filled where batch[index] == 0 {
        wantsMore = body(batch[start..<index])
        start = index + 1
      }
    }
  }

  /// Listing starts anew.
  package func rewindDirectory() throws(SystemCallError) { try checked(cl_rewind(raw), "lseek") }
}

extension Files {
  /// Removes what an open directory holds, depth first, without following links, for as long as `mayContinue` says.
  ///
  /// Works with one descriptor a level and gives up below 64 levels: leftovers in a scratch directory are no danger,
  /// a supervisor that never ends would be.
  /// - Returns: whether everything is gone.
  package static func removeContents(of directory: borrowing Descriptor, mayContinue: () -> Bool) -> Bool {
    removeContents(of: directory, depth: 0, mayContinue: mayContinue)
  }

  private static func removeContents(
    of directory: borrowing Descriptor, depth: Int, mayContinue: () -> Bool
  ) -> Bool {
    guard depth < 64 else { return false }
    while true {
      guard let entries = try? directory.listNames(maximumEntries: 512) else { return false }
      if entries.isEmpty { return true }
      for entry in entries {
        guard mayContinue() else { return false }
        guard remove(entry, from: directory, depth: depth, mayContinue: mayContinue) else { return false }
      }
      // Removing while listing may skip names: list again from the start until nothing is left.
      guard (try? directory.rewindDirectory()) != nil else { return false }
    }
  }

  /// Removes an entry of an open directory and all that lies beneath it, likewise.
  package static func removeTree(
    _ entry: DirectoryEntry, in directory: borrowing Descriptor, mayContinue: () -> Bool
  ) -> Bool {
    remove(entry, from: directory, depth: 0, mayContinue: mayContinue)
  }

  private static func remove(
    _ entry: DirectoryEntry, from directory: borrowing Descriptor, depth: Int, mayContinue: () -> Bool
  ) -> Bool {
    let path = entry.bytes.map { CChar(bitPattern: $0) } + [0]
    if unsafe cl_remove(directory.raw, path, 0) >= 0 { return true }
    // chmod follows links, and what a link names is none of our business.
    var status = cl_file_status()
    guard unsafe cl_status(directory.raw, path, 0, &status) >= 0, status.kind == FileKind.directory.rawValue
    else { return false }
    // It may have been left without the permissions that removing its content takes.
    _ = unsafe cl_change_mode(directory.raw, path, 0o700)
    let flags: OpenOptions = [.directory, .noFollow]
    let inner = Descriptor(owning: unsafe cl_open(directory.raw, path, flags.rawValue, 0))
    guard inner.isOpen, removeContents(of: inner, depth: depth + 1, mayContinue: mayContinue) else { return false }
    return unsafe cl_remove(directory.raw, path, 1) >= 0
  }

  /// What an entry of an open directory names; its name need not be UTF-8.
  package static func status(
    of entry: DirectoryEntry, in directory: Int32, followingLinks: Bool = true
  ) throws(SystemCallError) -> FileStatus {
    var native = cl_file_status()
    let path = entry.bytes.map { CChar(bitPattern: $0) } + [0]
    try checked(unsafe cl_status(directory, path, followingLinks ? 1 : 0, &native), "fstatat")
    return FileStatus(native)
  }

  /// Opens an entry of an open directory for nothing but naming it (O_PATH), a link itself and not what it leads to.
  package static func open(_ entry: DirectoryEntry, in directory: Int32) throws(SystemCallError) -> Descriptor {
    let path = entry.bytes.map { CChar(bitPattern: $0) } + [0]
    let options: OpenOptions = [.pathOnly, .noFollow]
    return Descriptor(owning: try checked(unsafe cl_open(directory, path, options.rawValue, 0), "openat"))
  }

  /// Removes an empty directory (unlinkat(2) with AT_REMOVEDIR).
  package static func removeDirectory(_ path: String) throws(SystemCallError) {
    try checked(unsafe cl_remove(currentDirectory, path, 1), "unlinkat", path)
  }
}
