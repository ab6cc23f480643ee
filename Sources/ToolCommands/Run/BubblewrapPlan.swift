internal import TaskModel

/// What of this machine's root a sandbox is made of.
struct MachineRoot: Equatable, Sendable {
  /// A directory of the root, or a link in its place (`/bin` is `usr/bin` on merged systems).
  struct Entry: Equatable, Sendable {
    let path: String
    /// Where the link leads; nil for a directory.
    let link: String?
  }

  var entries: [Entry]
  /// The file that `/etc/resolv.conf` leads to, where it lies outside of `/etc`.
  var resolverFile: String?

  /// Programs and libraries, as Landlock opens them to the script; and what tells a program how many processors there are.
  static let candidates = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix/store",
    "/sys/devices/system/cpu",
  ]
}

/// bubblewrap as it was found.
struct Bubblewrap: Equatable, Sendable {
  let path: String
  /// `--size` came with 0.7.0: before, a tmpfs takes half of the machine's memory.
  let limitsTemporary: Bool

  /// - Parameter version: what `bwrap --version` prints: `bubblewrap 0.8.0`.
  init(path: String, version: String) {
    self.path = path
    let numbers = version.split(separator: " ").last?.split(separator: ".").compactMap { Int($0) } ?? []
    limitsTemporary = numbers.count >= 2 && (numbers[0], numbers[1]) >= (0, 7)
  }
}

extension EnginePlan {
  /// `warder-init` as process 1 of namespaces of its own.
  static func bubblewrap(
    _ task: LocalTask, _ stage: StagePaths, _ bubblewrap: Bubblewrap, _ root: MachineRoot
  ) -> EnginePlan {
    var words = namespaces(task) + rootFileSystem(task, root)
    words += temporaryDirectories(task, bubblewrap)
    // Behind the fresh /tmp, which would hide one that lies there.
    for path in task.values.supportFiles { words += ["--ro-bind-try", path, path] }
    words += ["--ro-bind", stage.task, PodPaths.task, "--ro-bind", stage.supervisor, PodPaths.supervisor]
    if task.hasReadOnlyRoot { words += ["--remount-ro", "/"] }
    words += ["--chdir", "/", "--", PodPaths.supervisor]

    var own = task.defaultMemoryFlags + ["--termination-message=none"]
    // Without a size of its own the file system would hold half of the machine's memory.
    if !bubblewrap.limitsTemporary { own += task.defaultDiskFlags }
    if task.values.network == .all, let file = root.resolverFile { own.append("--read=\(file)") }
    return EnginePlan(
      engine: .bubblewrap, program: bubblewrap.path,
      engineArguments: words, supervisorArguments: task.arguments(taskDirectory: PodPaths.task, own: own),
      environment: task.environment.merging(["PATH": PodPaths.searchPath]) { given, _ in given })
  }

  /// See bwrap(1). A user namespace in every case, so that root is not root inside; process 1 dies with bwrap, and all
  /// others with process 1.
  private static func namespaces(_ task: LocalTask) -> [String] {
    var words = [
      "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try",
      "--hostname", "warder", "--die-with-parent", "--as-pid-1", "--new-session", "--cap-drop", "ALL",
    ]
    if task.values.network == .none { words.append("--unshare-net") }
    let user = task.user ?? (1000, 1000)
    words += ["--uid", String(user.id), "--gid", String(user.group)]
    return words
  }

  private static func rootFileSystem(_ task: LocalTask, _ root: MachineRoot) -> [String] {
    var words: [String] = []
    for entry in root.entries {
      words += entry.link.map { ["--symlink", $0, entry.path] } ?? ["--ro-bind", entry.path, entry.path]
    }
    words += ["--proc", "/proc", "--dev", "/dev"]
    // Names must be found: an address in /etc/resolv.conf that leads out of /etc leads nowhere inside.
    if task.values.network == .all, let file = root.resolverFile { words += ["--ro-bind", file, file] }
    for path in task.values.readPaths { words += ["--ro-bind-try", path, path] }
    for path in task.values.writePaths { words += ["--bind-try", path, path] }
    return words
  }

  private static func temporaryDirectories(_ task: LocalTask, _ bubblewrap: Bubblewrap) -> [String] {
    let size = bubblewrap.limitsTemporary ? ["--size", String(task.temporaryBytes)] : []
    return size + ["--perms", "1777", "--tmpfs", "/tmp"] + size + ["--perms", "1777", "--tmpfs", "/dev/shm"]
  }
}
