/// Where pods of tasks may connect to, as an exception beside the deny-all policy.
package struct EgressRule: Sendable, Equatable {
  package enum Destination: Sendable, Equatable {
    case cidr(String)
    case pods(namespace: String, labels: [String: String])
  }

  package struct Port: Sendable, Equatable {
    package let number: Int64
    package let transport: String
  }

  package let destination: Destination
  package let ports: [Port]

  /// `cidr=10.0.0.0/8:443`, `ns=messaging,pod=app=nats:4222`; several ports with `+`, UDP as `53/udp`.
  package init(_ text: String) throws(ManifestError) {
    let expected = "expected cidr=ADDRESS/LENGTH:PORT or ns=NAMESPACE[,pod=LABEL=VALUE]:PORT, found \"\(text)\""
    guard let colon = text.lastIndex(of: ":") else { throw ManifestError(expected) }
    let place = String(text[..<colon])
    ports = try Self.ports(String(text[text.index(after: colon)...]), expected)
    if place.hasPrefix("cidr=") {
      let cidr = String(place.dropFirst(5))
      guard CIDR.isValid(cidr) else {
        throw ManifestError(
          CIDR.looksLikeName(cidr)
            ? "\(text): a NetworkPolicy knows addresses and no names; give the addresses that \(cidr) has as cidr=…/32"
            : expected)
      }
      destination = .cidr(cidr)
      return
    }
    guard place.hasPrefix("ns=") else {
      throw ManifestError(
        CIDR.looksLikeName(place)
          ? "\(text): a NetworkPolicy knows addresses and no names; \(expected)" : expected)
    }
    var labels: [String: String] = [:]
    var namespace = ""
    for (index, part) in place.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
      if index == 0, pair.count == 2, KubernetesName.isLabel(pair[1]) {
        namespace = pair[1]
        continue
      }
      guard index > 0, pair.count == 2, pair[0] == "pod" else { throw ManifestError(expected) }
      let label = pair[1].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
      guard label.count == 2, KubernetesName.isLabelKey(label[0]), KubernetesName.isLabelValue(label[1]) else {
        throw ManifestError(expected)
      }
      labels[label[0]] = label[1]
    }
    guard !namespace.isEmpty else { throw ManifestError(expected) }
    destination = .pods(namespace: namespace, labels: labels)
  }

  init(_ destination: Destination, ports: [Port]) {
    self.destination = destination
    self.ports = ports
  }

  private static func ports(_ text: String, _ expected: String) throws(ManifestError) -> [Port] {
    var ports: [Port] = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "/", omittingEmptySubsequences: false)
      guard let number = Int64(pair[0]), (1...65535).contains(number), pair.count <= 2 else {
        throw ManifestError(expected)
      }
      let transport = pair.count == 2 ? pair[1].uppercased() : "TCP"
      guard transport == "TCP" || transport == "UDP" else { throw ManifestError(expected) }
      ports.append(Port(number: number, transport: transport))
    }
    return ports
  }

  var node: ManifestNode {
    .map {
      ManifestMember("to", [destinationNode])
      ManifestMember(
        "ports",
        .list(
          ports.map { port in
            .map {
              ManifestMember("protocol", .string(port.transport))
              ManifestMember("port", .integer(port.number))
            }
          }))
    }
  }

  private var destinationNode: ManifestNode {
    switch destination {
    case .cidr(let cidr):
      .map { ManifestMember("ipBlock", .map { ManifestMember("cidr", .string(cidr)) }) }
    case .pods(let namespace, let labels):
      .map {
        ManifestMember("namespaceSelector", Self.selector(["kubernetes.io/metadata.name": namespace]))
        if !labels.isEmpty { ManifestMember("podSelector", Self.selector(labels)) }
      }
    }
  }

  static func selector(_ labels: [String: String]) -> ManifestNode {
    .map {
      ManifestMember(
        "matchLabels",
        .map(labels.sorted { $0.key < $1.key }.map { ManifestMember($0.key, .string($0.value)) }))
    }
  }
}

/// Where names are looked up, which every exception by name inside a pod needs too.
package enum DNSException: Sendable {
  case kubernetes
  case openShift
  case cidr(String)

  /// `kube`, `openshift` or `cidr=…`.
  package init(_ text: String) throws(ManifestError) {
    switch text {
    case "kube": self = .kubernetes
    case "openshift": self = .openShift
    default:
      guard text.hasPrefix("cidr="), CIDR.isValid(String(text.dropFirst(5))) else {
        throw ManifestError("expected kube, openshift or cidr=ADDRESS/LENGTH, found \"\(text)\"")
      }
      self = .cidr(String(text.dropFirst(5)))
    }
  }

  package var rule: EgressRule {
    func ports(_ number: Int64) -> [EgressRule.Port] {
      [EgressRule.Port(number: number, transport: "UDP"), EgressRule.Port(number: number, transport: "TCP")]
    }
    switch self {
    case .kubernetes:
      return EgressRule(.pods(namespace: "kube-system", labels: ["k8s-app": "kube-dns"]), ports: ports(53))
    case .openShift:
      // The service's port 53 leads to 5353 in the pods, and policies see the pods'.
      return EgressRule(
        .pods(namespace: "openshift-dns", labels: ["dns.operator.openshift.io/daemonset-dns": "default"]),
        ports: ports(5353))
    case .cidr(let cidr):
      return EgressRule(.cidr(cidr), ports: ports(53))
    }
  }
}

/// Blocks of addresses.
enum CIDR {
  static func isValid(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Int(parts[1]), length >= 0, String(length) == parts[1] else { return false }
    if parts[0].contains(":") { return length <= 128 && isIPv6(parts[0]) }
    let octets = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    return length <= 32 && octets.count == 4
      && octets.allSatisfy { octet in Int(octet).map { $0 <= 255 && String($0) == octet } ?? false }
  }

  private static func isIPv6(_ text: Substring) -> Bool {
    let halves = text.components(separatedBy: "::")
    guard halves.count <= 2 else { return false }
    let groups = halves.flatMap { $0.isEmpty ? [] : $0.split(separator: ":", omittingEmptySubsequences: false) }
    guard groups.allSatisfy({ (1...4).contains($0.count) && $0.allSatisfy(\.isHexDigit) }) else { return false }
    return halves.count == 2 ? groups.count < 8 : groups.count == 8
  }

  /// Whether somebody gave a host's name where an address belongs.
  static func looksLikeName(_ text: String) -> Bool {
    text.contains(where: \.isLetter) && !text.contains("=") && !text.contains(":")
  }
}

extension Substring {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self
    while let range = rest.firstRange(of: separator) {
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return parts + [rest]
  }
}

extension TaskManifest {
  /// The exceptions of this task, beside the namespace's deny-all policy: policies add up, so nothing has to be loosened.
  package func egressPolicy(_ rules: [EgressRule], dns: DNSException?) -> ManifestNode {
    .map {
      ManifestMember("apiVersion", "networking.k8s.io/v1")
      ManifestMember("kind", "NetworkPolicy")
      ManifestMember(
        "metadata",
        .map {
          ManifestMember("name", .string(name))
          if let namespace { ManifestMember("namespace", .string(namespace)) }
          ManifestMember("labels", Self.labelMap(allLabels))
        })
      ManifestMember(
        "spec",
        .map {
          ManifestMember("podSelector", EgressRule.selector(["app.kubernetes.io/instance": name]))
          ManifestMember("policyTypes", ["Egress"])
          ManifestMember("egress", .list(((dns.map { [$0.rule] } ?? []) + rules).map { $0.node }))
        })
    }
  }
}
