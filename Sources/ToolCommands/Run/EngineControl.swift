internal import Foundation
internal import LinuxSystem

/// Ends what an engine runs: in order, or at once.
struct EngineControl {
  let plan: EnginePlan
  let process: Int32

  /// Asks `warder-init` to cancel the task: SIGTERM from outside, as a kubelet does it.
  func cancel() {
    switch plan.engine {
    case .process: try? Processes.kill(process, SignalNumber.terminate)
    // bwrap itself would die of it, and everything inside at once.
    case .bubblewrap:
      if let supervisor = LiveFigures(plan, process: process).supervisor() {
        try? Processes.kill(supervisor, SignalNumber.terminate)
      }
    // The client hands it on to process 1 of the container (--sig-proxy).
    case .podman, .docker: try? Processes.kill(process, SignalNumber.terminate)
    }
  }

  /// Kills everything that was started. Nothing of it is left when this returns, but for what the kernel itself holds.
  func killAll() {
    if let name = plan.containerName { removeContainer(name) }
    // Orphans of a killed supervisor come to this process, which is their subreaper.
    for _ in 0..<200 {
      let tree = ProcessTable.descendants(of: Processes.ownID)
      guard !tree.isEmpty else { return }
      for descendant in tree { try? Processes.kill(descendant, SignalNumber.kill) }
      reapOthers(than: process)
      usleep(10_000)
      if tree == [process] { return }
    }
  }

  /// The engine may go on without its client.
  func removeContainer(_ name: String) {
    let words = plan.engine == .podman ? ["rm", "--force", "--time", "0", "--ignore", name] : ["rm", "--force", name]
    let removal = EnginePlan(
      engine: plan.engine, program: plan.program, supervisorArguments: words, environment: plan.environment)
    _ = try? BriefRun.run(removal)
  }

  private func reapOthers(than kept: Int32) {
    for child in ProcessTable.descendants(of: Processes.ownID) where child != kept {
      var status: Int32 = 0
      waitpid(child, &status, WNOHANG)
    }
  }
}
