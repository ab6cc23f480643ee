package import DispatcherModel
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import TaskModel
internal import WarderFrames

/// Who a request is from.
package struct Authentication: Sendable {
  private struct Entry {
    let digest: [UInt8]
    let client: Client
  }

  private let entries: [Entry]
  /// Everybody, where there are no tokens.
  private let anonymous: Client?

  /// Reads the files of tokens.
  package init(_ configuration: ServiceConfiguration) throws(ServiceConfigurationError) {
    var entries: [Entry] = []
    for token in configuration.tokens {
      switch token.source {
      case .digest(let text): entries.append(Entry(digest: Array(text.utf8), client: token.client))
      case .file(let path):
        guard let bytes = FileManager.default.contents(atPath: path) else {
          throw ServiceConfigurationError("the token of \(token.client.name): \(path) cannot be read")
        }
        var text = Array(bytes)
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        // Shorter ones can be guessed.
        guard text.count >= 16 else {
          throw ServiceConfigurationError(
            "the token of \(token.client.name): \(path) has \(text.count) bytes; at least 16 are expected")
        }
        entries.append(Entry(digest: Self.digest(text), client: token.client))
      }
    }
    self.entries = entries
    anonymous =
      configuration.tokens.isEmpty
      ? Client(name: "anonymous", trust: configuration.anonymousTrust, seesAll: true) : nil
  }

  /// - Throws: 401 without a token that is known; 403 for what a browser sends on behalf of another site.
  func client(of request: Request) throws(RequestProblem) -> Client {
    try Self.checkOrigin(request)
    if let anonymous {
      try Self.checkHost(request)
      return anonymous
    }
    guard let header = request.headers[.authorization] else {
      throw RequestProblem(401, "expected a token: Authorization: Bearer TOKEN")
    }
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else {
      throw RequestProblem(401, "expected Authorization: Bearer TOKEN")
    }
    let digest = Self.digest(Array(words[1].utf8))
    var found: Client?
    // All of them, each to its end: neither which one it is nor how much of it is right shows in the time.
    for entry in entries where Self.isEqual(entry.digest, digest) { found = entry.client }
    guard let found else { throw RequestProblem(401, "the token is not known") }
    return found
  }

  private static func digest(_ token: [UInt8]) -> [UInt8] { Array(SHA256Digest.hexadecimal(of: token).utf8) }

  /// In a time that does not depend on where they differ.
  static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    var difference: UInt8 = 0
    for (left, right) in zip(one, other) { difference |= left ^ right }
    return difference == 0
  }

  /// A page of another site may not have scripts run here just because its reader can reach this address.
  private static func checkOrigin(_ request: Request) throws(RequestProblem) {
    guard let origin = request.headers[.origin] else { return }
    guard let host = request.head.authority, origin == "http://\(host)" || origin == "https://\(host)" else {
      throw RequestProblem(403, "requests of pages from \(origin.prefix(100)) are not answered")
    }
  }

  /// Where no token protects it, a name that was made to lead here (DNS rebinding) does not open it.
  private static func checkHost(_ request: Request) throws(RequestProblem) {
    let authority = request.head.authority ?? ""
    let name = ServiceConfiguration.address(authority)?.host ?? authority
    var configuration = ServiceConfiguration()
    configuration.host = name
    guard configuration.isLoopback || name == "[::1]" else {
      throw RequestProblem(403, "without tokens only this machine's own names are answered, not \(name.prefix(100))")
    }
  }
}
