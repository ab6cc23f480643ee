/// Processes that a script must not signal although it may signal others.
package struct SeccompProtection: Equatable, Sendable {
  /// By their ids as the script's process sees them.
  package let processes: [Int32]
  /// Process groups, likewise.
  package let groups: [Int32]

  /// Duplicates are dropped, and what is no id (0 and below). Group 0 and group 1 need no rule: no call can name the
  /// first from another group, and `kill(-1, …)` for the second is refused anyway.
  package init(processes: [Int32], groups: [Int32]) {
    self.processes = Self.distinct(processes, from: 1)
    self.groups = Self.distinct(groups, from: 2)
  }

  private static func distinct(_ ids: [Int32], from lowest: Int32) -> [Int32] {
    var kept: [Int32] = []
    for id in ids where id >= lowest && !kept.contains(id) { kept.append(id) }
    return kept
  }
}

/// What the allowlist allows and must still be refused for some arguments.
///
/// Signals can be aimed at a process by its id, by its group, by "everyone", and by making it the owner of a descriptor
/// and letting input or output happen; the last leave a `siginfo` that looks as if it came from outside, so that the
/// script could cancel its own task or, with SIGKILL, kill a supervisor that is not process 1. Landlock's signal scope
/// holds all of these from kernel 6.12 on, this on every kernel.
package enum SeccompGuard {
  /// Calls whose first argument is a process or thread id.
  private static let callsWithTarget = "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open"
  /// Those of them that name the process and then the thread; either may be the protected one.
  private static let callsWithThread = "tgkill rt_tgsigqueueinfo"

  private static let fcntlRequests: [UInt32] = [8, 15]  // F_SETOWN, F_SETOWN_EX
  private static let ioctlRequests: [UInt32] = [
    0x8901, 0x8902,  // FIOSETOWN, SIOCSPGRP
    0x5412,  // TIOCSTI types into a terminal; CVE-2019-10063 where all 64 bits were compared
    0x541C,  // TIOCLINUX pastes into a console
  ]

  /// Allows everything but what is refused with `denial`.
  package static func profile(protecting protection: SeccompProtection, denial: SeccompAction) -> SeccompProfile {
    var profile = SeccompProfile(defaultAction: .allow)
    func refuse(_ call: String, _ argument: UInt8, _ value: UInt32) {
      profile.add(SeccompRule(call, denial, when: [.argument(argument, truncatedIs: value)]))
    }
    for process in protection.processes {
      for call in callsWithTarget.words { refuse(call, 0, UInt32(bitPattern: process)) }
      for call in callsWithThread.words { refuse(call, 1, UInt32(bitPattern: process)) }
    }
    refuse("kill", 0, UInt32(bitPattern: -1))
    for group in protection.groups { refuse("kill", 0, UInt32(bitPattern: -group)) }
    for request in fcntlRequests { refuse("fcntl", 1, request) }
    for request in ioctlRequests { refuse("ioctl", 1, request) }
    return profile
  }
}
