/// What a script does with the kernel, whatever the arguments are: the part of the allowlist without conditions.
///
/// It was made from what 83 real workloads called (72 test modules of CPython, numpy, pandas, scikit-learn, matplotlib,
/// polars, duckdb, asyncio, uvloop, gcc, make, git, node, pytest, pip and some 150 shell commands), not from a list of
/// everything that seems harmless. Each group then also has the calls by which another C library, another architecture
/// or a newer kernel does the same thing (musl calls `open` where glibc calls `openat`), which its comment names.
package enum SeccompAllowedCalls: CaseIterable, Sendable {
  /// `fork` is musl's; the end of a process and the return from a handler must be possible at all times.
  /// `clone` has conditions, see `SeccompConditionalCalls`.
  case processes
  /// Identity. The setters do nothing without capabilities, but GNU make and `su`-like code call them on themselves and
  /// give up when refused.
  case identity
  /// Signals to anyone of the tree; `SeccompGuard` takes away those aimed at the supervisor. musl's raise(3) is `tkill`, its
  /// sigqueue(3) and pthread_sigqueue(3) are the `rt_*queueinfo` calls. `pidfd_send_signal` is missing on purpose: a
  /// filter cannot see which process a descriptor stands for.
  case signals
  /// `mlock` and its relatives are bounded by RLIMIT_MEMLOCK; `mincore` is how libunwind asks whether an address is
  /// mapped; `membarrier` and `getcpu` belong to the run times of Go, Java and .NET and to liburcu.
  case memory
  /// The older calls are the ones that musl makes on x86-64. `openat2` is `openat` with restrictions.
  case openFiles
  /// With the vector variants of each; `sync_file_range` and `syncfs` are fsync for a part, and for a file system.
  case content
  /// Paths, and with `fchmodat2` (Linux 6.6) the call that newer C libraries make for fchmodat(3) with flags.
  case paths
  /// Includes `chown`: it cannot give a file away without CAP_CHOWN, but tar, cp and install call it.
  case attributes
  /// Extended attributes: cp, tar and shutil.copy2 look at them on every file.
  case extendedAttributes
  /// `select`, `poll` and the older event calls are musl's and those of code built long ago; `epoll_pwait2` is glibc 2.35's.
  case waiting
  /// On AF_UNIX sockets where the network is off: which sockets exist is decided by the conditions of `socket`.
  /// `recvmmsg` goes with `sendmmsg`, which glibc's resolver calls.
  case sockets
  /// `gettimeofday`, `time` and `clock_gettime` are normally answered in the vDSO, but not on every machine.
  case time
  /// Reading how processes are scheduled tells nothing secret; what changes it has conditions.
  case scheduling
  /// `getrlimit` is what older libraries call for prlimit64.
  case systemInformation
  /// A script may confine itself further: that only ever takes rights away. xz and file do, and xz gives up
  /// when the kernel offers Landlock and then refuses it. `seccomp` and `prctl` have conditions.
  case confinement

  /// The calls, by the kernel's names, separated by spaces and line ends.
  package var names: String {
    switch self {
    case .processes:
      """
      fork vfork execve wait4 waitid exit exit_group rt_sigreturn restart_syscall
      set_tid_address set_robust_list rseq futex arch_prctl
      """
    case .identity:
      """
      getpid getppid gettid getpgrp getpgid setpgid getsid setsid
      getuid geteuid getgid getegid getresuid getresgid getgroups
      setuid setgid setreuid setregid setresuid setresgid setgroups capget
      """
    case .signals:
      """
      rt_sigaction rt_sigprocmask rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause
      kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open signalfd signalfd4
      """
    case .memory:
      """
      brk mmap munmap mprotect mremap madvise msync mincore membarrier memfd_create
      mlock mlock2 munlock mlockall munlockall
      """
    case .openFiles:
      """
      open openat openat2 creat close close_range dup dup2 dup3 fcntl flock ioctl pipe pipe2
      """
    case .content:
      """
      read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek
      sendfile splice copy_file_range truncate ftruncate fallocate fadvise64
      fsync fdatasync sync syncfs sync_file_range
      """
    case .paths:
      """
      getcwd chdir fchdir mkdir mkdirat rmdir getdents getdents64 link linkat symlink symlinkat
      readlink readlinkat unlink unlinkat rename renameat renameat2
      """
    case .attributes:
      """
      stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2 umask
      chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat
      """
    case .extendedAttributes:
      """
      getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr
      listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr
      """
    case .waiting:
      """
      poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
      eventfd eventfd2 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
      """
    case .sockets:
      """
      bind connect listen accept accept4 shutdown getsockname getpeername getsockopt setsockopt
      sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
      """
    case .time:
      """
      gettimeofday time times clock_gettime clock_getres nanosleep clock_nanosleep
      alarm getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete
      timerfd_create timerfd_settime timerfd_gettime
      """
    case .scheduling:
      """
      sched_yield sched_getaffinity sched_getscheduler sched_getparam sched_getattr sched_rr_get_interval
      sched_get_priority_min sched_get_priority_max getpriority ioprio_get getcpu
      """
    case .systemInformation:
      "uname sysinfo getrusage getrlimit getrandom"
    case .confinement:
      "landlock_create_ruleset landlock_add_rule landlock_restrict_self"
    }
  }

  /// What the calls are for, in the words of `docs/confinement.md`.
  package var purpose: String {
    switch self {
    case .processes: "start and end processes and threads"
    case .identity: "ask and set process, session, user and group ids"
    case .signals: "send, block and wait for signals"
    case .memory: "map and manage the own memory"
    case .openFiles: "open, copy and control descriptors"
    case .content: "read, write and flush"
    case .paths: "walk, make, link, rename and remove"
    case .attributes: "look at and change what a file is"
    case .extendedAttributes: "extended attributes"
    case .waiting: "wait for events"
    case .sockets: "use the sockets that may be had"
    case .time: "clocks, sleeping and timers"
    case .scheduling: "ask how processes are scheduled"
    case .systemInformation: "ask about the machine and the own usage"
    case .confinement: "confine itself further"
    }
  }
}
