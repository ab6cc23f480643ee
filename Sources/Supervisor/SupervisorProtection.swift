internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// The supervisor confines itself once the script runs: from then on it handles what the script writes and leaves behind, and a flaw
/// in that is worth the less the less the supervisor may do. What is open by now (the log, the termination message, the script's
/// pipes, the work directory) stays open.
extension Launch {
  /// Enters the supervisor's own Landlock domain and puts its own seccomp filter in force.
  ///
  /// After the child's start, because the filter allows no other, and before the `start` frame, which tells of it. Not required
  /// for a task: what holds the script are the script's walls.
  func protectSupervisor(
    _ work: borrowing WorkDirectory, _ artifacts: borrowing ArtifactDirectory, _ report: inout IsolationReport
  ) {
    guard !configuration.disabled.contains(.supervisor) else {
      report.set(.supervisor, .disabled)
      return
    }
    // Both ask for it. Where capabilities were left alone it may not have been set.
    if !configuration.disabled.contains(.noNewPrivileges) { try? Processes.setNoNewPrivileges() }

    let domain = result { () throws(SystemCallError) in
      try Self.enterDomain(
        workDirectory: work.path, in: configuration.temporaryDirectory, artifacts: artifacts.removablePath)
    }
    // Last: it allows no more steps like these.
    let filter = result { () throws(SystemCallError) in try SupervisorFilter.confineSelf() }

    let inForce = (domain == nil ? 1 : 0) + (filter == nil ? 1 : 0)
    var reason: String?
    if let domain { reason = "no Landlock domain: " + domain.message }
    if let filter { reason = (reason.map { $0 + "; " } ?? "") + "no seccomp filter: " + filter.message }
    report.set(
      .supervisor, inForce == 2 ? .active : inForce == 1 ? .degraded : .unavailable, reason: reason,
      details: [
        Field("seccomp", filter == nil ? "active" : "unavailable"),
        Field("landlock", domain == nil ? "active" : "unavailable"),
      ])
  }

  private func result(_ step: () throws(SystemCallError) -> Void) -> SystemCallError? {
    do {
      try step()
      return nil
    } catch { return error }
  }

  private static func enterDomain(
    workDirectory: String, in temporaryDirectory: String, artifacts: String?
  ) throws(SystemCallError) {
    // Without scopes: the script's processes were born before this domain, and could not be killed from within.
    let ruleset = try Landlock.Ruleset(denyingFilesAndNetworkOf: try Landlock.abi())
    for (path, rights) in SupervisorDomain.grants(
      workDirectory: workDirectory, in: temporaryDirectory, artifacts: artifacts)
    {
      // A path that is not there (no shared memory) needs no rule, and nobody will look there.
      guard let directory = try? Files.open(path, [.pathOnly, .directory]) else { continue }
      try ruleset.allow(rights, beneath: directory, subject: path)
    }
    try ruleset.restrictSelf()
  }
}

/// What the event loop and the ending do with files.
enum SupervisorDomain {
  typealias Rights = Landlock.Rights

  /// - Parameter artifacts: a directory outside of the work directory whose files come back and are removed.
  static func grants(
    workDirectory: String, in temporaryDirectory: String, artifacts: String?
  ) -> [(path: String, rights: Rights)] {
    let looking: Rights = [.readFile, .readDirectory]
    let emptying: Rights = [.readDirectory, .removeFile, .removeDirectory]
    let artifactGrants = artifacts.map { [(path: $0, rights: emptying.union(looking))] } ?? []
    return artifactGrants + [
      // The tree's processes. The files of the cgroups are open.
      ("/proc", looking),
      // What the script left. To remove the work directory itself takes the right on the directory that it lies in.
      (workDirectory, emptying.union(looking)), (temporaryDirectory, looking.union(.removeDirectory)),
      (FilesystemPolicy.sharedMemory, emptying),
    ]
  }
}
