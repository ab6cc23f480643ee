package import Foundation
internal import NIOHTTP1

extension KubernetesClient {
  // MARK: - Reading

  package func get<Object: KubernetesObject>(
    _ name: String, in resource: Resource, as type: Object.Type = Object.self
  ) async throws(KubernetesError) -> Object {
    try Self.decode(try await perform(.get(resource.path(of: name))).bytes)
  }

  /// All objects as they are now, and the version from which a watch goes on.
  package struct Listing<Object: KubernetesObject>: Sendable {
    package var items: [Object]
    package var resourceVersion: String
    /// The server's clock.
    package var time: Date?
  }

  /// - Parameter metadataOnly: leaves out the objects' content, whatever they are.
  package func list<Object: KubernetesObject>(
    _ resource: Resource, _ selection: Selection = Selection(), metadataOnly: Bool = false,
    as type: Object.Type = Object.self
  ) async throws(KubernetesError) -> Listing<Object> {
    // A continue token that has expired: once more, and in one piece (as client-go's pager does).
    do throws(KubernetesError) {
      return try await list(resource, selection, metadataOnly, pageSize: 250)
    } catch {
      guard error.status?.isExpired == true else { throw error }
      return try await list(resource, selection, metadataOnly, pageSize: nil)
    }
  }

  private func list<Object: KubernetesObject>(
    _ resource: Resource, _ selection: Selection, _ metadataOnly: Bool, pageSize: Int?
  ) async throws(KubernetesError) -> Listing<Object> {
    var listing = Listing<Object>(items: [], resourceVersion: "", time: nil)
    var rest: String?
    repeat {
      var query = selection.query
      if let pageSize { query.append(("limit", String(pageSize))) }
      if let rest { query.append(("continue", rest)) }
      let answer = try await perform(
        .get(
          resource.path + Query.text(query),
          accept: metadataOnly
            ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" : "application/json"))
      let page: ObjectList<Object> = try Self.decode(answer.bytes)
      listing.items += page.items ?? []
      // All pages are of one version.
      listing.resourceVersion = page.metadata.resourceVersion ?? ""
      listing.time = answer.serverTime
      rest = page.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
    } while rest != nil
    return listing
  }

  // MARK: - Changing

  /// Creates an object, once.
  ///
  /// After an answer that leaves open what was done, the object may be there: then it is ours if it has the annotation that
  /// nobody else's has.
  ///
  /// - Parameter mark: an annotation in `body` with a random value.
  package func create<Object: KubernetesObject>(
    _ body: [UInt8], named name: String, mark: (name: String, value: String), in resource: Resource,
    as type: Object.Type = Object.self
  ) async throws(KubernetesError) -> Object {
    let call = Call(
      method: .POST, path: resource.path + Query.text([("fieldValidation", "Strict")]), body: body)
    let end = ContinuousClock.now + limits.whole
    var backoff = Backoff()
    while true {
      do throws(KubernetesError) {
        return try Self.decode(try await attempt(call).bytes)
      } catch {
        if error.status?.code == 409, error.status?.reason == "AlreadyExists" {
          let present: Object
          do throws(KubernetesError) {
            present = try await get(name, in: resource)
          } catch let other {
            // Gone again in between.
            guard other.isNotFound, ContinuousClock.now < end else { throw other }
            try await sleep(backoff.next())
            continue
          }
          guard present.metadata.annotations?[mark.name] == mark.value else { throw error }
          return present
        }
        let isQuotaConflict = error.status?.code == 409
        guard error.isTransient || isQuotaConflict else { throw error }
        let pause = backoff.next(asked: error.status?.retryAfterSeconds)
        guard ContinuousClock.now + pause < end else { throw error }
        try await sleep(pause)
      }
    }
  }

  /// Merges JSON into an object (RFC 7396). The patch must come to the same when it is applied twice.
  package func merge<Object: KubernetesObject>(
    _ patch: [UInt8], into name: String, in resource: Resource, as type: Object.Type = Object.self
  ) async throws(KubernetesError) -> Object {
    let call = Call(
      method: .PATCH, path: resource.path(of: name) + Query.text([("fieldValidation", "Strict")]), body: patch,
      contentType: "application/merge-patch+json")
    return try Self.decode(try await perform(call).bytes)
  }

  /// Removes an object and what belongs to it. That it is gone already is no error.
  ///
  /// The propagation is always said: the default of batch/v1 for a plain DELETE is to orphan the pods.
  ///
  /// - Parameter uid: of the object that is meant; another one of the same name stays.
  /// - Returns: whether it was there.
  @discardableResult
  package func delete(_ name: String, uid: String?, in resource: Resource) async throws(KubernetesError) -> Bool {
    var body = #"{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background""#
    // A UID has letters, digits and hyphens.
    if let uid { body += #","preconditions":{"uid":"\#(uid)"}"# }
    let call = Call(
      method: .DELETE, path: resource.path(of: name) + Query.text([("propagationPolicy", "Background")]),
      body: Array((body + "}").utf8))
    do throws(KubernetesError) {
      _ = try await perform(call)
      return true
    } catch {
      // The precondition does not hold, so that the one that was meant is gone (apiserver's registry/rest, "Precondition
      // failed: UID in precondition: …, UID in object meta: …").
      let isAnother = error.status?.code == 409 && error.message.contains("UID in precondition")
      guard error.isNotFound || isAnother else { throw error }
      return false
    }
  }

  static func decode<Object: Decodable>(_ bytes: [UInt8]) throws(KubernetesError) -> Object {
    do {
      return try JSONDecoder().decode(Object.self, from: Data(bytes))
    } catch {
      throw .malformed("the API server's answer is not what was expected: \(error)")
    }
  }
}
