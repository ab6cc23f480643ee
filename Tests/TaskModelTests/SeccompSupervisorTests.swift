import TaskModel
import Testing

/// The rules of the supervisor's own filter, as decisions.
@Suite("The supervisor's own system calls")
struct SeccompSupervisorTests {
  private let refused = SeccompSupervisor.refusal

  private func decide(_ call: String, _ arguments: [UInt64] = []) -> SeccompAction {
    let padding = [UInt64](repeating: 0, count: 6 - arguments.count)
    return SeccompSupervisor.policy.action(for: call, arguments: arguments + padding)
  }

  @Test("files are opened for reading, whatever else the flags say")
  func opening() {
    let here = UInt64(bitPattern: -100)
    // O_CLOEXEC, O_DIRECTORY of both architectures, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_LARGEFILE
    for flags in [0, 0x8_0000, 0x1_0000, 0x4000, 0x2_0000, 0x800, 0x20_0000, 0x8000] as [UInt64] {
      #expect(decide("openat", [here, 8, flags]) == .allow)
      // O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_TMPFILE
      for more in [1, 2, 0x40, 0x200, 0x40_0000] as [UInt64] {
        #expect(decide("openat", [here, 8, flags | more, 0o600]) == refused)
        #expect(decide("openat", [here, 8, 1 << 32 | flags | more, 0o600]) == refused)
      }
    }
    #expect(decide("open", [8, 0]) == refused)
    #expect(decide("creat", [8, 0]) == refused)
  }

  @Test("memory holds no code")
  func memory() {
    for protection in 0...3 as ClosedRange<UInt64> {
      #expect(decide("mmap", [0, 4096, protection, 0x22]) == .allow)
      #expect(decide("mprotect", [4096, 4096, protection]) == .allow)
      // A file's content, as opposed to memory of its own.
      #expect(decide("mmap", [0, 4096, protection, 0x02, 3]) == refused)
      for call in ["mmap", "mprotect", "pkey_mprotect"] {
        #expect(decide(call, [0, 4096, protection | 4, 0x22]) == .trap)
        #expect(decide(call, [0, 4096, 1 << 32 | protection | 4, 0x22]) == .trap)
      }
    }
    // PROT_GROWSDOWN, PROT_MTE
    for protection in [0x0100_0000, 0x20] as [UInt64] {
      #expect(decide("mmap", [0, 4096, protection, 0x22]) == refused)
    }
  }

  @Test("signals: the tree as a whole, and the four that end it")
  func signals() {
    let everyone: [UInt64] = [.max, 0xFFFF_FFFF]
    for signal in 0...64 as ClosedRange<UInt64> {
      let expected = [9, 15, 18, 19].contains(signal) ? SeccompAction.allow : refused
      for target in everyone { #expect(decide("kill", [target, signal]) == expected) }
      #expect(decide("pidfd_send_signal", [5, signal, 0, 0]) == expected)
      for target in [0, 1, 7, UInt64(bitPattern: -7)] as [UInt64] {
        #expect(decide("kill", [target, signal]) == refused)
      }
    }
    for call in ["tkill", "tgkill", "rt_sigqueueinfo"] { #expect(decide(call, [7, 9, 9]) == refused) }
  }

  @Test("what only an attack would do is answered with a signal, and is nowhere allowed")
  func attacks() {
    for call in SeccompSupervisor.attackNames.words { #expect(decide(call) == .trap, "\(call)") }
    for call in ["execve", "clone", "ptrace", "socket", "io_uring_setup", "memfd_create", "setns"] {
      #expect(SeccompSupervisor.attackNames.words.contains(call))
    }
  }

  @Test("what would undo a wall is refused")
  func walls() {
    for call in [
      "prctl", "seccomp", "rt_sigaction", "rt_sigprocmask", "sigaltstack", "prlimit64", "setrlimit", "setuid",
      "landlock_restrict_self", "renameat", "renameat2", "linkat", "symlinkat", "mkdirat", "mknodat", "fchmod", "dup2",
      "dup3", "pipe2", "sendto", "sendmsg", "recvmsg", "futex", "rt_sigreturn",
    ] {
      #expect(decide(call) == refused, "\(call)")
    }
    #expect(decide("fcntl", [3, 8, 1]) == refused)  // F_SETOWN
    #expect(decide("ioctl", [0, 0x5412, 8]) == refused)  // TIOCSTI
    #expect(decide("ioctl", [5, 0x4018_2103, 8]) == refused)  // SECCOMP_IOCTL_NOTIF_ADDFD
    #expect(decide("fchmodat", [3, 8, 0o4755]) == refused)
  }

  @Test("no name stands twice, and no call has two ways to be decided")
  func consistency() {
    let names =
      SeccompSupervisorCalls.allCases.flatMap(\.names.words) + SeccompSupervisorConditions.allCases.map(\.name)
      + SeccompSupervisor.attackNames.words
    #expect(Set(names).count == names.count)
    for profile in SeccompSupervisor.policy.profiles {
      for (index, rule) in profile.rules.enumerated() {
        #expect(rule.action != profile.defaultAction)
        for other in profile.rules[..<index] where other.call == rule.call {
          #expect(other.action == rule.action && other != rule, "\(rule.call)")
        }
      }
    }
  }
}
