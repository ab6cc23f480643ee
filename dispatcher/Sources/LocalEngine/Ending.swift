internal import Synchronization

/// Whether something is over: said on one thread, asked on another.
final class Ending: Sendable {
  private let flag = Atomic<Bool>(false)

  var isSet: Bool { flag.load(ordering: .acquiring) }

  func set() { flag.store(true, ordering: .releasing) }
}
