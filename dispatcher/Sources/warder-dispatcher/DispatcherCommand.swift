internal import ArgumentParser
internal import DispatcherModel
internal import DispatcherService
internal import Foundation
internal import KubernetesEngine
internal import LocalEngine
internal import Logging

/// `warder-dispatcher`: reads its configuration, makes the engine, serves.
@main
struct DispatcherCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "warder-dispatcher",
    abstract: "Take scripts over HTTP, have each run once and confined, answer with what became of it.",
    discussion: """
      Without a configuration file it serves this machine alone (127.0.0.1:8080), runs Python, shell and \
      node scripts by `warder run`, and keeps what became of them in ~/.local/state/warder-dispatcher.

        warder-dispatcher
        warder-dispatcher --listen 127.0.0.1:9000 --archive /var/lib/dispatcher
        warder-dispatcher --config /etc/warder/dispatcher.yaml

      SIGTERM ends it; tasks that run go on, and the next dispatcher with the same archive takes them up.

      Exit status: 0 ended by SIGTERM or SIGINT; 64 wrong command line; 70 it failed; 78 a configuration that cannot be \
      used.
      """)

  @Option(name: .customLong("config"), help: ArgumentHelp("The configuration file (YAML or JSON).", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("Where to listen, in place of what the file says.", valueName: "host:port"))
  var listen: String?

  @Option(help: ArgumentHelp("Where tasks are kept, in place of what the file says.", valueName: "dir"))
  var archive: String?

  @Flag(help: "Read the configuration, say what is wrong with it, and end.")
  var checkConfig = false

  func run() async throws {
    do {
      let configuration = try read()
      if checkConfig {
        // The files of tokens are a part of it.
        _ = try Authentication(configuration)
        print("the configuration can be used")
        return
      }
      try await serve(configuration)
    } catch let error as ServiceConfigurationError {
      Self.complain(error.message)
      throw ExitCode(78)
    } catch let error as ArchiveError {
      Self.complain(error.message)
      throw ExitCode(70)
    } catch let error as EngineError {
      Self.complain("the engine: \(error.message)")
      throw ExitCode(70)
    }
  }

  private func read() throws -> ServiceConfiguration {
    var configuration = ServiceConfiguration()
    if let file {
      configuration = try ConfigurationFile.read(file)
    } else if ["/usr/local/bin/node", "/usr/bin/node"].contains(where: FileManager.default.isExecutableFile) {
      var node = RuntimeConfiguration(name: "node")
      node.aliases = ["javascript"]
      configuration.runtimes.append(node)
    }
    if let listen {
      guard let address = ServiceConfiguration.address(listen) else {
        throw ValidationError("--listen: expected HOST:PORT such as 127.0.0.1:8080, found \(listen)")
      }
      (configuration.host, configuration.port) = address
    }
    if let archive { configuration.archive.directory = archive }
    try configuration.check()
    return configuration
  }

  private func serve(_ configuration: ServiceConfiguration) async throws {
    var logger = Logger(label: "warder-dispatcher") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let archive = try Archive(configuration.archive.directory ?? Self.defaultArchive)
    let engine: any Engine =
      switch configuration.engine {
      case .local:
        try LocalEngine(
          configuration.local, directory: "\(archive.directory)/local", runtimes: configuration.runtimes, logger: logger
        )
      case .kubernetes: try KubernetesEngine(configuration, logger: logger)
      }
    let watching = Task { await (engine as? KubernetesEngine)?.run() }
    defer { watching.cancel() }
    let application = try DispatcherApplication(configuration, engine: engine, archive: archive, logger: logger)
    let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    try await application.run { port in
      FileHandle.standardError.write(
        Data("warder-dispatcher: engine \(engine.name), listening on http://\(host):\(port)\n".utf8))
    }
  }

  private static func complain(_ message: String) {
    FileHandle.standardError.write(Data("warder-dispatcher: \(message)\n".utf8))
  }

  /// As the XDG base directory specification has it.
  private static var defaultArchive: String {
    let environment = ProcessInfo.processInfo.environment
    let state = environment["XDG_STATE_HOME"] ?? "\(environment["HOME"] ?? "/tmp")/.local/state"
    return "\(state)/warder-dispatcher"
  }
}
