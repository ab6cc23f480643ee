/// The part of the allowlist where the number of a call alone is too coarse: each is allowed with certain arguments only.
///
/// Arguments are counted from 0. A value is compared with all 64 bits of the register, so nothing that the kernel
/// truncates to it passes as well; masks are used where only some bits decide.
package enum SeccompConditionalCalls: CaseIterable, Sendable {
  /// prlimit64(pid, resource, new, old). With the supervisor's pid it would kill it by RLIMIT_CPU in spite of
  /// everything else. Changing RLIMIT_CORE would undo the limit that stops core dumps to a piped `core_pattern`.
  case limitsOfProcess
  /// setrlimit(resource, limit), the older call for the caller alone.
  case limits
  /// setpriority(which, who, nice): `PRIO_USER` and another pid would slow the supervisor down.
  case priority
  /// ioprio_set(which, who, priority), likewise.
  case ioPriority
  /// Their first argument is a process, 0 the caller.
  case scheduling
  /// clone(flags, …): no namespaces. CLONE_NEWTIME (0x80) lies among the bits of the exit signal, so only clone3 could
  /// ask for it.
  case threads
  /// personality(persona): ordinary Linux, and the question what it is, which is -1 in 32 or 64 bits.
  case personality
  /// prctl(option, …), see `processOptions`.
  case processControl
  /// mknod(path, mode, device): the kernel takes a 16-bit mode, whose upper four bits are the kind of file.
  case nodes
  /// mknodat(directory, path, mode, device).
  case nodesAt
  /// seccomp(operation, flags, …). A filter with a listener of its own is refused: whoever holds a listener can answer "go
  /// on" for a call, and of two filters that both ask their listener the newer one is asked alone.
  case filters
  /// socket(family, type, protocol).
  case sockets
  /// socketpair(family, type, protocol, pair).
  case socketPairs

  /// The calls, separated by spaces.
  package var names: String {
    switch self {
    case .limitsOfProcess: "prlimit64"
    case .limits: "setrlimit"
    case .priority: "setpriority"
    case .ioPriority: "ioprio_set"
    case .scheduling: "sched_setaffinity sched_setscheduler sched_setparam sched_setattr"
    case .threads: "clone"
    case .personality: "personality"
    case .processControl: "prctl"
    case .nodes: "mknod"
    case .nodesAt: "mknodat"
    case .filters: "seccomp"
    case .sockets: "socket"
    case .socketPairs: "socketpair"
    }
  }

  /// Each element allows the calls by itself, when all of its conditions hold.
  package func alternatives(network: NetworkAccess) -> [[SeccompCondition]] {
    switch self {
    case .limitsOfProcess:
      Self.resourcesButCore(1).map { [.argument(0, is: 0), $0] } + [[.argument(0, is: 0), .argument(2, is: 0)]]
    case .limits: Self.resourcesButCore(0).map { [$0] }
    case .priority: [[.argument(0, is: Self.priorityOfProcess), .argument(1, is: 0)]]
    case .ioPriority: [[.argument(0, is: Self.ioPriorityOfProcess), .argument(1, is: 0)]]
    case .scheduling: [[.argument(0, is: 0)]]
    case .threads: [[.argument(0, under: Self.newNamespaces, is: 0)]]
    case .personality: [[.argument(0, is: 0)], [.argument(0, is: 0xFFFF_FFFF)], [.argument(0, is: .max)]]
    case .processControl: Self.processOptions.map { [.argument(0, is: $0)] }
    case .nodes: Self.harmlessNodes(1)
    case .nodesAt: Self.harmlessNodes(2)
    case .filters:
      [0, 2, 3].map { [.argument(0, is: $0)] } + [[.argument(0, is: 1), .argument(1, under: Self.newListener, is: 0)]]
    case .sockets: Self.socketFamilies(network)
    case .socketPairs: [[.argument(0, is: Self.unixFamily)]]
    }
  }

  /// When the calls are allowed, in the words of `docs/confinement.md`.
  package var meaning: String {
    switch self {
    case .limitsOfProcess: "process 0 (the caller) only; `RLIMIT_CORE` can be read and not set"
    case .limits: "every resource but `RLIMIT_CORE`"
    case .priority: "`PRIO_PROCESS` of process 0 (the caller) only"
    case .ioPriority: "`IOPRIO_WHO_PROCESS` of process 0 (the caller) only"
    case .scheduling: "process 0 (the caller) only"
    case .threads: "without any `CLONE_NEW*` flag"
    case .personality: "0 (`PER_LINUX`), and 0xffffffff, which asks"
    case .processControl:
      """
      parent-death signal, dumpable flag, name, timer slack, transparent huge pages, names of mappings, SVE vector \
      length, auxiliary vector, Yama tracer; `no_new_privs`, seccomp, and reading the bounding set
      """
    case .nodes, .nodesAt: "regular files, FIFOs and sockets, no devices"
    case .filters: "strict mode, filters without a listener, and the two questions"
    case .sockets: "`AF_UNIX`; with `network` at `all` also `AF_INET`, `AF_INET6` and `AF_NETLINK` for `NETLINK_ROUTE`"
    case .socketPairs: "`AF_UNIX`"
    }
  }
}

