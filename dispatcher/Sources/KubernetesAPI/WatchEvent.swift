internal import Foundation

/// One line of a watch.
enum WatchEvent<Object: KubernetesObject>: Sendable {
  case added(Object)
  case modified(Object)
  case deleted(Object)
  /// Nothing has happened up to this version.
  case bookmark(resourceVersion: String)
  case error(APIStatus)
  /// A type that this reader does not know.
  case other

  private struct Head: Decodable {
    var type: String
  }
  private struct Body<Content: Decodable>: Decodable {
    var object: Content
  }

  static func parse(_ line: [UInt8]) throws(KubernetesError) -> WatchEvent {
    let head: Head = try KubernetesClient.decode(line)
    switch head.type {
    case "ADDED": return .added(try object(line))
    case "MODIFIED": return .modified(try object(line))
    case "DELETED": return .deleted(try object(line))
    case "BOOKMARK":
      // An object of the kind of which only the version is filled in.
      let body: Body<BareObject> = try KubernetesClient.decode(line)
      return .bookmark(resourceVersion: body.object.metadata.resourceVersion ?? "")
    case "ERROR":
      let body: Body<StatusBody> = try KubernetesClient.decode(line)
      let status = body.object
      return .error(
        APIStatus(
          code: status.code ?? 500, reason: status.reason ?? "", message: status.message ?? "the watch failed",
          retryAfterSeconds: status.details?.retryAfterSeconds))
    default: return .other
    }
  }

  private static func object(_ line: [UInt8]) throws(KubernetesError) -> Object {
    let body: Body<Object> = try KubernetesClient.decode(line)
    return body.object
  }
}
