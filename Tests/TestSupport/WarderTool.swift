import Foundation

/// `warder` as a person or a program calls it.
package struct WarderTool: Sendable {
  /// The tool that lies beside these tests.
  package static let binary: String = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("warder").path
    return FileManager.default.isExecutableFile(atPath: beside) ? beside : Repository.path(".build/debug/warder")
  }()

  package var arguments: [String]
  package var environment: [String: String] = [:]
  package var input: [UInt8] = []
  package var directory: String?
  package var timeLimit: Duration = .seconds(60)

  package init(_ arguments: [String]) {
    self.arguments = arguments
  }

  /// Runs it to its end, with the `warder-init` under test and podman set up for this machine.
  package func run(
    whileRunning: @escaping @Sendable (Int32) async throws -> Void = { _ in }
  ) async throws -> ProcessRun {
    try await Slots.run { [command] in try await command.run(whileRunning: whileRunning) }
  }

  private var command: ProcessCommand {
    var command = ProcessCommand(Self.binary, arguments, environment: Self.environment(with: environment))
    command.input = input
    command.directory = directory
    command.timeLimit = timeLimit
    return command
  }

  /// What a run of the tool finds in its environment.
  package static func environment(with more: [String: String] = [:]) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    var environment = ["PATH": clients.path + ":/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]
    for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "CONTAINERS_CONF", "USER"] {
      environment[name] = own[name]
    }
    return environment.merging(more) { _, new in new }
  }

  /// A directory with `podman` as `scripts/lib/podman` sets it up, and with the same as `docker`: it takes docker's command line,
  /// and no other docker is there to be tested.
  private static let clients: Clients = {
    do { return try Clients() } catch { fatalError("\(error)") }
  }()

  private final class Clients: Sendable {
    let path = "/tmp/warder-clients-\(randomName())"

    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      for name in ["podman", "docker"] {
        let script = "#!/bin/sh\nPATH='\(searchPath)' exec '\(Repository.path("scripts/lib/podman"))' \"$@\"\n"
        try Data(script.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(path)/\(name)")
      }
      atexit { WarderTool.removeClients() }
    }
  }

  private static func removeClients() { try? FileManager.default.removeItem(atPath: clients.path) }
}
