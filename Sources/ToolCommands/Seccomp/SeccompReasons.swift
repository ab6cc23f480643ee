internal import TaskModel

/// Why `default` refuses a call, in words for somebody whose script needed it.
enum SeccompReasons {
  static func reason(forRefusing call: String) -> String {
    for (reason, names) in table where names.words.contains(call) { return reason }
    return "nothing that the Python and shell workloads do for which the profile was made needs it"
  }

  /// Every call that has a reason.
  static var names: [String] { table.flatMap { $0.1.words } }

  private static let table: [(String, String)] = [
    (
      "it changes what the file tree looks like, which takes privileges that no script has",
      """
      mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
      statmount listmount swapon swapoff quotactl quotactl_fd
      """
    ),
    ("it makes or enters namespaces, where much more of the kernel can be reached", "unshare setns"),
    (
      "it looks into, or changes, other processes",
      "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd move_pages migrate_pages"
    ),
    (
      "a filter cannot see which process a descriptor stands for, and it could be the supervisor",
      "pidfd_send_signal"
    ),
    (
      "it is a large piece of the kernel that has often been broken into",
      "bpf perf_event_open userfaultfd keyctl add_key request_key modify_ldt vmsplice"
    ),
    ("it performs opens and connections that no filter sees", "io_uring_setup io_uring_enter io_uring_register"),
    ("its flags lie behind a pointer, where a filter cannot look; callers fall back to clone", "clone3"),
    ("callers fall back to an older call", "execveat cachestat"),
    (
      "it changes the machine: its clock, its kernel, its name, its power",
      """
      settimeofday clock_settime clock_adjtime adjtimex init_module finit_module delete_module kexec_load kexec_file_load
      reboot sethostname setdomainname syslog acct ioperm iopl vhangup lookup_dcookie
      """
    ),
    ("it reaches files by handles, around every path that Landlock looks at", "open_by_handle_at name_to_handle_at"),
    ("it watches the whole file system", "fanotify_init fanotify_mark"),
    (
      "System V and POSIX queues and segments outlive the script, and nothing cleans them up",
      """
      shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
      mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
      """
    ),
    ("capabilities are gone for good", "capset setfsuid setfsgid"),
    ("how memory is placed is not the script's to say", "mbind set_mempolicy get_mempolicy set_mempolicy_home_node"),
    (
      "asynchronous I/O of the kernel's old kind is used by databases only",
      "io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents"
    ),
  ]
}
