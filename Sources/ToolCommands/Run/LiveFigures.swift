internal import Foundation
internal import LinuxSystem

/// Looks at a run from outside, by /proc: what the script's processes use together.
struct LiveFigures {
  private let plan: EnginePlan
  private let process: Int32
  private var buffer = [UInt8](repeating: 0, count: 4096)

  /// - Parameter process: what the plan's program runs as.
  init(_ plan: EnginePlan, process: Int32) {
    self.plan = plan
    self.process = process
  }

  /// Memory and number of the script's processes; nil where they cannot be seen, as in a container of another machine.
  mutating func look() -> (memoryBytes: Int64, processes: Int)? {
    guard let supervisor = supervisor() else { return nil }
    let tree = ProcessTable.descendants(of: supervisor)
    guard !tree.isEmpty else { return nil }
    return (Int64(clamping: ProcessTable.privateMemoryBytes(of: tree, &buffer)), tree.count)
  }

  /// The process of `warder-init`, as this machine numbers it.
  func supervisor() -> Int32? {
    switch plan.engine {
    case .process: return process
    // bwrap waits outside for process 1 of the sandbox, its one child.
    case .bubblewrap: return ProcessTable.descendants(of: process).first
    case .podman, .docker:
      guard let file = plan.processIDFile, let bytes = try? Files.read(file, maximumBytes: 64) else { return nil }
      return Int32(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
