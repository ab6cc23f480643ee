internal import Dispatch
internal import Foundation
internal import Synchronization

/// Lines to a descriptor that may be slow: written by another thread, and counted where too many wait.
final class LineSink: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "lines")
  private let waiting = Atomic<Int>(0)
  private let dropped = Atomic<Int>(0)
  private static let most = 10_000

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  func write(_ line: [UInt8]) {
    guard waiting.load(ordering: .relaxed) < Self.most else {
      dropped.wrappingAdd(1, ordering: .relaxed)
      return
    }
    waiting.wrappingAdd(1, ordering: .relaxed)
    queue.async { [self] in
      var bytes = line
      let lost = dropped.exchange(0, ordering: .relaxed)
      if lost > 0 { bytes = Array("{\"dropped_lines\":\(lost)}\n".utf8) + bytes }
      try? DurableFile.write(bytes, to: descriptor, "the access log")
      waiting.wrappingSubtract(1, ordering: .relaxed)
    }
  }
}
