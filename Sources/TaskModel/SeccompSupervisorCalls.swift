/// What the supervisor itself still does with the kernel once the script runs: waiting, moving bytes, looking at processes and
/// files, ending the tree, cleaning up. A new call in the event loop or in the ending needs a place here; a test runs every
/// scenario of the integration tests under strace(1) and compares.
///
/// Each group has the names by which both C libraries and both architectures make a call: musl's fstatat(3) is `stat` or
/// `lstat` on x86-64, its poll(3) is `ppoll` on aarch64.
package enum SeccompSupervisorCalls: CaseIterable, Sendable {
  /// `restart_syscall` is how the kernel has poll(2) go on after a stop.
  case waiting
  case content
  /// `openat2` keeps its flags behind a pointer: that it cannot make or change a file is Landlock's to see to.
  case files
  /// `pidfd_open` opens nothing but a process to be signalled.
  case processes
  case memory
  /// `getrandom` seeds Swift's hashing.
  case machine

  package var names: String {
    switch self {
    case .waiting: "poll ppoll timerfd_settime restart_syscall"
    case .content: "read readv pread64 write writev pwrite64 lseek ftruncate close"
    case .files:
      """
      openat2 fstat stat lstat newfstatat statx statfs fstatfs getdents64 readlinkat unlinkat
      """
    case .processes: "wait4 waitid pidfd_open getpid getppid exit exit_group"
    case .memory: "brk munmap mremap madvise"
    case .machine: "clock_gettime getrusage getrandom sched_getaffinity sched_yield"
    }
  }

  /// What the calls are for, in the words of `docs/confinement.md`.
  package var purpose: String {
    switch self {
    case .waiting: "wait for events, with a deadline"
    case .content: "take the script's output and write the log"
    case .files: "look at files, read directories, remove what the script left"
    case .processes: "reap, name processes, end"
    case .memory: "own memory"
    case .machine: "clocks, usage, random numbers"
    }
  }
}

