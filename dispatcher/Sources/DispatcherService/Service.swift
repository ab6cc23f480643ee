package import DispatcherModel
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// The dispatcher as a service: HTTP around tasks.
package struct DispatcherApplication: Sendable {
  private let configuration: ServiceConfiguration
  private let dispatcher: Dispatcher
  private let archive: Archive
  private let authentication: Authentication
  private let logger: Logger

  package init(
    _ configuration: ServiceConfiguration, engine: any Engine, archive: Archive, logger: Logger
  ) throws(ServiceConfigurationError) {
    self.configuration = configuration
    self.archive = archive
    self.logger = logger
    authentication = try Authentication(configuration)
    do throws(ArchiveError) {
      let audit = try AuditLog(configuration.audit, archive: archive.directory)
      dispatcher = Dispatcher(configuration, engine: engine, archive: archive, audit: audit, logger: logger)
    } catch { throw ServiceConfigurationError("audit: \(error.message)") }
  }

  /// How long requests that are answered may take when the service ends: after that a reader who takes nothing is left alone.
  private static let lastAnswers = Duration.seconds(10)
  /// How long a connection may say nothing, or send its request piece by piece.
  private static let idle = TimeAmount.seconds(75)

  /// Serves until SIGTERM or SIGINT. Tasks go on then, and the next dispatcher takes them up.
  ///
  /// - Parameter whenListening: gets the port, which matters where any was asked for.
  package func run(whenListening: @escaping @Sendable (Int) -> Void) async throws {
    await dispatcher.recover()
    let routes = Routes(
      configuration: configuration, dispatcher: dispatcher, archive: archive, authentication: authentication)
    let application = Application(
      router: routes.router(accessLog: configuration.accessLog.descriptor.map { LineSink($0) }),
      server: .http1(configuration: .init(idleTimeout: Self.idle)),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "warder-dispatcher"),
      onServerRunning: { channel in whenListening(channel.localAddress?.port ?? 0) },
      logger: logger)
    var group = ServiceGroupConfiguration(
      services: [
        .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup),
        .init(service: Sweeper(dispatcher: dispatcher)),
      ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    group.maximumGracefulShutdownDuration = Self.lastAnswers
    group.maximumCancellationDuration = .seconds(5)
    try await ServiceGroup(configuration: group).run()
  }
}
