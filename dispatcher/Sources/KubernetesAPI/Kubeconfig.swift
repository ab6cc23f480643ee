internal import Foundation
internal import Yams

/// The file that kubectl is set up by (`Config` of client.config/v1).
package struct Kubeconfig {
  struct File: Decodable {
    struct Named<Value: Decodable>: Decodable {
      var name: String
      var value: Value

      struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var name: String?
        var value: Value?
        for key in container.allKeys {
          if key.stringValue == "name" {
            name = try container.decode(String.self, forKey: key)
          } else if ["cluster", "user", "context"].contains(key.stringValue) {
            value = try container.decode(Value.self, forKey: key)
          }
        }
        guard let name, let value else {
          throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "an entry lacks its name"))
        }
        self.name = name
        self.value = value
      }
    }

    struct Cluster: Decodable {
      var server: String?
      var certificateAuthority: String?
      var certificateAuthorityData: String?
      var insecureSkipTLSVerify: Bool?
      var serverName: String?
      var proxy: String?

      enum CodingKeys: String, CodingKey {
        case server
        case certificateAuthority = "certificate-authority"
        case certificateAuthorityData = "certificate-authority-data"
        case insecureSkipTLSVerify = "insecure-skip-tls-verify"
        case serverName = "tls-server-name"
        case proxy = "proxy-url"
      }
    }

    struct User: Decodable {
      struct Program: Decodable {
        struct Variable: Decodable {
          var name: String
          var value: String
        }
        var apiVersion: String?
        var command: String
        var args: [String]?
        var env: [Variable]?
      }
      struct Provider: Decodable {}

      var token: String?
      var tokenFile: String?
      var clientCertificate: String?
      var clientCertificateData: String?
      var clientKey: String?
      var clientKeyData: String?
      var username: String?
      var impersonated: String?
      var program: Program?
      var provider: Provider?

      enum CodingKeys: String, CodingKey {
        case token, tokenFile, username
        case clientCertificate = "client-certificate"
        case clientCertificateData = "client-certificate-data"
        case clientKey = "client-key"
        case clientKeyData = "client-key-data"
        case impersonated = "as"
        case program = "exec"
        case provider = "auth-provider"
      }
    }

    struct Context: Decodable {
      var cluster: String
      var user: String?
      var namespace: String?
    }

    var clusters: [Named<Cluster>]?
    var users: [Named<User>]?
    var contexts: [Named<Context>]?
    var currentContext: String?

    enum CodingKeys: String, CodingKey {
      case clusters, users, contexts
      case currentContext = "current-context"
    }
  }

  private let path: String
  private let file: File

  package init(path: String) throws(KubernetesError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .configuration("\(path): cannot be read")
    }
    do {
      file = try YAMLDecoder().decode(File.self, from: data)
    } catch {
      throw .configuration("\(path): is not a kubeconfig: \(error)")
    }
    self.path = path
  }

  /// The file that kubectl would take: the first of `KUBECONFIG`, else `~/.kube/config`.
  package static func defaultPath(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    let named = environment["KUBECONFIG"]?.split(separator: ":").map(String.init).first
    return named ?? (environment["HOME"] ?? "/root") + "/.kube/config"
  }

  /// - Parameter context: nil for the current one.
  package func access(context named: String? = nil) throws(KubernetesError) -> ClusterAccess {
    guard let name = named ?? file.currentContext, !name.isEmpty else {
      throw .configuration("\(path): has no current-context; name one of \(list(file.contexts))")
    }
    let context = try find(name, in: file.contexts, "context")
    let cluster = try find(context.cluster, in: file.clusters, "cluster")
    guard let server = cluster.server, !server.isEmpty else {
      throw .configuration("\(path): the cluster \(context.cluster) has no server")
    }
    guard cluster.proxy == nil else {
      throw .configuration(
        "\(path): the cluster \(context.cluster) is behind a proxy (proxy-url), which is not supported")
    }
    var access = ClusterAccess(server: server)
    access.namespace = context.namespace
    access.serverName = cluster.serverName
    access.skipsVerification = cluster.insecureSkipTLSVerify ?? false
    access.authorities = try bytes(
      cluster.certificateAuthorityData, cluster.certificateAuthority, "certificate-authority")
    guard !access.skipsVerification || access.authorities == nil else {
      throw .configuration(
        "\(path): insecure-skip-tls-verify and a certificate authority are given together: leave one of them out")
    }
    if let user = context.user, !user.isEmpty {
      try apply(try find(user, in: file.users, "user"), called: user, to: &access)
    }
    return access
  }

  private func apply(_ user: File.User, called name: String, to access: inout ClusterAccess) throws(KubernetesError) {
    func refuse(_ what: String) -> KubernetesError { .configuration("\(path): the user \(name) \(what)") }
    if user.provider != nil {
      throw refuse(
        "has an auth-provider, which Kubernetes gave up with 1.26: use exec, a token or a client certificate")
    }
    if user.username != nil {
      throw refuse("has a password, which no API server takes since 1.19: use a token or a client certificate")
    }
    if user.impersonated != nil { throw refuse("impersonates another (as), which is not supported") }
    access.clientCertificate = try bytes(user.clientCertificateData, user.clientCertificate, "client-certificate")
    access.clientKey = try bytes(user.clientKeyData, user.clientKey, "client-key")
    guard (access.clientCertificate == nil) == (access.clientKey == nil) else {
      throw refuse("has a client certificate or its key, and not both")
    }
    // As client-go has it: a token file outranks a token.
    if let tokenFile = user.tokenFile, !tokenFile.isEmpty {
      access.credential = .tokenFile(absolute(tokenFile))
    } else if let token = user.token, !token.isEmpty {
      access.credential = .token(token)
    } else if let program = user.program {
      let version = program.apiVersion ?? ""
      guard ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"].contains(version) else {
        throw refuse(
          "has an exec program of version \"\(version)\": v1 and v1beta1 of client.authentication.k8s.io are known")
      }
      // A path is relative to the file, a bare name is looked for in PATH.
      let command = program.command.contains("/") ? absolute(program.command) : program.command
      access.credential = .program(
        CredentialProgram(
          command: command, arguments: program.args ?? [],
          environment: Dictionary((program.env ?? []).map { ($0.name, $0.value) }) { $1 }, apiVersion: version))
    }
  }

  private func find<Value>(
    _ name: String, in entries: [File.Named<Value>]?, _ what: String
  ) throws(KubernetesError) -> Value {
    guard let entry = entries?.first(where: { $0.name == name }) else {
      throw .configuration("\(path): has no \(what) called \(name); there are \(list(entries))")
    }
    return entry.value
  }

  private func list<Value>(_ entries: [File.Named<Value>]?) -> String {
    let names = (entries ?? []).map(\.name)
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  /// - Parameters:
  ///   - data: base64, which outranks a file.
  private func bytes(_ data: String?, _ named: String?, _ what: String) throws(KubernetesError) -> [UInt8]? {
    if let data, !data.isEmpty {
      guard let decoded = Data(base64Encoded: data, options: .ignoreUnknownCharacters) else {
        throw .configuration("\(path): \(what)-data is not base64")
      }
      return Array(decoded)
    }
    guard let named, !named.isEmpty else { return nil }
    guard let content = FileManager.default.contents(atPath: absolute(named)) else {
      throw .configuration("\(path): \(what): \(absolute(named)) cannot be read")
    }
    return Array(content)
  }

  /// Relative paths begin where the file is.
  private func absolute(_ other: String) -> String {
    other.hasPrefix("/")
      ? other
      : URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(other).standardizedFileURL.path
  }
}
