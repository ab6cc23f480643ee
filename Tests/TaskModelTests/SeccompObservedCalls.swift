/// The system calls that real workloads made, and what is meant to happen to each.
///
/// Recorded with strace over 83 workloads: 72 test modules of CPython 3.11, numpy, pandas, scikit-learn, joblib,
/// matplotlib, pillow, polars, duckdb, pyarrow, asyncio, uvloop, aiohttp, gevent, numba, psutil, some 150 shell
/// commands, gcc, make, git, AddressSanitizer, node, pytest and pip, on x86-64, glibc 2.36, Linux 6.18. All ten that are
/// not CPython's own tests pass with these decisions.
enum SeccompObservedCalls {
  /// Whatever the arguments are.
  static let allowed = """
    accept4 access alarm arch_prctl bind brk capget chdir chmod chown clock_getres clock_gettime clock_nanosleep
    close close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait
    epoll_wait eventfd2 execve faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchown fchownat fdatasync
    fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate futex getcwd getdents64 getegid
    geteuid getgid getgroups getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid
    getresuid getrusage getsid getsockname getsockopt gettid getuid getxattr inotify_add_watch inotify_init1
    inotify_rm_watch ioprio_get lchown lgetxattr link linkat listen listxattr llistxattr lremovexattr
    lseek lsetxattr madvise memfd_create mkdir mkdirat mmap mprotect mremap msync munmap newfstatat open openat
    pause pipe2 poll pread64 preadv2 pselect6 pwrite64 pwritev2 read readlink
    readlinkat readv recvfrom recvmsg removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
    rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_rr_get_interval sched_yield
    sendfile sendmmsg sendmsg sendto set_robust_list set_tid_address setgid setgroups setitimer setpgid setregid
    setresgid setresuid setreuid setsid setsockopt setuid setxattr shutdown sigaltstack signalfd4 splice
    stat statfs statx symlink symlinkat sync sysinfo timer_create timer_settime times truncate umask uname
    unlink unlinkat utimensat vfork wait4 waitid write writev
    """

  /// Allowed, but for what the guard refuses.
  static let guarded = "fcntl ioctl kill pidfd_open tgkill"

  /// Allowed with certain arguments.
  static let conditional = """
    clone ioprio_set mknodat prctl prlimit64 sched_setaffinity sched_setparam sched_setscheduler setpriority socket
    socketpair
    """

  /// EPERM. Only pidfd_send_signal ever did something here, in CPython's own test of it.
  static let refused = """
    capset chroot clock_settime get_mempolicy mbind pidfd_send_signal pkey_alloc set_mempolicy sethostname
    """

  /// ENOSYS.
  static let unimplemented = "cachestat clone3 execveat io_uring_enter io_uring_setup"

  static let count = 203

  /// The arguments of the calls that have conditions, and whether each is meant to be allowed without a network.
  static let withArguments: [(call: String, arguments: [UInt64], isAllowed: Bool)] = [
    ("clone", [0x0120_0011], true),  // fork(3): CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD
    ("clone", [0x003D_0F00], true),  // pthread_create(3), when clone3 is not there
    ("clone", [0x0000_4111], true),  // posix_spawn(3), likewise: CLONE_VM | CLONE_VFORK | SIGCHLD
    ("clone", [0x0080_0700], true),  // LeakSanitizer: CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED
    ("mknodat", [.max, 0, 0x1180], true),  // mkfifo(1)
    ("prctl", [23, 5], true),  // PR_CAPBSET_READ
    ("prctl", [15], true),  // PR_SET_NAME
    ("prctl", [3], true),  // PR_GET_DUMPABLE
    ("prctl", [0x5961_6D61, .max], true),  // PR_SET_PTRACER, PR_SET_PTRACER_ANY
    ("prlimit64", [0, 3, 0, 1], true),  // RLIMIT_STACK, read
    ("prlimit64", [0, 3, 1, 0], true),  // and set
    ("prlimit64", [0, 4, 0, 1], true),  // RLIMIT_CORE, read
    ("prlimit64", [0, 4, 1, 0], false),  // and set: CPython's tests want to switch core dumps off, which they are
    ("prlimit64", [0, 7, 1, 0], true),  // RLIMIT_NOFILE, set
    ("prlimit64", [0, 15, 0, 1], true),  // RLIMIT_RTTIME, read
    ("prlimit64", [77, 9, 0, 1], false),  // of another process
    ("sched_setaffinity", [0], true),
    ("sched_setaffinity", [77], false),
    ("sched_setscheduler", [0], true),
    ("sched_setscheduler", [77], false),
    ("sched_setparam", [0], true),
    ("setpriority", [0, 0, 5], true),  // PRIO_PROCESS, itself
    ("setpriority", [0, 77, 5], false),
    ("ioprio_set", [1, 0], true),  // IOPRIO_WHO_PROCESS, itself
    ("socket", [1, 1, 0], true),  // AF_UNIX
    ("socket", [2, 1, 0], false),  // AF_INET
    ("socket", [10, 2, 17], false),  // AF_INET6
    ("socket", [16, 3, 0], false),  // AF_NETLINK, NETLINK_ROUTE
    ("socket", [17, 3, 0], false),  // AF_PACKET
    ("socket", [29, 3, 1], false),  // AF_CAN
    ("socket", [38, 5, 0], false),  // AF_ALG
    ("socket", [40, 1, 0], false),  // AF_VSOCK
    ("socketpair", [1, 1, 0], true),
  ]
}
