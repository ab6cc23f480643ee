/// What may be done beneath a path.
package enum PathAccess: Sendable {
  /// Read files and list directories.
  case read
  case readExecute
  /// Everything but making device nodes.
  case readWrite
  /// Read and write one device node.
  case device
}

/// A path that the script may use.
package struct PathGrant: Sendable {
  package let path: String
  package let access: PathAccess
  /// Whether the path may be a mount point itself.
  package let acceptsMount: Bool
  /// Whether what is mounted beneath it stays open too, without a look at the mount table.
  package let includesMountsBeneath: Bool
  /// Whether somebody asked for it, so that its absence is worth a word. Built-in paths are passed over where an image has
  /// none such.
  package let isNamed: Bool

  init(
    _ path: String, _ access: PathAccess, acceptsMount: Bool = true, includesMountsBeneath: Bool = false,
    isNamed: Bool = false
  ) {
    self.path = path
    self.access = access
    self.acceptsMount = acceptsMount
    self.includesMountsBeneath = includesMountsBeneath
    self.isNamed = isNamed
  }
}

/// The part of the file system that a script sees, as Landlock rules shall have it. Whatever is not listed is closed: `/run`
/// and `/var` (service-account tokens), `/home`, `/root`, and every volume of the pod but the task's own.
package enum FilesystemPolicy {
  /// Programs, libraries and their data.
  static let system = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/nix/store"]

  /// What C libraries and language runtimes read about the machine: processors, and the limits of the container.
  static let machine = ["/sys/devices/system/cpu", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage"]

  static let devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]

  /// POSIX shared memory, shm_overview(7).
  package static let sharedMemory = "/dev/shm"

  /// Where scripts write unless a policy or a key adds to it.
  package static let temporary = "/tmp"

  /// The paths of a task.
  ///
  /// - Parameters:
  ///   - script: the path that the interpreter opens: allowed for itself, since it may be a mount of its own.
  ///   - taskDirectory: nil where the script comes from elsewhere and there is none.
  ///   - workDirectory: the script's working directory.
  package static func grants(
    script: String, taskDirectory: String?, workDirectory: String,
    configuration: EffectiveConfiguration, alsoExecutable: String? = nil
  ) -> [PathGrant] {
    var grants = system.map { PathGrant($0, .readExecute) }
    // Software beyond the distribution's lives in /opt; a volume mounted there is somebody's data.
    grants.append(PathGrant("/opt", .readExecute, acceptsMount: false))
    // Container runtimes cover parts of /proc with mounts of their own, and refuse volumes in it (runc's
    // checkProcMount). Other processes' entries are closed by the Landlock domain, ptrace(2) "Ptrace access mode".
    grants.append(PathGrant("/proc", .read, includesMountsBeneath: true))
    grants += machine.map { PathGrant($0, .read) }
    grants += devices.map { PathGrant($0, .device) }
    // A copy in the working directory has that directory's rule.
    if !PathName.lies(script.bytes, within: workDirectory.bytes) { grants.append(PathGrant(script, .readExecute)) }
    if let alsoExecutable { grants.append(PathGrant(alsoExecutable, .readExecute)) }
    if let taskDirectory { grants.append(PathGrant(taskDirectory, .readExecute)) }
    grants.append(PathGrant(workDirectory, .readWrite))
    for directory in configuration.commonDirectories { grants.append(PathGrant(directory, .readWrite)) }

    let policy = configuration.policy
    grants += (policy.readPaths + configuration.readPaths).map { PathGrant($0, .readExecute, isNamed: true) }
    grants += (policy.writePaths + configuration.writePaths).map { PathGrant($0, .readWrite, isNamed: true) }
    return grants
  }
}

extension EffectiveConfiguration {
  /// The directories in which the script may write.
  package var scriptsOwnDirectories: [String] { commonDirectories + policy.writePaths + writePaths }

  /// Those of them that nobody has to name.
  var commonDirectories: [String] {
    scratchDirectory.map { [$0] } ?? [FilesystemPolicy.temporary, FilesystemPolicy.sharedMemory]
  }
}
