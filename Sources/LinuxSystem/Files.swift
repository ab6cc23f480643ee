internal import CLinux

/// What kind of thing a path or descriptor names.
package enum FileKind: Int32, Sendable {
  case regular, directory, symbolicLink, pipe, socket, terminal, characterDevice, blockDevice

  /// For messages: "a directory".
  package var description: String {
    switch self {
    case .regular: "a regular file"
    case .directory: "a directory"
    case .symbolicLink: "a symbolic link"
    case .pipe: "a pipe"
    case .socket: "a socket"
    case .terminal: "a terminal"
    case .characterDevice: "a character device"
    case .blockDevice: "a block device"
    }
  }
}

/// The part of stat(2) that matters here.
package struct FileStatus {
  package let kind: FileKind
  package let permissions: UInt32
  package let userID: UInt32
  package let size: UInt64
  package let device: UInt64
  package let inode: UInt64
  /// Names that the file has.
  package let links: UInt64

  init(_ native: cl_file_status) {
    kind = FileKind(rawValue: native.kind) ?? .characterDevice
    permissions = native.mode
    userID = native.user
    size = native.size
    device = native.device
    inode = native.inode
    links = UInt64(native.links)
  }
}

/// How a file is to be opened. Always close-on-exec.
package struct OpenOptions: OptionSet {
  package let rawValue: Int32
  package init(rawValue: Int32) { self.rawValue = rawValue }
  private init(_ flag: cl_open_flags) { rawValue = Int32(bitPattern: flag.rawValue) }

  package static let write = OpenOptions(CL_OPEN_WRITE)
  package static let readAndWrite = OpenOptions(CL_OPEN_READ_AND_WRITE)
  package static let createNew = OpenOptions(CL_OPEN_CREATE_NEW)
  /// Made where it is missing, and written to behind what is there.
  package static let append = OpenOptions(CL_OPEN_APPEND)
  package static let pathOnly = OpenOptions(CL_OPEN_PATH_ONLY)
  package static let directory = OpenOptions(CL_OPEN_DIRECTORY)
  package static let noFollow = OpenOptions(CL_OPEN_NO_FOLLOW)
  /// Never waits for the other end of a FIFO, never takes a terminal over.
  package static let nonblocking = OpenOptions(CL_OPEN_NONBLOCKING)
}

