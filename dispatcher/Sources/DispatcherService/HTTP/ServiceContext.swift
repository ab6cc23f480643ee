internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// What a request carries through its handlers.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Where it comes from.
  let remote: String?
  let notes = RequestNotes()

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remote = source.channel.remoteAddress?.ipAddress
  }
}

/// What a handler finds out about a request, for those around it.
final class RequestNotes: Sendable {
  private let name = Mutex<String?>(nil)

  var client: String? { name.withLock { $0 } }

  func set(client: String) { name.withLock { $0 = client } }
}
