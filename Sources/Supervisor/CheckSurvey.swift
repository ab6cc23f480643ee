internal import LinuxSystem
internal import TaskModel

/// Looks at the surroundings, without changing them.
enum CheckSurvey {
  /// What can be seen before anything is given up.
  static func surroundings(_ beginning: borrowing TaskRun.Beginning) -> CheckFacts {
    var facts = CheckFacts()
    facts.kernel = Machine.kernelRelease
    facts.unixSeconds = Machine.unixNanoseconds / 1_000_000_000
    facts.userID = Identity.current.userID
    facts.groupID = Identity.current.groupID
    let status = read("/proc/self/status")
    facts.effectiveCapabilities = StatusFile.value(of: "CapEff", in: status) ?? "unknown"
    facts.boundingCapabilities = StatusFile.value(of: "CapBnd", in: status) ?? "unknown"
    facts.noNewPrivileges = Processes.hasNoNewPrivileges
    facts.hasOuterFilter = StatusFile.value(of: "Seccomp", in: status)?.utf8.elementsEqual("2".utf8) ?? false
    facts.hasUserNamespace = userNamespace()
    facts.rootIsReadOnly = (try? FileSystem(of: "/"))?.isReadOnly ?? false
    facts.memoryLimitBytes = memoryLimit()
    facts.processLimit =
      number("/sys/fs/cgroup/pids.max") ?? number("/sys/fs/cgroup/pids/pids.max")
    facts.hasProcessorQuota = ProcessorShare.hasQuota
    facts.ownProcess = beginning.ownProcess
    facts.otherProcesses = others(than: beginning.ownProcess)
    facts.interfaces = interfaces()
    return facts
  }

  /// What depends on the user that is left.
  static func rights(into facts: inout CheckFacts) {
    let temporary = FilesystemPolicy.temporary
    if let system = try? FileSystem(of: temporary), Trials.mayWrite(temporary), !system.isReadOnly {
      facts.temporary = CheckFacts.Temporary(
        isInMemory: system.isInMemory, sizeBytes: system.sizeBytes, isNoexec: system.isNoexec)
    }
    let terminationLog = TerminationMessageTarget.kubernetesPath
    let isThere = (try? Files.exists(terminationLog)) ?? false
    facts.terminationLog = !isThere ? .missing : Trials.change(terminationLog) == 0 ? .writable : .readOnly
    facts.tokenIsMounted = (try? Files.exists(CheckPlaces.token)) ?? true
    facts.sockets = SocketSearch.reachable(beneath: CheckPlaces.socketDirectories + CheckPlaces.volumes())
  }

  private static func read(_ path: String) -> [UInt8] { (try? Files.read(path, maximumBytes: 1 << 16)) ?? [] }

  private static func number(_ path: String) -> UInt64? {
    CheckNumbers.parse(String(decoding: read(path), as: UTF8.self))
  }

  /// A limit that is larger than any machine's memory is none (version 1 of cgroups has no word for it).
  private static func memoryLimit() -> UInt64? {
    guard let limit = number("/sys/fs/cgroup/memory.max") ?? number("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
      limit < 1 << 50
    else { return nil }
    return limit
  }

  /// The first line of a process that has the node's uids is `0 0 4294967295`, user_namespaces(7).
  private static func userNamespace() -> Bool? {
    let words = String(decoding: read("/proc/self/uid_map"), as: UTF8.self).words
    guard words.count >= 3 else { return nil }
    return
      !(words[0].utf8.elementsEqual("0".utf8) && words[1].utf8.elementsEqual("0".utf8)
      && words[2].utf8.elementsEqual("4294967295".utf8))
  }

  private static func others(than own: Int32) -> [String] {
    guard let directory = try? Files.open("/proc", .directory),
      let entries = try? directory.listNames(maximumEntries: 100_000)
    else { return [] }
    var names: [String] = []
    for entry in entries {
      guard let text = entry.name, let process = CheckNumbers.parse(text), process != UInt64(own) else { continue }
      let name = String(decoding: read("/proc/" + text + "/comm").prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
      names.append(name + " (" + text + ")")
    }
    return names
  }

  /// A virtual interface, as a pod has, has no device behind it in `/sys`.
  private static func interfaces() -> [(name: String, isDevice: Bool)] {
    guard let directory = try? Files.open("/sys/class/net", .directory),
      let entries = try? directory.listNames(maximumEntries: 1000)
    else { return [] }
    var found: [(name: String, isDevice: Bool)] = []
    for entry in entries {
      guard let name = entry.name else { continue }
      found.append((name, (try? Files.exists("/sys/class/net/" + name + "/device")) ?? false))
    }
    return found
  }
}

/// Paths that a check looks at.
enum CheckPlaces {
  static let token = "/var/run/secrets/kubernetes.io/serviceaccount/token"
  static let socketDirectories = ["/run", "/var/run", "/tmp", "/dev"]
  /// Where a script must not be able to make a file, as far as they exist.
  static let system = [
    "/", "/etc", "/usr", "/usr/bin", "/var", "/run", "/home", "/root", "/opt", "/srv", "/dev", "/sys/fs/cgroup",
  ]
  private static let own = ["/proc", "/sys", "/dev", "/tmp", "/etc/warder"]

  /// What somebody mounted here that is neither the system's nor the task's.
  static func volumes() -> [String] {
    guard let content = Machine.mountInfo,
      let table = try? MountTable.parse(content)
    else { return [] }
    var volumes: [String] = []
    for point in table.mountPoints where point.count > 1 {
      let path = String(decoding: point, as: UTF8.self)
      if path.isOne(of: MountTable.knownSafe + volumes) { continue }
      if own.contains(where: { PathName.lies(point, within: $0.bytes) }) { continue }
      volumes.append(path)
    }
    return volumes
  }
}

/// Unix sockets that have a path: Landlock below ABI 9 does not cover connecting to them.
enum SocketSearch {
  private static let deepest = 4
  private static let mostEntries = 20_000

  static func reachable(beneath directories: [String]) -> [String] {
    var found: [String] = []
    var left = mostEntries
    for directory in directories { search(directory, depth: 0, &left, &found) }
    return found
  }

  private static func search(_ path: String, depth: Int, _ left: inout Int, _ found: inout [String]) {
    guard depth < deepest, left > 0, let status = try? Files.status(path, followingLinks: false) else { return }
    if status.kind == .socket, Trials.mayWrite(path), !path.isOne(of: found) { found.append(path) }
    guard status.kind == .directory, let directory = try? Files.open(path, .directory),
      let entries = try? directory.listNames(maximumEntries: left)
    else { return }
    left -= entries.count
    for entry in entries {
      if let name = entry.name { search(path + "/" + name, depth: depth + 1, &left, &found) }
    }
  }
}
