import Foundation
package import WarderFrames

/// One attack of a hostile script: what it threatens, what it is given, and what becomes of it once nothing holds it.
package struct Attack: Sendable, CustomStringConvertible {
  /// What the script is after, in words.
  package let threat: String
  /// The file in `Attacks`.
  package let script: String
  package let arguments: [String]
  /// Options of `warder-init` that the attack needs to make its point, with its defences on or off.
  package var options: [String] = []
  /// The layers whose absence lets it through.
  package let heldBy: [String]
  /// Whether the platform's own seccomp profile must be gone as well: it refuses the same calls.
  package var alsoRefusedByPlatform = false
  /// Whether the container must be able to gain privileges before there is any to be gained.
  package var needsPrivileges = false
  /// What it gets done once its defences are off.
  package let getsDone: [String]

  package var description: String { threat }

  /// Where each secret is mounted in the containers of attacks.
  package static let secrets = [
    "/etc/db-credentials", "/run/secrets/database", "/var/run/secrets/kubernetes.io/serviceaccount",
  ]

  package static let all: [Attack] =
    [
      Attack(
        threat: "write outside /tmp, the termination log included", script: "write_outside.py", arguments: ["/data"],
        heldBy: ["landlock"],
        getsDone: [
          "create in /data", "mkdir in /data", "symlink in /data", "mkfifo in /data", "termination log",
          "termination log, truncated",
        ]),
      Attack(
        threat: "read a mounted secret", script: "read_secret.py", arguments: secrets.map { $0 + "/password" },
        heldBy: ["landlock"],
        getsDone: secrets.flatMap { directory in
          let path = directory + "/password"
          return [
            path, "through /proc/self/root: " + path, "listing " + directory, "through a link of its own: " + path,
          ]
        }),
      Attack(
        threat: "open an IP socket", script: "ip_socket.py", arguments: [], heldBy: ["seccomp"],
        getsDone: [
          "AF_INET stream", "AF_INET datagram", "AF_INET multipath", "AF_INET, flags in its kind", "AF_INET6 stream",
          "AF_INET6 datagram", "AF_NETLINK", "AF_INET with an upper bit", "AF_VSOCK with an upper bit",
        ]),
      Attack(
        threat: "connect and bind by TCP", script: "tcp_connect.py", arguments: [], heldBy: ["seccomp", "landlock"],
        getsDone: ["connect", "bind"]),
      Attack(
        threat: "reach the network by what Landlock's TCP rules do not cover", script: "around_tcp.py", arguments: [],
        heldBy: ["seccomp"], getsDone: ["datagram", "multipath", "fast open"]),
      Attack(
        threat: "reach the supervisor through /proc: forge frames, read its memory and environment",
        script: "supervisor_files.py", arguments: [], heldBy: ["non_dumpable", "landlock", "signal_scope"],
        getsDone: [
          "write fd/1", "write fd/2", "write task fd/1", "read environ", "read maps", "read smaps",
          "open mem",
          "follow cwd", "follow exe", "write oom_score_adj",
        ]),
      Attack(
        threat: "make the supervisor's memory readable by children that share memory", script: "share_memory.sh",
        arguments: [], heldBy: ["non_dumpable", "landlock", "signal_scope"],
        getsDone: ["open mem", "read environ", "write fd/1"]),
      Attack(
        threat: "trace the supervisor", script: "trace_supervisor.py", arguments: [],
        heldBy: ["seccomp", "non_dumpable", "landlock", "signal_scope"], alsoRefusedByPlatform: true,
        getsDone: ["ptrace seize", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd"]),
      Attack(
        threat: "signal the supervisor", script: "signal_supervisor.py", arguments: [],
        heldBy: ["seccomp", "landlock", "signal_scope"],
        getsDone: [
          "kill", "kill with an upper bit", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
          "pidfd_send_signal",
          "pidfd_send_signal on /proc", "F_SETOWN", "F_SETOWN_EX", "FIOSETOWN", "SIOCSPGRP",
          "FIOSETOWN with an upper bit",
        ]),
      Attack(
        threat: "renice and reschedule the supervisor", script: "reschedule_supervisor.py", arguments: [],
        heldBy: ["seccomp"],
        getsDone: [
          "setpriority", "setpriority with an upper bit", "setpriority of the user", "sched_setscheduler",
          "sched_setparam", "sched_setattr", "sched_setaffinity", "ioprio_set", "ioprio_set of the user",
        ]),
      Attack(
        threat: "prlimit the supervisor", script: "limit_supervisor.py", arguments: [], heldBy: ["seccomp"],
        getsDone: ["prlimit, CPU time", "prlimit with an upper bit", "prlimit, reading"]),
      Attack(
        threat: "hide what an argument means in the upper half of its register", script: "upper_half.py", arguments: [],
        heldBy: ["seccomp", "landlock", "signal_scope"],
        getsDone: [
          "kill", "kill of everybody", "tkill", "tgkill", "pidfd_open", "F_SETOWN", "SIOCSPGRP", "prlimit64",
          "prlimit64 of core files", "setpriority", "ioprio_set", "sched_setscheduler", "sched_setaffinity", "prctl",
          "socket", "socket of the Internet",
        ]),
      Attack(
        threat: "be spared by the OOM killer", script: "favour_itself.py", arguments: [], heldBy: ["landlock"],
        getsDone: ["lower oom_score_adj", "lower the thread's oom_score_adj"]),
      Attack(
        threat: "gain something by executing what it wrote", script: "execute_own.py", arguments: [],
        heldBy: ["seccomp"], getsDone: ["from /tmp", "from memory", "through the loader", "machine code"]),
      Attack(
        threat: "gain a capability", script: "gain_capability.py", arguments: ["/usr/local/bin/set-user-id-probe"],
        heldBy: ["capabilities", "no_new_privs", "seccomp", "landlock", "signal_scope"], alsoRefusedByPlatform: true,
        needsPrivileges: true, getsDone: ["user namespace", "set-user-ID /usr/local/bin/set-user-id-probe"]),
      Attack(
        threat: "make or enter a namespace", script: "namespaces.py", arguments: [], heldBy: ["seccomp"],
        alsoRefusedByPlatform: true,
        getsDone: [
          "unshare user", "unshare network", "unshare pid", "clone user", "clone network",
          "clone user with an upper bit",
          "clone3 user",
        ]),
      Attack(
        threat: "reach kernel code that no script needs", script: "kernel_surface.py", arguments: [],
        heldBy: ["seccomp"], alsoRefusedByPlatform: true,
        getsDone: [
          "io_uring_setup", "userfaultfd", "memfd_secret", "bpf", "perf_event_open", "keyctl", "add_key", "request_key",
          "mount", "chroot", "name_to_handle_at", "open_by_handle_at", "shmget", "msgget", "semget", "mq_open",
          "personality",
        ]),
      Attack(
        threat: "get a filter's listener, to answer for its own refused calls", script: "own_listener.py",
        arguments: [], heldBy: ["seccomp"], getsDone: ["listener", "listener, upper bit in the operation"]),
      Attack(
        threat: "go around a filter by io_uring", script: "io_uring.sh", arguments: [], heldBy: ["seccomp"],
        alsoRefusedByPlatform: true, getsDone: ["socket by ring", "open by ring"]),
      Attack(
        threat: "type into a terminal", script: "terminal_input.py", arguments: [], heldBy: ["seccomp"],
        getsDone: ["TIOCSTI", "TIOCSTI with an upper bit", "TIOCLINUX", "TIOCLINUX with an upper bit"]),
      Attack(
        threat: "inherit a variable or a descriptor", script: "inherited.py", arguments: ["DATABASE_PASSWORD"],
        heldBy: ["environment"], getsDone: ["variable DATABASE_PASSWORD"]),
      Attack(
        threat: "go past resource limits", script: "exceed_limits.py", arguments: ["64", "1048576"],
        options: ["--open-files", "64", "--file-size", "1Mi"], heldBy: ["rlimits", "seccomp"],
        getsDone: [
          "open too many files", "write too large a file", "raise file size", "dump core", "leave a core file",
        ]),
    ] + foreignCalls

  /// Other entries to the kernel exist on x86-64 only.
  #if arch(x86_64)
    static let foreignCalls = [
      Attack(
        threat: "make system calls by 32-bit and x32 numbers", script: "raw_calls.sh", arguments: [],
        heldBy: ["seccomp"], getsDone: ["getpid by int 0x80", "socket by int 0x80"])
    ]
  #else
    static let foreignCalls: [Attack] = []
  #endif
}

/// What an attack said of itself: its one line.
package struct AttackReport: Decodable {
  package let attack: String
  package let succeeded: Bool
  /// What each way that it tried ended in.
  package let ways: [String: String]

  /// Takes the report out of what the script printed.
  package init(of result: RunResult) throws {
    do {
      self = try JSONDecoder().decode(AttackReport.self, from: Data(result.stdout))
    } catch {
      throw TestSupportError("the attack printed no report: \(result.reason.text), \(result.stderrText)")
    }
  }

  /// Outcomes of a filter, of Landlock, or of a check of privilege: the way was closed.
  package static let refusals = ["EPERM", "EACCES", "ENOSYS", "SIGSYS"]
}
