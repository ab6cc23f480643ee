internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

extension Launch {
  /// Gives up what is left of privilege, and reads back what is.
  static func dropPrivileges(_ disabled: IsolationLayers, _ report: inout IsolationReport) {
    if disabled.contains(.capabilities) {
      report.set(.capabilities, .disabled)
    } else {
      do {
        let found = try Privileges.drop()
        // Before the verdict on capabilities: without it a full bounding set would be a way back.
        if !disabled.contains(.noNewPrivileges) { try Processes.setNoNewPrivileges() }
        report.set(
          .capabilities, found.isComplete ? .active : .degraded, reason: reason(for: found),
          details: details(of: found))
      } catch {
        report.set(.capabilities, .unavailable, reason: error.message)
      }
    }

    // Changing the user id has made the process dumpable again where the kernel's fs.suid_dumpable says so.
    if disabled.contains(.nonDumpable) {
      try? Processes.becomeDumpable()
      report.set(.nonDumpable, .disabled)
    } else {
      try? Processes.becomeNonDumpable()
      report.set(
        .nonDumpable, Processes.isDumpable ? .unavailable : .active,
        reason: Processes.isDumpable ? "the kernel keeps the supervisor dumpable" : nil)
    }
  }

  private static func details(of found: Privileges.Report) -> [Field] {
    var details = [Field("uid", Int64(found.now.userID)), Field("gid", Int64(found.now.groupID))]
    if found.startedAs != found.now { details.append(Field("started_as_uid", Int64(found.startedAs.userID))) }
    details.append(Field("found", found.heldCapabilities ? "capabilities, dropped" : "none held"))
    details.append(Field("bounding", Int64(found.boundingCount)))
    return details
  }

  private static func reason(for found: Privileges.Report) -> String? {
    guard !found.isComplete else { return nil }
    if found.now.userID == 0 {
      let failure = found.failure?.message ?? "the user id did not change"
      return "the process is still root (" + failure + "); run the container as another user (runAsNonRoot)"
    }
    if found.holdsCapabilities { return "capabilities are still held" }
    return ("\(found.boundingCount) capabilities are left in the bounding set and no_new_privs is off" as Words).text
  }

  /// Keeps the supervisor's own signals within what it starts: kill(-1) then ends the tree and nothing else. It must be in
  /// force before the child is born, or the child would lie outside.
  func enterScope(_ report: inout IsolationReport) {
    guard !configuration.disabled.contains(.signalScope) else {
      report.set(.signalScope, .disabled)
      return
    }
    do {
      let abi = try Landlock.abi()
      guard abi >= Landlock.scopeABI else {
        report.set(
          .signalScope, .unavailable,
          reason: ("Landlock ABI \(abi) has no signal scope (kernel 6.12 brought it); the tree is walked instead"
            as Words).text)
        return
      }
      let ruleset = try Landlock.Ruleset(scopingOnlyOf: abi)
      try ruleset.allow(.refer, beneath: Files.open("/", .pathOnly), subject: "/")
      try ruleset.restrictSelf()
      report.set(.signalScope, .active)
    } catch {
      report.set(.signalScope, .unavailable, reason: error.message)
    }
  }
}
