import Foundation
import KubernetesAPI
import Testing

struct KubeconfigTests {
  private func access(_ text: String, context: String? = nil) throws -> ClusterAccess {
    let file = NSTemporaryDirectory() + "kubeconfig-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return try Kubeconfig(path: file).access(context: context)
  }

  private func config(user: String, cluster: String = "server: https://10.0.0.1:6443/") -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: here
    clusters:
      - name: one
        cluster: {\(cluster)}
    users:
      - name: me
        user: {\(user)}
    contexts:
      - name: here
        context: {cluster: one, user: me, namespace: tasks}
      - name: nowhere
        context: {cluster: two, user: me}
    """
  }

  @Test("a context names server, namespace and user")
  func plain() throws {
    let found = try access(config(user: "token: secret"))
    #expect(found.server == "https://10.0.0.1:6443")
    #expect(found.namespace == "tasks")
    #expect(found.credential == .token("secret"))
  }

  @Test("data, files beside the kubeconfig, programs")
  func credentials() throws {
    let data = try access(
      config(user: "client-certificate-data: YQ==, client-key-data: Yg=="))
    #expect(data.clientCertificate == Array("a".utf8) && data.clientKey == Array("b".utf8))
    let file = try access(config(user: "tokenFile: token, token: other"))
    guard case .tokenFile(let path) = file.credential else {
      Issue.record("\(file.credential)")
      return
    }
    #expect(path.hasPrefix("/") && path.hasSuffix("/token"))
    let program = try access(
      config(
        user:
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks], env: [{name: A, value: b}]}"))
    #expect(
      program.credential
        == .program(
          CredentialProgram(
            command: "aws", arguments: ["eks"], environment: ["A": "b"], apiVersion: "client.authentication.k8s.io/v1"))
    )
  }

  @Test(
    "what cannot be used is refused, and why is said",
    arguments: [
      ("auth-provider: {name: gcp}", "auth-provider"), ("username: a, password: b", "password"),
      ("as: other, token: a", "impersonates"), ("client-certificate-data: YQ==", "and not both"),
      ("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: a}", "v1 and v1beta1"),
      ("client-certificate: /no/such/file, client-key-data: Yg==", "/no/such/file"),
      ("client-key-data: '!', client-certificate-data: '!'", "base64"),
    ])
  func refused(user: String, expected: String) {
    #expect {
      try access(config(user: user))
    } throws: { error in
      (error as? KubernetesError)?.message.contains(expected) == true
    }
  }

  @Test("contexts and clusters that are not there")
  func missing() {
    for (context, expected) in [
      ("other", "no context called other; there are here, nowhere"), ("nowhere", "no cluster"),
    ] {
      #expect {
        try access(config(user: "token: a"), context: context)
      } throws: { error in
        (error as? KubernetesError)?.message.contains(expected) == true
      }
    }
    #expect(throws: KubernetesError.self) { try access("clusters: [") }
    #expect(throws: KubernetesError.self) {
      try access(config(user: "token: a", cluster: "server: 'https://a', proxy-url: 'http://b'"))
    }
  }
}