// MARK: - The values, as the kernel's headers have them for every architecture built for

extension SeccompConditionalCalls {
  /// The resources of getrlimit(2) are 0 to 15, and RLIMIT_CORE is 4: 0–3, 5, 6–7 and 8–15 as whole blocks.
  private static func resourcesButCore(_ argument: UInt8) -> [SeccompCondition] {
    [
      .argument(argument, under: ~3, is: 0), .argument(argument, is: 5), .argument(argument, under: ~1, is: 6),
      .argument(argument, under: ~7, is: 8),
    ]
  }

  private static let priorityOfProcess: UInt64 = 0  // PRIO_PROCESS
  private static let ioPriorityOfProcess: UInt64 = 1  // IOPRIO_WHO_PROCESS

  /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
  private static let newNamespaces: UInt64 = 0x7E02_0000

  /// S_IFREG and its short form 0, S_IFIFO, S_IFSOCK.
  private static func harmlessNodes(_ argument: UInt8) -> [[SeccompCondition]] {
    [0, 0x8000, 0x1000, 0xC000].map { [.argument(argument, under: 0xF000, is: $0)] }
  }

  private static let newListener: UInt64 = 8  // SECCOMP_FILTER_FLAG_NEW_LISTENER

  /// What may be asked of prctl(2). Left out are the options that need a capability, that weaken (PR_SET_MM, PR_SET_TSC,
  /// PR_SET_SPECULATION_CTRL), or that nothing was seen to want.
  private static let processOptions: [UInt64] = [
    1, 2,  // PR_SET_PDEATHSIG, PR_GET_PDEATHSIG: workers that must not outlive their parent
    3, 4,  // PR_GET_DUMPABLE, PR_SET_DUMPABLE: of the script itself, the supervisor has its own
    15, 16,  // PR_SET_NAME, PR_GET_NAME: every thread pool
    21, 22,  // PR_GET_SECCOMP, PR_SET_SECCOMP: as seccomp(2); it cannot ask for a listener
    23,  // PR_CAPBSET_READ: libcap's start-up
    29, 30,  // PR_SET_TIMERSLACK, PR_GET_TIMERSLACK
    38, 39,  // PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS: before confining oneself further
    41, 42,  // PR_SET_THP_DISABLE, PR_GET_THP_DISABLE: allocators
    51,  // PR_SVE_GET_VL: numerical libraries on aarch64
    0x4155_5856,  // PR_GET_AUXV: rustix where there is no libc
    0x5356_4D41,  // PR_SET_VMA: glibc 2.39, Go and jemalloc name their mappings
    0x5961_6D61,  // PR_SET_PTRACER: AddressSanitizer; there is no ptrace to be had with it
  ]

  private static let unixFamily: UInt64 = 1  // AF_UNIX

  private static func socketFamilies(_ network: NetworkAccess) -> [[SeccompCondition]] {
    let local: [[SeccompCondition]] = [[.argument(0, is: unixFamily)]]
    return switch network {
    case .none: local
    case .all:
      local + [
        [.argument(0, is: 2)],  // AF_INET
        [.argument(0, is: 10)],  // AF_INET6
        [.argument(0, is: 16), .argument(2, is: 0)],  // AF_NETLINK, NETLINK_ROUTE
      ]
    }
  }
}
