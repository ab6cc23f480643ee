import Foundation

/// A Linux of its own, older than this machine's, with cgroup v2 whatever this machine has: user-mode Linux, a kernel that is
/// an ordinary process, from the Debian package of that name. It needs neither root nor a processor's help.
///
/// Its root is this machine's, read-only. `guest-init` makes containers there, one after the other.
package enum VirtualMachine {
  /// Whether to try. In CI a missing kernel is a failure and not a reason to skip.
  package static let isExpected = ProcessInfo.processInfo.environment["CI"] == "true" || isInstalled
  package static let whyNot = "user-mode-linux is not installed here; scripts/setup --test installs it"

  private static let kernel = "/usr/bin/linux.uml"
  /// What holds the machine. Its processes are processes of the host that the kernel traces: should it die, they go on by
  /// themselves, and the next `kill(-1)` or reboot(2) of one of them would be the host's. So they are in a process namespace
  /// that ends with the kernel, and own nothing outside of it.
  private static let cage = [
    "/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc",
    "--net",
    "--ipc", "--uts",
    // Process 1 there is not the kernel: what a panic does to end it, process 1 would ignore.
    "/bin/sh", "-c", "\"$@\"; exit $?", "sh",
  ]
  private static let modules = "/usr/lib/uml/modules"
  private static let initProgram = Repository.path("Tests/KernelTests/Support/guest-init")
  /// Enough for containers of 64 MiB, and for a script that asks for a GiB to be refused by its container's limit and not by
  /// the machine's.
  private static let memoryMebibytes = 1280

  private static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: kernel) }

  /// A machine that breaks down has said nothing about what ran in it, so it is started anew, but not without end.
  private static let attempts = 4

  /// Starts a machine, makes these runs in it, in their order, and gives back what came of them.
  package static func run(_ runs: [GuestRun]) async throws -> [GuestResult] {
    guard isInstalled else { throw TestSupportError(whyNot) }
    guard let version = try FileManager.default.contentsOfDirectory(atPath: modules).first else {
      throw TestSupportError("\(modules) is empty: user-mode-linux is not installed as Debian installs it")
    }
    for attempt in 1... {
      let shared = try TemporaryPath(permissions: 0o755, named: "warder-guest")
      defer { withExtendedLifetime((shared, runs)) {} }
      try FileManager.default.copyItem(atPath: WarderInit.binary, toPath: shared.path + "/warder-init")
      let directories = runs.indices.map { index in
        // In the order of their names.
        shared.path + "/runs/" + String(10_000 + index)
      }
      for (run, directory) in zip(runs, directories) { try run.write(to: directory) }
      let machine = try await start(modules: "\(modules)/\(version)", shared: shared.path, runs: runs)
      if broke(machine), attempt < attempts {
        print("The virtual machine broke down (\(machine.end)), attempt \(attempt) of \(attempts).")
        continue
      }
      return try zip(runs, directories).map { try GuestResult(of: $0, from: $1, console: machine.outputText) }
    }
    fatalError("the loop has no end of its own")
  }

  private static func start(modules: String, shared: String, runs: [GuestRun]) async throws -> ProcessRun {
    var command = ProcessCommand(
      cage[0],
      cage.dropFirst() + [
        kernel, "mem=\(memoryMebibytes)M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
        "init=\(initProgram)",
        // The console is standard output; nothing is read.
        "con=null", "con0=null,fd:1", "quiet", "panic=-1", "uml_dir=\(shared)",
        // What the kernel does not know it hands to its first process as variables.
        "shared=\(shared)", "modules=\(modules)",
      ],
      environment: ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": memoryDirectory])
    command.timeLimit = .seconds(60) + runs.reduce(.zero) { $0 + $1.timeLimit }
    return try await Slots.run { [command] in try await command.run() }
  }

  /// Whether the kernel itself ended otherwise than by being switched off. Its stack for signals (8 KiB with Debian's
  /// configuration) is too small for a few nested frames with the registers of AVX-512: rarely, it dies of that.
  private static func broke(_ machine: ProcessRun) -> Bool {
    machine.end != .exited(0) || machine.outputText.contains("Kernel panic")
  }

  /// Where the kernel keeps what is its memory: in memory where there is room, as there is not in most containers.
  private static var memoryDirectory: String {
    let free = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")[.systemFreeSize] as? Int
    return (free ?? 0) >= memoryMebibytes << 20 ? "/dev/shm" : "/tmp"
  }
}
