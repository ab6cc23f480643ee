/// The process's own `/proc/self/oom_score_adj`, see proc(5): what the OOM killer prefers.
///
/// It must be opened before the process becomes non-dumpable (EACCES afterwards, tried); a non-dumpable child could not
/// write its own at all. So the supervisor takes the child's value on for the moment of its birth.
package struct OOMScore: ~Copyable {
  private let file: Descriptor
  private let original: [UInt8]

  /// Opens the file. Missing `/proc` is no reason not to run, only one not to be preferred.
  package init?() {
    guard let content = try? Files.read("/proc/self/oom_score_adj", maximumBytes: 32),
      let opened = try? Files.open("/proc/self/oom_score_adj", .write)
    else { return nil }
    file = opened
    original = content
  }

  /// The highest value: the kernel's first choice.
  package func raise() -> Bool { write(Array("1000".utf8)) }

  /// What the process was started with; going back down to it needs no privilege.
  package func restore() -> Bool { write(original) }

  private func write(_ value: [UInt8]) -> Bool {
    if case .bytes = file.write(value, from: 0) { true } else { false }
  }
}
