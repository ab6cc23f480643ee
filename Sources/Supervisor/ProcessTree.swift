internal import LinuxSystem

/// The script's processes as something to be signalled as a whole.
package struct ProcessTree: Sendable {
  /// How far kill(2) with process -1 goes.
  package enum Reach: Sendable {
    /// Exactly the tree: this process is PID 1 of its namespace, or its Landlock domain keeps its signals to itself.
    case treeOnly
    /// Everything of the same user: the tree must be walked instead.
    case beyondTree
  }

  private let reach: Reach
  private let ownProcess: Int32

  package init(reach: Reach, ownProcess: Int32) {
    self.reach = reach
    self.ownProcess = ownProcess
  }

  /// Whether one call reaches the whole tree and nothing else.
  package var isWithinReach: Bool { reach == .treeOnly }

  /// SIGTERM, and SIGCONT so that stopped processes get to hear it.
  package func terminate() { signalAll([SignalNumber.terminate, SignalNumber.continue]) }

  /// SIGKILL, which works on stopped processes too. One round: who is born meanwhile is met by the next.
  package func kill() {
    // A walk takes time in which processes fork: what stands still cannot.
    if reach == .beyondTree { signalAll([SignalNumber.stop]) }
    signalAll([SignalNumber.kill])
  }

  private func signalAll(_ signals: [Int32]) {
    switch reach {
    case .treeOnly:
      // ESRCH: nobody is left. Nothing else can be wrong with it.
      for signal in signals { try? Processes.kill(-1, signal) }
    case .beyondTree:
      for process in ProcessTable.descendants(of: ownProcess) {
        guard let handle = try? Processes.openPidfd(process) else { continue }
        // The number may have been given to another process since: what the pidfd names must still be one of ours.
        guard ProcessTable.isDescendant(process, of: ownProcess) else { continue }
        for signal in signals { try? Processes.signal(handle, signal) }
      }
    }
  }
}
