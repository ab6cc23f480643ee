internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// What a request carries through its handlers.
struct ServiceContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// Where it comes from.
  let remote: String?
  let channel: any Channel
  let notes = RequestNotes()

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    remote = source.channel.remoteAddress?.ipAddress
    channel = source.channel
  }

  /// Closes the connection, with time for the client to read its answer: whoever closes while there is something unread resets
  /// it (RFC 9112, section 9.6).
  func closeSoon() {
    let channel = channel
    Task {
      try? await Task.sleep(for: .seconds(2))
      channel.close(mode: .all, promise: nil)
    }
  }
}

/// What a handler finds out about a request, for those around it.
final class RequestNotes: Sendable {
  private let name = Mutex<String?>(nil)
  private let unread = Mutex(false)

  var client: String? { name.withLock { $0 } }

  func set(client: String) { name.withLock { $0 = client } }

  /// The body was not read to its end, which may never come.
  var isBodyUnread: Bool { unread.withLock { $0 } }

  func setBodyUnread() { unread.withLock { $0 = true } }
}
