internal import CLinux

/// Harmless attempts, to learn what holds here. Answers are error numbers, 0 where it worked.
package enum Trials {
  package static func socket(family: Int32) -> Int32 { -cl_try_socket(family) }

  /// Calls that the seccomp profile of a container runtime refuses.
  package enum Call: Int32, CaseIterable, Sendable {
    case unshare, keyctl, setns, clone3
  }

  package static func call(_ call: Call) -> Int32 { -cl_try_call(call.rawValue) }

  package static func mayWrite(_ path: String) -> Bool { unsafe cl_may_write(path) >= 0 }

  /// Makes a file in a directory and removes it again.
  package static func makeFile(in directory: String) -> Int32 {
    let path = directory + "/.warder-check-\(Processes.ownID)"
    do {
      _ = try Files.open(path, [.write, .createNew], permissions: 0o600)
      try? Files.removeFile(path)
      return 0
    } catch { return error.number }
  }

  /// Opens something for reading, a directory for listing; never waits.
  package static func read(_ path: String) -> Int32 {
    do {
      let file = try Files.open(path, .nonblocking)
      if try file.status().kind == .directory { _ = try file.listNames(maximumEntries: 1) }
      return 0
    } catch { return error.number }
  }

  /// Opens an existing file for writing and leaves it as it is.
  package static func change(_ path: String) -> Int32 {
    do {
      _ = try Files.open(path, [.write, .nonblocking])
      return 0
    } catch { return error.number }
  }

  /// Signal 0 tells whether a signal could be sent, and sends none.
  package static func signal(_ process: Int32) -> Int32 {
    do {
      try Processes.kill(process, 0)
      return 0
    } catch { return error.number }
  }
}

/// What is mounted at a path, see statfs(2).
package struct FileSystem: Sendable {
  package let isInMemory: Bool
  package let sizeBytes: UInt64
  package let isReadOnly: Bool
  package let isNoexec: Bool

  package init(of path: String) throws(SystemCallError) {
    var native = cl_file_system()
    try checked(unsafe cl_file_system_of(path, &native), "statfs", path)
    isInMemory = native.type == 0x0102_1994  // TMPFS_MAGIC
    sizeBytes = native.size_bytes
    isReadOnly = native.is_read_only != 0
    isNoexec = native.is_noexec != 0
  }
}

extension Machine {
  /// Does nothing for a while.
  package static func pause(milliseconds: Int32) { cl_pause(milliseconds) }

  /// See uname(2).
  package static var kernelRelease: String {
    var buffer = [UInt8](repeating: 0, count: 65)
    let result = unsafe buffer.withUnsafeMutableBytes {
      unsafe cl_kernel_release($0.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32($0.count))
    }
    guard result >= 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }
}