/// The calls of the supervisor that are narrowed down to certain arguments.
///
/// The kernel looks at the lower 32 bits of each of these, and so do the comparisons: what a C library leaves in the upper half
/// of a register means nothing.
package enum SeccompSupervisorConditions: CaseIterable, Sendable {
  /// openat(directory, path, flags, …): for reading, never making, truncating or writing.
  case open
  /// mmap(address, length, protection, flags, …): memory of its own that holds no code.
  case map
  case protect
  /// kill(process, signal): the whole tree, which PID 1 and Landlock's signal scope see to.
  case signalAll
  /// pidfd_send_signal(pidfd, signal, …): where kill would reach too far.
  case signalOne
  /// fcntl(descriptor, command, …).
  case control
  /// ioctl(descriptor, request, …): what a listener of refused calls takes, and whether something is a terminal.
  case device
  /// fchmodat(directory, path, mode): what a directory that is to be emptied may need.
  case mode

  package var name: String {
    switch self {
    case .open: "openat"
    case .map: "mmap"
    case .protect: "mprotect"
    case .signalAll: "kill"
    case .signalOne: "pidfd_send_signal"
    case .control: "fcntl"
    case .device: "ioctl"
    case .mode: "fchmodat"
    }
  }

  /// Each element allows the call by itself, when all of its conditions hold.
  package var alternatives: [[SeccompCondition]] {
    switch self {
    case .open: [[.argument(2, under: Self.openingForMore, is: 0)]]
    case .map: [[Self.readOrWrite, .argument(3, under: Self.anonymous, is: Self.anonymous)]]
    case .protect: [[Self.readOrWrite]]
    case .signalAll:
      Self.signals.map { [.argument(0, truncatedIs: UInt32(bitPattern: -1)), .argument(1, truncatedIs: $0)] }
    case .signalOne: Self.signals.map { [.argument(1, truncatedIs: $0)] }
    case .control: Self.commands.map { [.argument(1, truncatedIs: $0)] }
    case .device: Self.requests.map { [.argument(1, truncatedIs: $0)] }
    case .mode: [[.argument(2, truncatedIs: 0o700)]]
    }
  }

  /// When the call is allowed, in the words of `docs/confinement.md`.
  package var meaning: String {
    switch self {
    case .open: "for reading: nothing is made, truncated or written"
    case .map: "memory of its own, readable and writable at most: no code"
    case .protect: "readable and writable at most: no code"
    case .signalAll: "everyone (-1), with SIGKILL, SIGTERM, SIGCONT or SIGSTOP"
    case .signalOne: "SIGKILL, SIGTERM, SIGCONT or SIGSTOP"
    case .control: "flags of a descriptor, copies of it, the size of a pipe"
    case .device: "a seccomp listener's requests, and whether there is a terminal"
    case .mode: "mode 0700"
    }
  }

  private static let openingForMore: UInt64 = 0x40_0243  // O_ACCMODE, O_CREAT, O_TRUNC, __O_TMPFILE
  private static let anonymous: UInt64 = 0x20  // MAP_ANONYMOUS
  /// Neither PROT_EXEC nor anything that an architecture or a later kernel adds.
  private static let readOrWrite = SeccompCondition.argument(2, under: 0xFFFF_FFFC, is: 0)
  private static let signals: [UInt32] = [9, 15, 18, 19]  // SIGKILL, SIGTERM, SIGCONT, SIGSTOP
  private static let commands: [UInt32] = [
    1, 2, 3, 4,  // F_GETFD, F_SETFD, F_GETFL, F_SETFL
    1030, 1031, 1032,  // F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ
  ]
  private static let requests: [UInt32] = [
    0x5413,  // TIOCGWINSZ: isatty(3)
    0xC050_2100, 0xC018_2101, 0x4008_2102, 0x4008_2104,  // SECCOMP_IOCTL_NOTIF_RECV, SEND, ID_VALID, SET_FLAGS
  ]
}

/// The supervisor's own filter.
package enum SeccompSupervisor {
  /// What nothing of the supervisor does and whoever has taken it over would try first: other programs, threads and processes,
  /// looking into others, sockets, namespaces, and the corners of the kernel that have been broken into most.
  ///
  /// SIGSYS instead of an error: a process that tries one of these is not the supervisor any more. Its handler ends the tree and
  /// writes `internal_error`, so that the verdict is neither the script's nor lost.
  package static let attackNames = """
    execve execveat fork vfork clone clone3 ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp
    socket socketpair bind listen accept accept4 connect
    unshare setns mount umount2 pivot_root chroot open_by_handle_at move_mount open_tree fsopen
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key
    init_module finit_module delete_module kexec_load memfd_create memfd_secret personality modify_ldt
    """

  /// Memory that holds code, likewise: the mask is PROT_EXEC.
  private static let codeNames = "mmap mprotect pkey_mprotect"
  private static let code = SeccompCondition.argument(2, under: 4, is: 4)

  /// Everything else answers EPERM: should a call have been forgotten, something may be missing at the end, but the verdict is
  /// there.
  package static let refusal = SeccompAction.fail(.notPermitted)

  package static var policy: SeccompPolicy {
    var attacks = SeccompProfile(defaultAction: .allow)
    for call in attackNames.words { attacks.add(SeccompRule(call, .trap)) }
    for call in codeNames.words { attacks.add(SeccompRule(call, .trap, when: [code])) }

    var allowed = SeccompProfile(defaultAction: refusal)
    for group in SeccompSupervisorCalls.allCases {
      for call in group.names.words { allowed.add(SeccompRule(call, .allow)) }
    }
    for calls in SeccompSupervisorConditions.allCases {
      for conditions in calls.alternatives { allowed.add(SeccompRule(calls.name, .allow, when: conditions)) }
    }
    return SeccompPolicy(profiles: [attacks, allowed])
  }
}