/// Files and directories by path, relative to an open directory or to the working directory.
package enum Files {
  package static let currentDirectory = CL_CURRENT_DIRECTORY

  /// The corresponding system call is openat(2).
  package static func open(
    _ path: String, in directory: Int32 = currentDirectory, _ options: OpenOptions = [], permissions: UInt32 = 0
  ) throws(SystemCallError) -> Descriptor {
    let result = unsafe path.withTerminator { unsafe cl_open(directory, $0, options.rawValue, permissions) }
    return Descriptor(owning: try checked(result, "openat", path))
  }

  /// The corresponding system call is fstatat(2).
  package static func status(
    _ path: String, in directory: Int32 = currentDirectory, followingLinks: Bool = true
  ) throws(SystemCallError) -> FileStatus {
    var native = cl_file_status()
    let result = unsafe path.withTerminator { unsafe cl_status(directory, $0, followingLinks ? 1 : 0, &native) }
    try checked(result, "fstatat", path)
    return FileStatus(native)
  }

  /// Whether the path leads to something. A path that cannot be looked at is an error and not an absence: what lies there
  /// may be what matters.
  package static func exists(_ path: String) throws(SystemCallError) -> Bool {
    do {
      _ = try status(path)
      return true
    } catch {
      if error.number == ErrorNumber.noSuchFile || error.number == ErrorNumber.notDirectory { return false }
      throw error
    }
  }

  package static func isExecutable(_ path: String) -> Bool {
    var native = cl_file_status()
    guard unsafe cl_status(currentDirectory, path, 1, &native) >= 0, native.kind == FileKind.regular.rawValue
    else { return false }
    return unsafe cl_may_execute(path) >= 0
  }

  package static func makeDirectory(
    _ path: String, in directory: Int32 = currentDirectory, permissions: UInt32
  ) throws(SystemCallError) {
    try checked(unsafe cl_make_directory(directory, path, permissions), "mkdirat", path)
  }

  package static func makeSymbolicLink(
    _ path: String, in directory: Int32 = currentDirectory, to target: String
  ) throws(SystemCallError) {
    try checked(unsafe cl_symbolic_link(target, directory, path), "symlinkat", path)
  }

  /// See unlinkat(2).
  package static func removeFile(_ path: String, in directory: Int32 = currentDirectory) throws(SystemCallError) {
    try checked(unsafe cl_remove(directory, path, 0), "unlinkat", path)
  }

  /// Whatever the umask took away is given back (fchmodat(2)).
  package static func changeMode(_ path: String, _ permissions: UInt32) throws(SystemCallError) {
    try checked(unsafe cl_change_mode(currentDirectory, path, permissions), "fchmodat", path)
  }

  /// Puts a file in the place of another in one step (renameat(2)).
  package static func rename(_ path: String, to target: String) throws(SystemCallError) {
    try checked(unsafe cl_rename(path, target), "renameat", path)
  }

  private static let largestInstalled = 64 << 20

  /// Copies a program into a directory, for everybody to execute.
  package static func install(_ path: String, into directory: String, as name: String) throws(SystemCallError) {
    let temporary = directory + "/." + name + ".new"
    let content = try read(path, maximumBytes: largestInstalled)
    // A copy that was cut short by an earlier attempt must not be taken for a whole one: the name appears at the end.
    try? removeFile(temporary)
    let file = try open(temporary, [.write, .createNew], permissions: 0o755)
    try file.writeAll(content, subject: temporary)
    try changeMode(temporary, 0o755)
    try rename(temporary, to: directory + "/" + name)
  }

  /// What a symbolic link says, as it stands there. The corresponding system call is readlinkat(2).
  package static func linkTarget(_ path: String) throws(SystemCallError) -> [UInt8] {
    var buffer = [UInt8](roomFor: 4096)
    let length = unsafe buffer.withUnsafeMutableBytes {
      unsafe cl_read_link(currentDirectory, path, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return Array(buffer[..<Int(try checked(length, "readlinkat", path))])
  }

  /// Reads a small file whole; one of the kernel's (/proc, /sys) too, whose size says nothing.
  /// - Throws: also where the file is larger than `maximumBytes` (EFBIG).
  package static func read(
    _ path: String, in directory: Int32 = currentDirectory, maximumBytes: Int
  ) throws(SystemCallError) -> [UInt8] {
    let file = try open(path, in: directory, .nonblocking)
    return try file.readAll(maximumBytes: maximumBytes, subject: path)
  }
}

extension String {
  /// The text as C wants it, where it lies: who hands a String to a `char *` has it copied twice. It is done fifty times at a
  /// start.
  @inline(never)
  func withTerminator(_ call: (UnsafePointer<CChar>) -> Int32) -> Int32 { unsafe withCString { unsafe call($0) } }
}

extension Descriptor {
  /// The path that the descriptor was opened by, with every link resolved, as the kernel knows it (/proc/self/fd).
  package func realPath() throws(SystemCallError) -> [UInt8] {
    try Files.linkTarget("/proc/self/fd/\(raw)")
  }

  /// Reads to the end, at most `maximumBytes`.
  /// - Throws: EFBIG where there is more.
  package func readAll(maximumBytes: Int, subject: String) throws(SystemCallError) -> [UInt8] {
    var content: [UInt8] = []
    // Most files that are read here are the kernel's, of a few lines; what does not fit with them into the heap's own spaces
    // would be mapped for itself.
    var chunk = 4_000
    while true {
      // Where there is room left, as when all that is left to read is the end, no more is made.
      let room = content.capacity - content.count
      let most = min(maximumBytes - content.count + 1, room > 0 ? room : chunk)
      switch append(to: &content, atMost: most) {
      case .bytes(0): return content
      case .bytes:
        guard content.count <= maximumBytes else {
          throw SystemCallError(call: "read", number: ErrorNumber.fileTooLarge, subject: subject)
        }
        chunk = content.count < 8_000 ? 12_000 : 64 * 1024
      case .wouldBlock: throw SystemCallError(call: "read", number: ErrorNumber.wouldBlock, subject: subject)
      case .failed(let number): throw SystemCallError(call: "read", number: number, subject: subject)
      }
    }
  }

  /// Writes everything; for files, where a write does not wait for a reader.
  package func writeAll(_ bytes: [UInt8], subject: String) throws(SystemCallError) {
    var written = 0
    while written < bytes.count {
      switch write(bytes, from: written) {
      case .bytes(let count): written += count
      case .wouldBlock: throw SystemCallError(call: "write", number: ErrorNumber.wouldBlock, subject: subject)
      case .failed(let number): throw SystemCallError(call: "write", number: number, subject: subject)
      }
    }
  }
}
