internal import CLinux
internal import TaskModel

/// A text file of the kernel's that is opened once and read anew whenever its numbers are wanted.
///
/// A descriptor that was opened early stays good where the path is closed later: by a Landlock domain, or by limits.
package struct KernelFile: ~Copyable {
  private let descriptor: Descriptor

  package init(_ path: String) throws(SystemCallError) {
    descriptor = try Files.open(path)
  }

  private init() { descriptor = .none }

  /// The file where it can be opened, and none otherwise.
  package static func ifThere(_ path: String) -> KernelFile {
    do { return try KernelFile(path) } catch { return KernelFile() }
  }

  /// No file: reading it gives nil.
  package static var none: KernelFile { KernelFile() }

  package var isOpen: Bool { descriptor.isOpen }

  /// Reads the text into `buffer`. The corresponding system call is pread(2).
  /// - Returns: how many bytes there are; nil where the file cannot be read, or fills the buffer and may have been cut.
  package func read(into buffer: inout [UInt8]) -> Int? {
    let raw = descriptor.raw
    guard raw >= 0 else { return nil }
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe cl_read_at_start(raw, $0.baseAddress, $0.count) }
    return count >= 0 && count < buffer.count ? Int(count) : nil
  }

  /// The number of a file that holds nothing else.
  package func number(_ buffer: inout [UInt8]) -> UInt64? {
    read(into: &buffer).flatMap { KernelText.onlyNumber(in: buffer.span.extracting(0..<$0)) }
  }

  /// The number of the line `key number`.
  package func number(of key: String, _ buffer: inout [UInt8]) -> UInt64? {
    read(into: &buffer).flatMap { KernelText.number(of: key, in: buffer.span.extracting(0..<$0)) }
  }

  /// The number in a field of the first line.
  package func number(inField field: Int, _ buffer: inout [UInt8]) -> UInt64? {
    read(into: &buffer).flatMap { KernelText.number(inField: field, of: buffer.span.extracting(0..<$0)) }
  }
}
