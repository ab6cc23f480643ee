internal import AsyncHTTPClient
internal import NIOCore

/// What is known of a selection of objects, and whatever changes.
package enum InformerUpdate<Object: KubernetesObject>: Sendable {
  /// All objects that there are; any other is gone.
  case replaced([Object])
  /// Added or modified.
  case changed(Object)
  case deleted(Object)
  /// A watch is open: what is known is current.
  case connected
  /// Nothing can be heard for the moment, and why.
  case disturbed(KubernetesError)
}

/// Lists objects and watches them from there on, as client-go's reflector does: one request that stays open, its version kept
/// fresh by bookmarks, and a new list only where the server no longer knows that version (410 Gone).
package struct Informer<Object: KubernetesObject>: Sendable {
  let client: KubernetesClient
  let resource: Resource
  let selection: Selection
  /// What one watch is asked to last, with a random part so that they do not end together.
  let watchSeconds: ClosedRange<Int>

  package init(
    _ client: KubernetesClient, _ resource: Resource, _ selection: Selection = Selection(),
    watchSeconds: ClosedRange<Int> = 290...580
  ) {
    self.client = client
    self.resource = resource
    self.selection = selection
    self.watchSeconds = watchSeconds
  }

  /// Goes on until the task is cancelled.
  package func run(_ handle: @escaping @Sendable (InformerUpdate<Object>) async -> Void) async {
    var version: String?
    var backoff = Backoff(first: .milliseconds(200), longest: .seconds(30))
    while !Task.isCancelled {
      do throws(KubernetesError) {
        if version == nil {
          let listing = try await client.list(resource, selection, as: Object.self)
          await handle(.replaced(listing.items))
          version = listing.resourceVersion
        }
        let begun = ContinuousClock.now
        version = try await watch(from: version ?? "", handle)
        // A server that closes each watch at once is not asked a thousand times a second.
        if ContinuousClock.now - begun > .seconds(1) { backoff.reset() } else { try await sleep(backoff.next()) }
      } catch {
        if error == .cancelled { return }
        if error.status?.isExpired == true {
          version = nil
          // A server whose lists are older than what it watches from would have us list for ever.
          try? await Task.sleep(for: backoff.next())
          continue
        }
        await handle(.disturbed(error))
        try? await Task.sleep(for: backoff.next(asked: error.status?.retryAfterSeconds))
      }
    }
  }

  /// One watch.
  ///
  /// - Returns: the version from which the next one goes on.
  private func watch(
    from start: String, _ handle: @escaping @Sendable (InformerUpdate<Object>) async -> Void
  ) async throws(KubernetesError) -> String {
    let seconds = Int.random(in: watchSeconds)
    let query =
      selection.query + [
        ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", start),
        ("timeoutSeconds", String(seconds)),
      ]
    let progress = WatchProgress(start)
    // A connection whose other end is gone without a word says nothing for ever: the server would have ended it by then.
    do throws(KubernetesError) {
      try await within(.seconds(seconds + 30), "the watch of \(resource.path)") { () throws(KubernetesError) in
        let response = try await client.open(.get(resource.path + Query.text(query)))
        await handle(.connected)
        try await read(response.body, progress, handle)
      }
    } catch {
      // What was handed on is not handed on again: the next watch begins behind it.
      let version = await progress.version
      switch error {
      case .cancelled: throw error
      case .status(let status) where status.isExpired: throw error
      case .connection where version != start, .timedOut where version != start: return version
      default: throw error
      }
    }
    if Task.isCancelled { throw .cancelled }
    return await progress.version
  }

  private func read(
    _ body: HTTPClientResponse.Body, _ progress: WatchProgress,
    _ handle: @Sendable (InformerUpdate<Object>) async -> Void
  ) async throws(KubernetesError) {
    var splitter = LineSplitter(longest: client.limits.answerBytes)
    do {
      for try await buffer in body {
        for line in try splitter.feed(buffer.readableBytesView) where !line.isEmpty {
          try await take(try WatchEvent<Object>.parse(line), progress, handle)
        }
      }
    } catch {
      throw KubernetesClient.failure(error)
    }
  }

  private func take(
    _ event: WatchEvent<Object>, _ progress: WatchProgress, _ handle: @Sendable (InformerUpdate<Object>) async -> Void
  ) async throws(KubernetesError) {
    switch event {
    case .added(let object), .modified(let object):
      await handle(.changed(object))
      await progress.advance(to: object.metadata.resourceVersion)
    case .deleted(let object):
      await handle(.deleted(object))
      await progress.advance(to: object.metadata.resourceVersion)
    case .bookmark(let version): await progress.advance(to: version)
    case .error(let status): throw .status(status)
    case .other: break
    }
  }
}

/// How far a watch has come. Versions are the server's business: they are handed back and never compared.
private actor WatchProgress {
  private(set) var version: String

  init(_ version: String) { self.version = version }

  func advance(to version: String?) {
    if let version, !version.isEmpty { self.version = version }
  }
}
