import TaskModel
import Testing

private let supervisor: Int32 = 4711

private func policy(_ network: NetworkAccess = .none, denial: SeccompDenial = .errno) -> SeccompPolicy {
  .standard(network: network, denial: denial, protecting: SeccompProtection(processes: [supervisor], groups: [4700]))
}

private func decide(
  _ call: String, _ arguments: [UInt64] = [], _ network: NetworkAccess = .none, denial: SeccompDenial = .errno
) -> SeccompAction {
  policy(network, denial: denial)
    .action(for: call, arguments: arguments + Array(repeating: 0, count: 6 - arguments.count))
}

private let refused = SeccompAction.fail(.notPermitted)
private let unimplemented = SeccompAction.fail(.notImplemented)

@Suite("The default policy, by what workloads did")
struct SeccompObservedWorkloads {
  /// Arguments that a rule about "any arguments" must not care for.
  static let sampleArguments: [[UInt64]] = [
    [0, 0, 0, 0, 0, 0], Array(repeating: .max, count: 6), Array(repeating: 0xFFFF_FFFF, count: 6), [1, 2, 3, 4, 5, 6],
  ]

  @Test("every recorded call has exactly one intended decision")
  func tableIsComplete() {
    let all = [
      SeccompObservedCalls.allowed, SeccompObservedCalls.guarded, SeccompObservedCalls.conditional,
      SeccompObservedCalls.refused, SeccompObservedCalls.unimplemented,
    ].flatMap(\.words)
    #expect(all.count == SeccompObservedCalls.count)
    #expect(Set(all).count == all.count)
  }

