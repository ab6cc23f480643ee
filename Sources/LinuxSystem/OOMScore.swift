internal import CLinux

/// The process's own `/proc/self/oom_score_adj`, see proc(5): what the OOM killer prefers.
///
/// It must be opened before the process becomes non-dumpable (EACCES afterwards, tried); a non-dumpable child could not
/// write its own at all. So the supervisor takes the child's value on for the moment of its birth.
package struct OOMScore: ~Copyable {
  private let file: Descriptor
  private let original: [UInt8]

  /// Opens the file. A missing `/proc` is no reason not to run: then nothing is raised.
  package init() {
    var buffer = [UInt8](roomFor: 32)
    file = (try? Files.open("/proc/self/oom_score_adj", .readAndWrite)) ?? .none
    let raw = file.raw
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe cl_read_at_start(raw, $0.baseAddress, $0.count) }
    original = Array(buffer[..<Int(max(0, count))])
  }

  /// The highest value: the kernel's first choice.
  package func raise() -> Bool { write(Array("1000".utf8)) }

  /// What the process was started with; going back down to it needs no privilege.
  package func restore() -> Bool { write(original) }

  private func write(_ value: [UInt8]) -> Bool {
    guard file.isOpen, !original.isEmpty else { return false }
    if case .bytes = file.write(value, from: 0) { return true }
    return false
  }
}
