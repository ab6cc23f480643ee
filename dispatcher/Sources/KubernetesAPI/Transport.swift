internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

extension HTTPClient {
  /// A client for one API server, with its authorities and the client's certificate.
  static func forCluster(_ access: ClusterAccess) throws(KubernetesError) -> HTTPClient {
    var configuration = HTTPClient.Configuration(tlsConfiguration: try tls(access))
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(10))
    // Each watch and each followed log holds a stream for minutes. Over HTTP/2 they would share one connection, whose streams
    // the server limits (100 since CVE-2023-44487) and the client then queues behind, short requests as well; HTTP/1.1 has a
    // connection for each, as many as there are.
    configuration.httpVersion = .http1Only
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16_384
    configuration.connectionPool.idleTimeout = .seconds(30)
    // The certificate's name becomes that of the URL, and is looked up where the server really is.
    if let name = access.serverName, let host = access.host { configuration.dnsOverride = [name: host] }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  private static func tls(_ access: ClusterAccess) throws(KubernetesError) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    do {
      if let authorities = access.authorities {
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authorities))
      }
      if let certificate = access.clientCertificate, let key = access.clientKey {
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
      }
    } catch {
      throw .configuration("the certificates for the API server cannot be read: \(error)")
    }
    if access.skipsVerification { tls.certificateVerification = .none }
    return tls
  }
}

/// One exchange with the server.
struct Call: Sendable {
  var method: HTTPMethod
  /// With its query.
  var path: String
  var body: [UInt8]?
  var contentType = "application/json"
  var accept = "application/json"
}

extension Call {
  static func get(_ path: String, accept: String = "application/json") -> Call {
    Call(method: .GET, path: path, accept: accept)
  }
}

extension ClusterAccess {
  /// The server's address, by the name that its certificate has.
  var url: String {
    guard let serverName, let host, let range = server.range(of: host) else { return server }
    return server.replacingCharacters(in: range, with: serverName)
  }

  var host: String? { URL(string: server)?.host }
}