  @Test("allowed whatever the arguments", arguments: SeccompObservedCalls.allowed.words)
  func allowed(call: String) {
    for arguments in Self.sampleArguments { #expect(decide(call, arguments) == .allow) }
  }

  @Test("allowed unless aimed at what is protected", arguments: SeccompObservedCalls.guarded.words)
  func guarded(call: String) {
    #expect(decide(call, [1234, 1, 9]) == .allow)
    let attack: [UInt64] = call == "fcntl" ? [3, 8] : call == "ioctl" ? [3, 0x5412] : [UInt64(supervisor), 9]
    #expect(decide(call, attack) == refused)
  }

  @Test("allowed with the arguments they had, or refused on purpose")
  func conditional() {
    for (call, arguments, isAllowed) in SeccompObservedCalls.withArguments {
      #expect(decide(call, arguments) == (isAllowed ? .allow : refused), "\(call) \(arguments)")
    }
    let covered = Set(SeccompObservedCalls.withArguments.map(\.call))
    #expect(covered == Set(SeccompObservedCalls.conditional.words))
  }

  @Test("refused", arguments: SeccompObservedCalls.refused.words)
  func refusedCalls(call: String) {
    for arguments in Self.sampleArguments { #expect(decide(call, arguments) == refused) }
  }

  @Test("answered as if the kernel had no such call", arguments: SeccompObservedCalls.unimplemented.words)
  func unimplementedCalls(call: String) {
    for denial in SeccompDenial.allCases { #expect(decide(call, denial: denial) == unimplemented) }
  }
}

@Suite("The default policy, by attack")
struct SeccompAttacks {
  @Test(
    "calls that no script needs",
    arguments:
      """
      ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd pidfd_send_signal
      unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr
      bpf perf_event_open userfaultfd keyctl add_key request_key memfd_secret name_to_handle_at open_by_handle_at
      init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff syslog acct quotactl
      shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop
      mq_open mq_unlink mq_notify mq_timedsend mq_timedreceive mq_getsetattr io_setup io_submit io_destroy
      capset sethostname setdomainname settimeofday clock_settime adjtimex clock_adjtime iopl ioperm modify_ldt vhangup
      fanotify_init fanotify_mark lookup_dcookie mbind migrate_pages move_pages set_mempolicy vmsplice no_such_call
      """.words)
  func refusedWithoutExceptions(call: String) {
    for arguments in SeccompObservedWorkloads.sampleArguments { #expect(decide(call, arguments) == refused) }
  }

  @Test("signals at the supervisor, its group and everyone, with anything in the upper 32 bits")
  func signals() {
    for upper in [0, 1, 0x8000_0000, 0xFFFF_FFFF] as [UInt64] {
      let target = upper << 32 | UInt64(supervisor)
      for call in "kill tkill rt_sigqueueinfo pidfd_open".words { #expect(decide(call, [target, 9]) == refused) }
      for call in "tgkill rt_tgsigqueueinfo".words {
        #expect(decide(call, [target, 1234, 9]) == refused)
        #expect(decide(call, [1234, target, 9]) == refused)
        #expect(decide(call, [1234, 1235, 9]) == .allow)
      }
      #expect(decide("kill", [upper << 32 | 0xFFFF_FFFF, 9]) == refused)
      #expect(decide("kill", [upper << 32 | UInt64(UInt32(bitPattern: -4700)), 9]) == refused)
      #expect(decide("kill", [upper << 32 | UInt64(UInt32(bitPattern: -4701)), 9]) == .allow)
      #expect(decide("kill", [upper << 32, 9]) == .allow)
    }
  }

  @Test("requests that make a process the owner of a descriptor, or type into a terminal")
  func ownership() {
    for upper in [0, 1, 0xFFFF_FFFF] as [UInt64] {
      for request in [8, 15] as [UInt64] { #expect(decide("fcntl", [3, upper << 32 | request, 1]) == refused) }
      for request in [0x8901, 0x8902, 0x5412, 0x541C] as [UInt64] {
        #expect(decide("ioctl", [3, upper << 32 | request, 1]) == refused)
      }
    }
    for request in [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 16, 1024, 1030, 1031] as [UInt64] {
      #expect(decide("fcntl", [3, request]) == .allow)
    }
    for request in [0x5401, 0x5402, 0x5413, 0x540E, 0x5410, 0x5421, 0x5451, 0x541B] as [UInt64] {
      #expect(decide("ioctl", [3, request]) == .allow)
    }
  }

  @Test("an exact comparison refuses what the kernel would truncate to an allowed value")
  func truncation() {
    let garbage: UInt64 = 1 << 32
    for (call, arguments) in [
      ("socket", [garbage | 1]), ("socket", [garbage | 40]), ("prlimit64", [garbage, 3]),
      ("prlimit64", [0, garbage | 3, 1]), ("prlimit64", [0, garbage | 4, 1]), ("setrlimit", [garbage | 4]),
      ("setpriority", [garbage, 0]), ("setpriority", [0, garbage]), ("sched_setaffinity", [garbage]),
      ("personality", [garbage]), ("prctl", [garbage | 15]), ("seccomp", [garbage | 1, 0]),
    ] as [(String, [UInt64])] {
      for network in NetworkAccess.allCases { #expect(decide(call, arguments, network) == refused, "\(call)") }
    }
  }

  @Test("limits: only one's own, and core dumps stay as they are")
  func limits() {
    for resource in 0...20 as ClosedRange<UInt64> {
      let settable = resource < 16 && resource != 4
      #expect(decide("prlimit64", [0, resource, 0x7FFF_0000, 0]) == (settable ? .allow : refused))
      #expect(decide("setrlimit", [resource, 0x7FFF_0000]) == (settable ? .allow : refused))
      #expect(decide("prlimit64", [0, resource, 0, 0x7FFF_0000]) == .allow)
      #expect(decide("prlimit64", [1, resource, 0x7FFF_0000, 0]) == refused)
      #expect(decide("prlimit64", [1, resource, 0, 0x7FFF_0000]) == refused)
    }
  }

  @Test("priorities and scheduling of others")
  func priorities() {
    for who in [1, UInt64(supervisor), .max] {
      for which in 0...3 as ClosedRange<UInt64> {
        #expect(decide("setpriority", [which, who, 19]) == refused)
        #expect(decide("ioprio_set", [which, who, 0]) == refused)
      }
      for call in "sched_setaffinity sched_setscheduler sched_setparam sched_setattr".words {
        #expect(decide(call, [who]) == refused)
      }
    }
    #expect(decide("setpriority", [2, 0, 19]) == refused)  // PRIO_USER
    #expect(decide("setpriority", [1, 0, 19]) == refused)  // PRIO_PGRP
    #expect(decide("ioprio_set", [2, 0, 0]) == refused)
    #expect(decide("ioprio_set", [3, 0, 0]) == refused)
  }

  @Test("namespaces by clone, with every other flag free", arguments: 0..<32 as Range<UInt64>)
  func namespaces(bit: UInt64) {
    let creates: Set<UInt64> = [17, 25, 26, 27, 28, 29, 30]
    #expect(decide("clone", [1 << bit | 17]) == (creates.contains(bit) ? refused : .allow))
  }

  @Test("device nodes")
  func nodes() {
    for kind in 0...15 as ClosedRange<UInt64> {
      let isAllowed = [0, 1, 8, 12].contains(kind)
      // The kernel takes a 16-bit mode: bits above it change nothing.
      for mode in [kind << 12 | 0o644, 0xABCD << 16 | kind << 12] {
        #expect(decide("mknod", [0, mode, 0]) == (isAllowed ? .allow : refused))
        #expect(decide("mknodat", [0, 0, mode, 0]) == (isAllowed ? .allow : refused))
      }
    }
  }

  @Test("sockets by family")
  func sockets() {
    for family in 0...60 as ClosedRange<UInt64> {
      #expect(decide("socket", [family, 1, 0], .none) == (family == 1 ? .allow : refused))
      #expect(decide("socket", [family, 1, 0], .all) == ([1, 2, 10, 16].contains(family) ? .allow : refused))
      for network in NetworkAccess.allCases {
        #expect(decide("socketpair", [family, 1, 0], network) == (family == 1 ? .allow : refused))
      }
    }
    for netlinkProtocol in 1...25 as ClosedRange<UInt64> {
      #expect(decide("socket", [16, 3, netlinkProtocol], .all) == refused)
    }
  }

  @Test("a filter of the script's own, but none with a listener")
  func ownFilters() {
    #expect(decide("seccomp", [0, 0]) == .allow)
    for flags in 0...63 as ClosedRange<UInt64> {
      #expect(decide("seccomp", [1, flags, 0x1000]) == (flags & 8 == 0 ? .allow : refused))
      #expect(decide("seccomp", [1, 1 << 32 | flags, 0x1000]) == (flags & 8 == 0 ? .allow : refused))
    }
    #expect(decide("seccomp", [4, 0]) == refused)
  }

  @Test("personality beyond plain Linux and the question")
  func personality() {
    #expect(decide("personality", [0]) == .allow)
    #expect(decide("personality", [0xFFFF_FFFF]) == .allow)
    #expect(decide("personality", [.max]) == .allow)
    for bit in 0..<64 as Range<UInt64> { #expect(decide("personality", [1 << bit]) == refused) }
  }

  @Test("options of prctl that need a capability, weaken, or have not been wanted")
  func processOptions() {
    // KEEPCAPS, FPEMU, CAPBSET_DROP, TSC, SECUREBITS, MCE_KILL, MM, CHILD_SUBREAPER, CAP_AMBIENT,
    // SPECULATION_CTRL, IO_FLUSHER, SYSCALL_USER_DISPATCH, SCHED_CORE, MEMORY_MERGE
    for option in [8, 10, 24, 26, 28, 33, 35, 36, 47, 53, 57, 59, 62, 67] as [UInt64] {
      #expect(decide("prctl", [option]) == refused, "\(option)")
    }
  }
}

@Suite("The default policy as a whole")
struct SeccompPolicyShape {
  @Test("what runs between the filter's installation and the script's first instruction")
  func launch() {
    for call in "close_range dup2 dup3 rt_sigprocmask execve exit_group write".words {
      for arguments in SeccompObservedWorkloads.sampleArguments { #expect(decide(call, arguments) == .allow) }
    }
    for request in [1, 2, 3, 4, 0, 1030] as [UInt64] { #expect(decide("fcntl", [3, request, 1]) == .allow) }
  }

  @Test("the denial decides how refusals are answered, and nothing else")
  func denial() {
    for (call, arguments, _) in SeccompObservedCalls.withArguments {
      let errno = decide(call, arguments, denial: .errno)
      #expect(decide(call, arguments, denial: .notify) == (errno == refused ? .notify : errno))
    }
    #expect(decide("kill", [UInt64(supervisor)], denial: .notify) == .notify)
    #expect(decide("ptrace", denial: .notify) == .notify)
  }

  @Test("no name stands twice, and no call has two ways to be decided", arguments: NetworkAccess.allCases)
  func consistency(network: NetworkAccess) throws {
    let lists =
      SeccompAllowedCalls.allCases.map(\.names) + SeccompConditionalCalls.allCases.map(\.names)
      + [SeccompPolicy.unimplementedNames]
    let names = lists.flatMap(\.words)
    #expect(Set(names).count == names.count)

    for profile in policy(network).profiles {
      for (index, rule) in profile.rules.enumerated() {
        #expect(rule.action != profile.defaultAction)
        for other in profile.rules[..<index] where other.call == rule.call {
          #expect(other.action == rule.action, "\(rule.call)")
          #expect(other != rule, "\(rule.call)")
          #expect(!rule.conditions.isEmpty && !other.conditions.isEmpty, "\(rule.call)")
        }
      }
    }
  }

  @Test("protected ids: each once, and only ids")
  func protection() {
    let protection = SeccompProtection(processes: [7, 7, 0, -3, 9], groups: [1, 0, 7, 7, -2])
    #expect(protection.processes == [7, 9])
    #expect(protection.groups == [7])
    let guardProfile = SeccompGuard.profile(protecting: protection, denial: refused)
    #expect(guardProfile.action(for: "kill", arguments: [0, 9, 0, 0, 0, 0]) == .allow)
    #expect(guardProfile.action(for: "kill", arguments: [9, 9, 0, 0, 0, 0]) == refused)
    #expect(guardProfile.action(for: "kill", arguments: [8, 9, 0, 0, 0, 0]) == .allow)
  }

  @Test("without anything to protect, what can hit everyone is still refused")
  func nothingProtected() {
    let bare = SeccompPolicy.standard(
      network: .none, denial: .errno, protecting: SeccompProtection(processes: [], groups: []))
    #expect(bare.action(for: "kill", arguments: [.max, 9, 0, 0, 0, 0]) == refused)
    #expect(bare.action(for: "fcntl", arguments: [3, 8, 1, 0, 0, 0]) == refused)
    #expect(bare.action(for: "kill", arguments: [UInt64(supervisor), 9, 0, 0, 0, 0]) == .allow)
  }
}
