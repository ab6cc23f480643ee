internal import JSON

/// What the profile `strict` takes away from `default`: calls that a computation does without, in Python or in a shell.
///
/// A call that a file, a pipeline, a thread or a child process takes is not among them, and neither is one without which an
/// ordinary program gives up. `execve` stays: the filter is in force before the interpreter is executed.
package enum SeccompStrictProfile: CaseIterable, Sendable {
  /// With `network` at `none` no socket can be made but pairs, which event loops wake themselves with: so sockets with a path,
  /// which Landlock does not cover, are out of reach.
  case sockets
  case executableMemory
  case priorities
  case identity
  case ownership
  case lockedMemory
  case flushing
  case watching
  case signals
  case splicing
  case persona

  /// The calls, separated by spaces.
  package func names(network: NetworkAccess) -> String {
    switch self {
    case .sockets: network == .none ? "socket bind connect listen accept accept4" : ""
    case .executableMemory: "memfd_create"
    case .priorities:
      "setpriority ioprio_set sched_setaffinity sched_setscheduler sched_setparam sched_setattr"
    case .identity: "setuid setgid setreuid setregid setresuid setresgid setgroups"
    case .ownership: "chown fchown lchown fchownat"
    case .lockedMemory: "mlock mlock2 mlockall munlock munlockall"
    case .flushing: "sync syncfs sync_file_range"
    case .watching: "inotify_init inotify_init1 inotify_add_watch inotify_rm_watch"
    case .signals: "rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open signalfd signalfd4"
    case .splicing: "splice"
    case .persona: "personality"
    }
  }

  /// Why a computation does without, in the words of `docs/confinement.md`.
  package var reason: String {
    switch self {
    case .sockets:
      "nobody to talk to; with `network` at `all` they stay. Pairs (`socketpair`) stay always: asyncio wakes itself with one"
    case .executableMemory: "a file without a place, which is of use to run code that never lay on a disk"
    case .priorities: "how the kernel schedules is not the script's to say"
    case .identity: "there is nobody else to become"
    case .ownership: "without privileges a file cannot be given away; `cp -p` and `tar` go on without"
    case .lockedMemory: "memory that cannot be reclaimed"
    case .flushing: "`fsync` of one's own files stays; these make the whole machine write"
    case .watching: "waiting for others' changes; `tail -f` polls instead"
    case .signals: "`kill` and handlers stay; these are for signals with a payload, or by descriptor"
    case .splicing:
      "moves pages between pipes and files in the kernel, where CVE-2022-0847 was; `read` and `write` do the same"
    case .persona: "nothing but `setarch` asks for another one"
    }
  }

  /// Whether `default` allows a call that was refused, as far as its name says: of sockets only those of AF_UNIX.
  static func takesAway(_ call: DenialSummary.Call) -> Bool {
    if let family = call.family, !family.hasSameBytes(as: "AF_UNIX") { return false }
    for group in allCases where group.names(network: .none).position(ofWord: call.name) != nil { return true }
    return false
  }

  /// Refuses the calls, and allows all others: to be asked before the profile that it tightens.
  package static func profile(network: NetworkAccess, denial: SeccompAction) -> SeccompProfile {
    var profile = SeccompProfile(defaultAction: .allow)
    for group in allCases {
      for call in group.names(network: network).words { profile.add(SeccompRule(call, denial)) }
    }
    return profile
  }
}
