internal import CLinux

/// What this process was started with.
package enum StartState {
  /// The environment's entries, "NAME=VALUE" by convention but any bytes in fact, see environ(7).
  package static var environment: [[UInt8]] {
    var entries: [[UInt8]] = []
    while let entry = unsafe cl_environment_entry(entries.count) {
      entries.append(unsafe bytes(of: entry))
    }
    return entries
  }

  /// The arguments of a C entry point without the program's name.
  package static func arguments(
    count: Int32, vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> [[UInt8]] {
    var arguments: [[UInt8]] = []
    for index in 1..<max(1, Int(count)) {
      guard let argument = unsafe vector[index] else { break }
      arguments.append(unsafe bytes(of: argument))
    }
    return arguments
  }

  /// The bytes of a C string without its NUL.
  private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    var count = 0
    while unsafe text[count] != 0 { count += 1 }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: count))
  }

  /// Gives up the pages of this program's own code and constants. What is still used is there again at its next use, read from
  /// the page cache; what only the start needed does not count as resident any more. See madvise(2), MADV_DONTNEED.
  package static func releaseProgramPages() { cl_release_program_pages() }

  /// See getcwd(3).
  package static func workingDirectory() throws(SystemCallError) -> String {
    var buffer = [UInt8](roomFor: 4096)
    let length = unsafe buffer.withUnsafeMutableBytes {
      unsafe cl_working_directory($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    let count = Int(try checked(length, "getcwd"))
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// A standard stream that is closed is opened on /dev/null, so that no other descriptor takes its number.
  package static func openMissingStandardStreams() throws(SystemCallError) {
    try checked(cl_open_missing_standard_streams(), "open", "/dev/null")
  }
}
