import Foundation
import KubernetesAPI
import KubernetesTestSupport
import Testing

extension OneAtATime {
  /// How one speaks to an API server: certificates, tokens, errors.
  @Suite(.timeLimit(.minutes(2)))
  struct ClientTests {
    private let pods = Resource.pods(in: "tasks")

    @Test("errors are told by their Status")
    func errors() async throws {
      let server = try await StandIn()
      let client = try server.client()
      await #expect(throws: KubernetesError.self) { let _: Pod = try await client.get("none", in: .jobs(in: "tasks")) }
      do {
        let _: Job = try await client.get("none", in: .jobs(in: "tasks"))
      } catch {
        #expect(error.isNotFound)
        #expect(error.status?.reason == "NotFound")
        #expect(error.message == "jobs.batch \"none\" not found")
      }
      try await server.fault(#"{"match": "pods", "do": "status", "code": 429, "retry_after": 1}"#)
      let begun = ContinuousClock.now
      _ = try await client.list(pods, as: Pod.self)
      #expect(ContinuousClock.now - begun >= .seconds(1), "Retry-After is heeded")
      await client.shutdown()
    }

    @Test("a list comes in pages, and anew where its token has expired")
    func pages() async throws {
      let server = try await StandIn()
      let client = try server.client()
      for number in 0..<260 {
        try await server.ask("/create", #"["configmaps", {"metadata": {"name": "c\#(number)"}, "data": {"k": "v"}}]"#)
      }
      let listing = try await client.list(.configMaps(in: "tasks"), metadataOnly: true, as: BareObject.self)
      #expect(listing.items.count == 260)
      #expect(listing.time != nil)
      try await server.fault(#"{"match": "continue=", "do": "status", "code": 410}"#)
      #expect(try await client.list(.configMaps(in: "tasks"), as: BareObject.self).items.count == 260)
      #expect(try await server.requests().lines.contains { $0.contains("continue=") })
      await client.shutdown()
    }

    @Test("a token that was exchanged is read again")
    func tokens() async throws {
      let server = try await StandIn()
      let file = NSTemporaryDirectory() + "kube-token-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: file) }
      try "first\n".write(toFile: file, atomically: true, encoding: .utf8)
      try await server.ask("/tokens", #"["first"]"#)
      let client = try server.client { $0.credential = .tokenFile(file) }
      _ = try await client.list(pods, as: Pod.self)
      try await server.ask("/tokens", #"["second"]"#)
      try "second\n".write(toFile: file, atomically: true, encoding: .utf8)
      _ = try await client.list(pods, as: Pod.self)
      try await server.ask("/tokens", #"["third"]"#)
      do {
        _ = try await client.list(pods, as: Pod.self)
        Issue.record("it was let in")
      } catch {
        #expect(error.status?.code == 401)
      }
      await client.shutdown()
    }

    @Test("a program gives the token")
    func program() async throws {
      let server = try await StandIn()
      try await server.ask("/tokens", #"["from-program"]"#)
      let answer =
        #"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"'$TOKEN'"}}"#
      let client = try server.client {
        $0.credential = .program(
          CredentialProgram(
            command: "sh", arguments: ["-c", "echo '\(answer)'"], environment: ["TOKEN": "from-program"],
            apiVersion: "client.authentication.k8s.io/v1"))
      }
      _ = try await client.list(pods, as: Pod.self)
      await client.shutdown()
    }

    @Test("TLS with the cluster's own authority, and with no other")
    func tls() async throws {
      let folder = try Certificates()
      let server = try await StandIn(["--tls", folder.path + "/server.crt", folder.path + "/server.key"])
      let authority = try Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/ca.crt")))
      let good = try server.client { $0.authorities = authority }
      _ = try await good.list(pods, as: Pod.self)
      await good.shutdown()
      let careless = try server.client { $0.skipsVerification = true }
      _ = try await careless.list(pods, as: Pod.self)
      await careless.shutdown()
      var limits = KubernetesClient.Limits()
      limits.whole = .seconds(1)
      let bad = try KubernetesClient(ClusterAccess(server: server.url), limits: limits, logger: StandIn.silent)
      do {
        _ = try await bad.list(pods, as: Pod.self)
        Issue.record("an unknown authority was taken")
      } catch {
        guard case .connection = error else {
          Issue.record("\(error)")
          return
        }
      }
      await bad.shutdown()
    }

    @Test("a service account of a pod")
    func inCluster() async throws {
      let folder = try Certificates()
      let server = try await StandIn(["--tls", folder.path + "/server.crt", folder.path + "/server.key"])
      try await server.ask("/tokens", #"["pod-token"]"#)
      try "pod-token".write(toFile: folder.path + "/token", atomically: true, encoding: .utf8)
      try "tasks\n".write(toFile: folder.path + "/namespace", atomically: true, encoding: .utf8)
      let port = try #require(URL(string: server.url)?.port)
      let access = try ClusterAccess.inCluster(
        folder: folder.path,
        environment: ["KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(port)"])
      #expect(access.namespace == "tasks")
      let client = try KubernetesClient(access, logger: StandIn.silent)
      _ = try await client.list(pods, as: Pod.self)
      await client.shutdown()
      #expect(throws: KubernetesError.self) { try ClusterAccess.inCluster(folder: folder.path, environment: [:]) }
    }
  }
}

/// An authority, and a server's certificate for 127.0.0.1 by it.
final class Certificates {
  let path = NSTemporaryDirectory() + "kube-certificates-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let script = """
      cd "$0" && exec >/dev/null 2>&1
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
        -keyout ca.key -out ca.crt &&
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -keyout server.key -out server.csr &&
      printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\\n' >ext &&
      openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out server.crt
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script, path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw StandIn.Broken(description: "openssl made no certificates") }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
