internal import CLinux

/// A text file of the kernel's that is opened once and read anew whenever its numbers are wanted.
///
/// A descriptor that was opened early stays good where the path is closed later: by a Landlock domain, or by limits.
package struct KernelFile: ~Copyable {
  private let descriptor: Descriptor

  package init(_ path: String) throws(SystemCallError) {
    descriptor = try Files.open(path)
  }

  /// Reads the text into `buffer`. The corresponding system call is pread(2).
  /// - Returns: how many bytes there are; nil where the file cannot be read, or fills the buffer and may have been cut.
  package func read(into buffer: inout [UInt8]) -> Int? {
    let raw = descriptor.raw
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe cl_read_at_start(raw, $0.baseAddress, $0.count) }
    return count >= 0 && count < buffer.count ? Int(count) : nil
  }
}
