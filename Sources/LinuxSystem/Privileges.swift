/// Gives up every privilege that is left, in the one order that works: each step needs what a later one takes away.
package enum Privileges {
  /// Who a supervisor that was started as root becomes.
  package static let unprivilegedID: UInt32 = 1000

  /// What was found, and what is in force now; read back from the kernel, never assumed.
  package struct Report: Sendable {
    /// The user that the process was started as.
    package let startedAs: Identity
    package let now: Identity
    /// Whether there was anything to drop.
    package let heldCapabilities: Bool
    package let holdsCapabilities: Bool
    /// Capabilities left in the bounding set: without CAP_SETPCAP it cannot be emptied, and no_new_privs then makes it
    /// worthless.
    package let boundingCount: Int
    /// The first step that failed and matters, for the report.
    package let failure: SystemCallError?

    /// No capability is held, none can be gained, and the user is not root.
    package var isComplete: Bool {
      !holdsCapabilities && now.userID != 0 && (boundingCount == 0 || Processes.hasNoNewPrivileges)
    }
  }

  /// Drops the bounding set, locks the secure bits, becomes an ordinary user, empties the capability sets.
  ///
  /// A step that the process may not do is skipped and shows in the report: in a restricted pod nearly all of them
  /// have been done by the container's runtime already.
  package static func drop() throws(SystemCallError) -> Report {
    let startedAs = Identity.current
    let held = try Capabilities.holdsAny()
    var failure: SystemCallError?

    if held {
      note(&failure) { () throws(SystemCallError) in try Capabilities.dropBoundingSet() }
      note(&failure) { () throws(SystemCallError) in try Capabilities.lockSecureBits() }
    }
    if startedAs.userID == 0 {
      note(&failure) { () throws(SystemCallError) in try Capabilities.becomeGroup(unprivilegedID) }
      note(&failure) { () throws(SystemCallError) in try Capabilities.becomeUser(unprivilegedID) }
    }
    if held { try Capabilities.dropAll() }

    return Report(
      startedAs: startedAs, now: .current, heldCapabilities: held, holdsCapabilities: try Capabilities.holdsAny(),
      boundingCount: Capabilities.boundingCount, failure: failure)
  }

  private static func note(_ failure: inout SystemCallError?, _ step: () throws(SystemCallError) -> Void) {
    do { try step() } catch { if failure == nil { failure = error } }
  }
}
