internal import WarderFrames

/// The page for people, one file of HTML that needs nothing else, and the description of the interface. Both are compiled in,
/// so that the dispatcher stays one file.
package enum Page {
  package static let html: [UInt8] = PackageResources.index_html

  /// OpenAPI 3.1, as JSON.
  package static let interfaceDescription: [UInt8] = PackageResources.openapi_json

  /// The `Content-Security-Policy` of the page: exactly its own script and style may run, it may talk to this dispatcher only,
  /// nobody may frame it, and no text can become HTML (Trusted Types), whatever a script wrote.
  package static let contentSecurityPolicy: String = [
    "default-src 'none'",
    "script-src \(sources(of: "script"))",
    "style-src \(sources(of: "style"))",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].joined(separator: "; ")

  /// The digests of an element's contents, by which a policy allows it (CSP level 3, section 6.7.3.3).
  private static func sources(of element: String) -> String {
    contents(of: element, in: html).map { text in
      var encoded: [UInt8] = []
      Base64.append(bytes(ofHexadecimal: SHA256Digest.hexadecimal(of: text)).span, to: &encoded)
      return "'sha256-\(String(decoding: encoded, as: UTF8.self))'"
    }.joined(separator: " ")
  }

  /// What stands between the tags of each such element. Good enough for a page of our own, in which no text has such tags.
  static func contents(of element: String, in html: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var rest = html[...]
    while let opening = rest.firstRange(of: Array("<\(element)".utf8)),
      let end = rest[opening.upperBound...].firstIndex(of: UInt8(ascii: ">")),
      let closing = rest[end...].firstRange(of: Array("</\(element)>".utf8))
    {
      found.append(Array(rest[(end + 1)..<closing.lowerBound]))
      rest = rest[closing.upperBound...]
    }
    return found
  }

  private static func bytes(ofHexadecimal text: String) -> [UInt8] {
    let digits = text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
