package import DispatcherModel
internal import Hummingbird
package import Logging
internal import NIOCore
internal import ServiceLifecycle

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
    dispatcher = Dispatcher(configuration, engine: engine, archive: archive, logger: logger)
  }

  /// Serves until SIGTERM or SIGINT. Tasks go on then, and the next dispatcher takes them up.
  ///
  /// - Parameter whenListening: gets the port, which matters where any was asked for.
  package func run(whenListening: @escaping @Sendable (Int) -> Void) async throws {
    await dispatcher.recover()
    let routes = Routes(
      configuration: configuration, dispatcher: dispatcher, archive: archive, authentication: authentication)
    let application = Application(
      router: routes.router(),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "warder-dispatcher"),
      onServerRunning: { channel in whenListening(channel.localAddress?.port ?? 0) },
      logger: logger)
    try await application.runService()
  }
}
