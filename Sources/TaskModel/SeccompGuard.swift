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
  /// Calls whose argument (the first number) is a process or thread id. tgkill and rt_tgsigqueueinfo name the process
  /// and then the thread; either may be the protected one.
  private static func forEachTarget(_ body: (String, UInt8) -> Void) {
    "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open".forEachWord { body($0, 0) }
    "tgkill rt_tgsigqueueinfo".forEachWord { body($0, 1) }
  }

  /// Requests of fcntl(2) and ioctl(2), both in the argument 1, by their numbers.
  private static func forEachRequest(_ body: (String, UInt32) -> Void) {
    body("fcntl", 8)  // F_SETOWN
    body("fcntl", 15)  // F_SETOWN_EX
    body("ioctl", 0x8901)  // FIOSETOWN
    body("ioctl", 0x8902)  // SIOCSPGRP
    body("ioctl", 0x5412)  // TIOCSTI: types into a terminal, CVE-2019-10063 where all 64 bits were compared
    body("ioctl", 0x541C)  // TIOCLINUX: pastes into a console
  }

  /// Allows everything but what is refused with `denial`.
  package static func profile(protecting protection: SeccompProtection, denial: SeccompAction) -> SeccompProfile {
    var profile = SeccompProfile(defaultAction: .allow)
    forEachTarget { call, argument in
      for process in protection.processes {
        profile.add(
          SeccompRule(call, denial, when: [.argument(argument, truncatedIs: UInt32(bitPattern: process))]))
      }
    }
    profile.add(SeccompRule("kill", denial, when: [.argument(0, truncatedIs: UInt32(bitPattern: -1))]))
    for group in protection.groups {
      profile.add(SeccompRule("kill", denial, when: [.argument(0, truncatedIs: UInt32(bitPattern: -group))]))
    }
    forEachRequest { call, request in
      profile.add(SeccompRule(call, denial, when: [.argument(1, truncatedIs: request)]))
    }
    return profile
  }
}
