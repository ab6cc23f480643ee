package import LinuxSystem

/// Tells a cancellation from a signal that the script's own tree has sent.
///
/// A process outside of this PID namespace shows as sender 0. With an init in between, in a shared PID namespace or under
/// a parent that is no container runtime, it shows as 1 or as the parent (tried). Where the child's Landlock domain
/// keeps its signals to itself, nothing in the tree can send one at all, so whoever did is outside.
package struct CancellationRule: Sendable {
  private let ownProcess: Int32
  private let parent: Int32
  private let treeIsScoped: Bool

  package init(ownProcess: Int32, parent: Int32, treeIsScoped: Bool) {
    self.ownProcess = ownProcess
    self.parent = parent
    self.treeIsScoped = treeIsScoped
  }

  /// Whether the signal asks for the end of the task: SIGTERM, SIGINT or SIGHUP from outside.
  package func isCancellation(_ signal: ReceivedSignal) -> Bool {
    switch signal.number {
    case SignalNumber.terminate, SignalNumber.interrupt, SignalNumber.hangup: isFromOutside(signal.origin)
    default: false
    }
  }

  private func isFromOutside(_ origin: ReceivedSignal.Origin) -> Bool {
    switch origin {
    case .kernel, .process(0): true
    case .process(ownProcess), .other: false
    case .process where treeIsScoped: true
    case .process(let sender): ownProcess != 1 && (sender == 1 || sender == parent)
    }
  }
}
