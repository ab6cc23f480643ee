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

  /// The same around a profile of somebody else's making, which may allow anything: so with the limits on other processes that
  /// the own allowlists have among their conditions, and with what would lead around the filter.
  package static func enclosure(
    network: NetworkAccess, protecting protection: SeccompProtection, denial: SeccompAction
  ) -> SeccompProfile {
    var profile = profile(protecting: protection, denial: denial)
    for call in callsForCaller.words { profile.add(SeccompRule(call, denial, when: [.argument(0, isNot: 0)])) }
    // PRIO_PROCESS and IOPRIO_WHO_PROCESS, of the caller.
    for (call, process) in [("setpriority", 0), ("ioprio_set", 1)] as [(String, UInt64)] {
      profile.add(SeccompRule(call, denial, when: [.argument(0, isNot: process)]))
      profile.add(SeccompRule(call, denial, when: [.argument(1, isNot: 0)]))
    }
    // A filter cannot see which process a descriptor stands for.
    profile.add(SeccompRule("pidfd_send_signal", denial))
    // SECCOMP_SET_MODE_FILTER with SECCOMP_FILTER_FLAG_NEW_LISTENER: who holds the newer listener is asked alone.
    profile.add(
      SeccompRule("seccomp", denial, when: [.argument(0, truncatedIs: 1), .argument(1, under: 8, is: 8)]))
    if network == .none { profile.add(SeccompRule("socket", denial, when: [.argument(0, isNot: unixFamily)])) }
    for call in callsAroundFilters.words { profile.add(SeccompRule(call, .fail(.notImplemented))) }
    return profile
  }

  /// Their first argument is a process, and 0 the caller.
  private static let callsForCaller = "prlimit64 sched_setaffinity sched_setscheduler sched_setparam sched_setattr"
  /// They perform other calls that no filter sees.
  private static let callsAroundFilters = "io_uring_setup io_uring_enter io_uring_register"
  private static let unixFamily: UInt64 = 1  // AF_UNIX
}
