import Manifests
import Testing

@Suite("Exceptions from a network policy")
struct NetworkTests {
  private func rule(_ text: String) throws -> EgressRule { try EgressRule(text) }

  @Test("are addresses or pods, with ports")
  func rules() throws {
    let nats = try rule("ns=bakerst,pod=app=nats:4222")
    #expect(nats.destination == .pods(namespace: "bakerst", labels: ["app": "nats"]))
    #expect(nats.ports.map(\.number) == [4222])
    let both = try rule("ns=a,pod=app.kubernetes.io/name=b,pod=tier=c:80+443+53/udp")
    #expect(both.destination == .pods(namespace: "a", labels: ["app.kubernetes.io/name": "b", "tier": "c"]))
    #expect(both.ports.map { "\($0.number)/\($0.transport)" } == ["80/TCP", "443/TCP", "53/UDP"])
    #expect(try rule("cidr=10.0.0.0/8:443").destination == .cidr("10.0.0.0/8"))
    #expect(try rule("cidr=2001:db8::/32:443").destination == .cidr("2001:db8::/32"))
    #expect(try rule("ns=all-of-it:80").destination == .pods(namespace: "all-of-it", labels: [:]))
  }

  @Test(
    "are refused where they are no rule",
    arguments: [
      "", "10.0.0.0/8:443", "cidr=10.0.0.0/8", "cidr=10.0.0.0:443", "cidr=10.0.0/8:443", "cidr=10.0.0.256/8:443",
      "cidr=10.0.0.0/33:443", "cidr=10.0.0.0/08:443", "cidr=10.0.0.0/8:0", "cidr=10.0.0.0/8:65536",
      "cidr=10.0.0.0/8:http", "cidr=10.0.0.0/8:80/icmp", "cidr=10.0.0.0/8:80+", "cidr=::/129:1", "cidr=1::2::3/64:1",
      "cidr=12345::/32:1", "ns=:80", "ns=A:80", "ns=a,pod=b:80", "ns=a,pod=-=b:80", "ns=a,app=b:80", "pod=a=b:80",
      "cidr=10.0.0.0/8:1/tcp/udp", "cidr=:/32:1", "ns=a,pod==b:80", "cidr=01.0.0.0/8:1",
    ])
  func refusals(text: String) {
    #expect(throws: ManifestError.self) { try rule(text) }
  }

  @Test("cannot be names, and the error says why", arguments: ["example.org:443", "cidr=example.org:443", "nats:4222"])
  func names(text: String) throws {
    let error = try #require(throws: ManifestError.self) { try rule(text) }
    #expect(error.message.contains("a NetworkPolicy knows addresses and no names"))
  }

  @Test("know where names are looked up")
  func dns() throws {
    #expect(try DNSException("kube").rule.ports.map(\.number) == [53, 53])
    #expect(try DNSException("openshift").rule.ports.map(\.number) == [5353, 5353])
    #expect(try DNSException("cidr=10.0.0.10/32").rule.destination == .cidr("10.0.0.10/32"))
    for text in ["", "coredns", "cidr=10.0.0.10", "8.8.8.8"] {
      #expect(throws: ManifestError.self) { try DNSException(text) }
    }
  }
}
