package import LinuxSystem

/// The file that the kubelet reads when the container has ended (`terminationMessagePath`).
///
/// It is bind-mounted: written in place, never replaced. Missing outside of Kubernetes, and then nothing is written.
package struct TerminationLog: ~Copyable {
  private var file: Descriptor

  /// No file: every write is left out.
  package static var none: TerminationLog { TerminationLog(file: .none) }

  private init(file: consuming Descriptor) { self.file = file }

  /// - Throws: where the file is there and cannot be opened for writing.
  package init(path: String) throws(SystemCallError) {
    file = try Files.open(path, [.write, .nonblocking])
  }

  package var isOpen: Bool { file.isOpen }
  package var rawDescriptor: Int32 { file.raw }

  /// Replaces the message. A file system that is full or gone must not cost the verdict in the log, so a failure is
  /// the caller's to report and nothing more.
  /// - Returns: the failure's text.
  package func write(_ message: [UInt8]) -> String? {
    guard file.isOpen else { return nil }
    do {
      try file.overwrite(with: message)
      return nil
    } catch {
      return error.message
    }
  }
}
