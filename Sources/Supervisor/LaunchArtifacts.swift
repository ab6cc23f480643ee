internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// The directory whose files come back: made before the script starts, collected when nothing of it is left.
extension Launch {
  func makeArtifactDirectory(in workDirectory: String) throws(LaunchError) -> ArtifactDirectory {
    guard let location = configuration.artifacts else { return ArtifactDirectory() }
    return try ArtifactDirectory(
      location, in: workDirectory, temporaryDirectory: configuration.temporaryDirectory)
  }

  /// Brings back what the script left, whatever ended it; never while something could still change it.
  /// - Returns: nil where nothing is wanted.
  func collect(
    _ artifacts: borrowing ArtifactDirectory, treeIsGone: Bool, _ budget: OutputBudget, log: inout FrameLog
  ) -> ArtifactTotals? {
    guard artifacts.isWanted else { return nil }
    let ledger = ArtifactLedger(
      totalLimit: UInt64(configuration.artifactLimitBytes), fileLimit: UInt64(configuration.artifactFileLimitBytes),
      chargeLimit: budget.artifactCharge, refusalChargeLimit: budget.refusalCharge)
    var walk = ArtifactWalk(
      ledger, guardedBy: artifacts.bestGuard, deadline: Instant.now.advanced(by: TimeBounds.artifactCollection))
    if treeIsGone {
      walk.collect(artifacts, log: &log)
    } else {
      walk.refuseAll(.survivors, log: &log)
    }
    return walk.ledger.totals
  }
}
