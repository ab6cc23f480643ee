/// A kind of objects in a namespace, by its path.
package struct Resource: Sendable, Hashable {
  /// `/api/v1/namespaces/tasks/pods`
  package let path: String

  private init(_ group: String, _ plural: String, _ namespace: String) {
    path = "/\(group)/namespaces/\(namespace)/\(plural)"
  }

  package static func pods(in namespace: String) -> Resource { Resource("api/v1", "pods", namespace) }
  package static func configMaps(in namespace: String) -> Resource { Resource("api/v1", "configmaps", namespace) }
  package static func events(in namespace: String) -> Resource { Resource("api/v1", "events", namespace) }
  package static func jobs(in namespace: String) -> Resource { Resource("apis/batch/v1", "jobs", namespace) }

  func path(of name: String) -> String { path + "/" + Query.escape(name) }
}

/// Which objects of a kind are meant.
package struct Selection: Sendable, Hashable {
  /// `app.kubernetes.io/managed-by=warder-dispatcher,…`
  package var labels: String?
  /// `involvedObject.kind=Job`
  package var fields: String?

  package init(labels: String? = nil, fields: String? = nil) {
    self.labels = labels
    self.fields = fields
  }

  var query: [(String, String)] {
    (labels.map { [("labelSelector", $0)] } ?? []) + (fields.map { [("fieldSelector", $0)] } ?? [])
  }
}

/// Queries of URLs.
enum Query {
  static func text(_ items: [(String, String)]) -> String {
    items.isEmpty ? "" : "?" + items.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
  }

  /// Everything but the unreserved characters of RFC 3986.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = Array("0123456789ABCDEF")
        escaped += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return escaped
  }
}
