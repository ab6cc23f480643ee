internal import CCapability
internal import CLinux

/// The capabilities of this process, by libcap: see capabilities(7).
package enum Capabilities {
  /// Whether any capability is permitted, effective or inheritable. Ambient ones are a subset of these.
  package static func holdsAny() throws(SystemCallError) -> Bool {
    let held = try unsafe current()
    defer { unsafe release(held) }
    guard let empty = unsafe cap_init() else { throw failure("cap_init") }
    defer { unsafe release(empty) }
    return unsafe cap_compare(held, empty) != 0
  }

  /// The number of capabilities that execve(2) could still give (the bounding set).
  package static var boundingCount: Int {
    var count = 0
    for capability in 0..<cap_max_bits() where cap_get_bound(capability) == 1 { count += 1 }
    return count
  }

  /// Empties the bounding set; needs CAP_SETPCAP.
  package static func dropBoundingSet() throws(SystemCallError) {
    for capability in 0..<cap_max_bits() where cap_get_bound(capability) == 1 {
      guard cap_drop_bound(capability) == 0 else { throw failure("prctl(PR_CAPBSET_DROP)") }
    }
  }

  /// From now on uid 0 means nothing to execve(2) and to changes of uid, and that cannot be undone: SECBIT_NOROOT,
  /// SECBIT_NO_SETUID_FIXUP, SECBIT_KEEP_CAPS off and SECBIT_NO_CAP_AMBIENT_RAISE, all locked. Needs CAP_SETPCAP.
  package static func lockSecureBits() throws(SystemCallError) {
    let noRoot: UInt32 = 0b0000_0011
    let noSetuidFixup: UInt32 = 0b0000_1100
    let keepCapabilitiesLocked: UInt32 = 0b0010_0000
    let noAmbientRaise: UInt32 = 0b1100_0000
    guard cap_set_secbits(noRoot | noSetuidFixup | keepCapabilitiesLocked | noAmbientRaise) == 0 else {
      throw failure("prctl(PR_SET_SECUREBITS)")
    }
  }

  /// Leaves every supplementary group and takes `groupID`; needs CAP_SETGID.
  package static func becomeGroup(_ groupID: UInt32) throws(SystemCallError) {
    guard cap_setgroups(groupID, 0, nil) == 0 else { throw failure("setgroups") }
  }

  /// Takes `userID` as real, effective and saved id; needs CAP_SETUID.
  package static func becomeUser(_ userID: UInt32) throws(SystemCallError) {
    guard cap_setuid(userID) == 0 else { throw failure("setuid") }
  }

  /// Empties the ambient, permitted, effective and inheritable sets.
  package static func dropAll() throws(SystemCallError) {
    // Kernels before 4.3 have no ambient set, and there is then nothing to empty.
    _ = cap_reset_ambient()
    guard let empty = unsafe cap_init() else { throw failure("cap_init") }
    defer { unsafe release(empty) }
    guard unsafe cap_set_proc(empty) == 0 else { throw failure("capset") }
  }

  private static func current() throws(SystemCallError) -> cap_t {
    guard let held = unsafe cap_get_proc() else { throw failure("capget") }
    return unsafe held
  }

  private static func release(_ capabilities: cap_t) {
    _ = unsafe cap_free(UnsafeMutableRawPointer(capabilities))
  }

  private static func failure(_ call: StaticString) -> SystemCallError {
    SystemCallError(call: call, number: cl_last_error())
  }
}

/// User and group of this process.
package struct Identity: Equatable, Sendable {
  package let userID: UInt32
  package let groupID: UInt32
  package let supplementaryGroups: Int

  package static var current: Identity {
    Identity(
      userID: cl_effective_user_id(), groupID: cl_effective_group_id(),
      supplementaryGroups: max(0, Int(cl_group_count())))
  }
}
