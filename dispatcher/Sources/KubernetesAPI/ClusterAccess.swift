/// Where an API server is, how it is known, and as whom one speaks to it.
package struct ClusterAccess: Sendable {
  package enum Credential: Sendable, Hashable {
    case none
    case token(String)
    /// A file whose content changes from time to time: the kubelet writes a new token before the old one expires.
    case tokenFile(String)
    /// A program that prints a token (`exec` of a kubeconfig).
    case program(CredentialProgram)
  }

  /// `https://10.0.0.1:443`, without a slash at its end.
  package var server: String
  /// The namespace of the context or of the service account.
  package var namespace: String?
  /// PEM; nil for the system's.
  package var authorities: [UInt8]?
  /// The name in the server's certificate, where it is not the host's.
  package var serverName: String?
  package var skipsVerification = false
  /// PEM.
  package var clientCertificate: [UInt8]?
  package var clientKey: [UInt8]?
  package var credential = Credential.none

  package init(server: String) {
    var server = server
    while server.hasSuffix("/") { server.removeLast() }
    self.server = server
  }
}

/// A program that gives out credentials (`client.authentication.k8s.io`).
package struct CredentialProgram: Sendable, Hashable {
  package var command: String
  package var arguments: [String]
  package var environment: [String: String]
  package var apiVersion: String

  package init(command: String, arguments: [String], environment: [String: String], apiVersion: String) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.apiVersion = apiVersion
  }
}
