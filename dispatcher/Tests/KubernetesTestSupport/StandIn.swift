internal import AsyncHTTPClient
internal import Foundation
package import KubernetesAPI
package import Logging
internal import NIOCore
internal import NIOHTTP1

/// A stand-in for an API server, in a process of its own that ends with this object.
package final class StandIn: Sendable {
  private struct Addresses: Decodable {
    var url: String
    var control: String
  }

  package let url: String
  private let control: String
  private let process: Process

  /// The repository.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  package init(_ arguments: [String] = []) async throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    let role = Self.root + "/dispatcher/manifests/rbac.yaml"
    process.arguments =
      [
        "-B", Self.root + "/dispatcher/Tests/StandIn/stand_in.py", "--warder-init", Self.root + "/dist/warder-init",
      ] + (FileManager.default.fileExists(atPath: role) ? ["--role", role] : []) + arguments
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    let reader = output.fileHandleForReading
    // Not on a thread that other tests need.
    let line = await withCheckedContinuation { (continuation: CheckedContinuation<Data, Never>) in
      Thread.detachNewThread {
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
          let byte = reader.readData(ofLength: 1)
          if byte.isEmpty { break }
          line += byte
        }
        continuation.resume(returning: line)
      }
    }
    guard !line.isEmpty else { throw Broken(description: "the stand-in does not start") }
    let addresses = try JSONDecoder().decode(Addresses.self, from: line)
    url = addresses.url
    control = addresses.control
  }

  deinit { process.terminate() }

  package struct Broken: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// A client whose patience is short.
  package func client(_ change: (inout ClusterAccess) -> Void = { _ in }) throws -> KubernetesClient {
    var access = ClusterAccess(server: url)
    change(&access)
    var limits = KubernetesClient.Limits()
    limits.request = .seconds(5)
    limits.whole = .seconds(20)
    return try KubernetesClient(access, limits: limits, logger: Self.silent)
  }

  package static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  // MARK: - Control

  @discardableResult
  package func ask(_ path: String, _ body: String? = nil) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: control + path)
    if let body {
      request.method = .POST
      request.body = .bytes(ByteBuffer(string: body))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    guard response.status == .ok else { throw Broken(description: "\(path): \(response.status)") }
    return Array(try await response.body.collect(upTo: 1 << 28).readableBytesView)
  }

  package func fault(_ faults: String...) async throws {
    try await ask("/faults", "[\(faults.joined(separator: ","))]")
  }

  package func set(_ settings: String) async throws { try await ask("/set", settings) }

  /// What is there, by resource and name.
  package func objects() async throws -> [String: [String: Any]] {
    let data = Data(try await ask("/state"))
    return try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]] ?? [:]
  }

  /// Names of what is there, events left out.
  package func names() async throws -> [String] {
    try await objects().filter { $0.key != "events" }.flatMap { resource, found in
      found.keys.map { "\(resource)/\($0)" }
    }.sorted()
  }

  package struct Requests: Decodable, Sendable {
    /// `batch/jobs create` and how often.
    package var verbs: [String: Int]
    /// `METHOD /path?query`
    package var lines: [String]
    package var mostStreams: Int

    enum CodingKeys: String, CodingKey {
      case verbs, lines
      case mostStreams = "most_streams"
    }
  }

  package func requests() async throws -> Requests {
    try JSONDecoder().decode(Requests.self, from: Data(try await ask("/requests")))
  }
}

/// Waits until something is so.
package func eventually(
  within seconds: Double = 60, _ what: String, _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while !(try await condition()) {
    guard ContinuousClock.now < end else { throw StandIn.Broken(description: "not within \(seconds) s: \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}
