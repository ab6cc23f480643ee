import RandomInput
import Testing

@testable import TaskModel

@Suite struct EnvironmentLayerTests {
  private func parse(_ pairs: (String, String)...) throws(ConfigurationError) -> ParsedLayer {
    try EnvironmentLayer.parse(variables(pairs))
  }

  private func error(_ name: String, _ value: String) -> ConfigurationError? {
    configurationError { () throws(ConfigurationError) in _ = try EnvironmentLayer.parse(variables([(name, value)])) }
  }

  @Test func readsItsOwnAndLeavesTheRest() throws {
    let layer = try parse(
      ("PATH", "/bin"), ("WARDER_TIMEOUT", "30s"), ("warder_grace", "1x"), ("XWARDER_GRACE", "1x"), ("WARDER", "x"),
      ("WARDER_ARGS", #"["-n", "5"]"#))
    #expect(layer.settings.count == 2)
    guard case .number(30_000)? = layer.setting(of: .timeout)?.value else {
      Issue.record("no timeout")
      return
    }
  }

  @Test(arguments: [
    ("WARDER_TIMOUT", "30s", "WARDER_TIMOUT: no key has this variable; did you mean WARDER_TIMEOUT?"),
    ("WARDER_", "", "WARDER_: no key has this variable; --help lists the keys"),
    ("WARDER_timeout", "30s", "WARDER_timeout: no key has this variable; --help lists the keys"),
    ("WARDER_POLICY", "/p", "WARDER_POLICY: give policy as the flag --policy instead"),
    (
      "WARDER_TIMEOUT", "30",
      "WARDER_TIMEOUT: expected a unit (h, m, s or ms) after \"30\", as in 30s (in \"30\")"
    ),
    (
      "WARDER_ARGS", "-n 5",
      "WARDER_ARGS: expected JSON such as [\"first\", \"second\"]: line 1, column 2: expected a digit, found 'n'"
    ),
    ("WARDER_ENV", "[]", "WARDER_ENV: expected an object of strings, found an array"),
    ("WARDER_ARGS", "[1]", "WARDER_ARGS: expected an array of strings, found a number"),
  ])
  func refuses(_ name: String, _ value: String, _ message: String) {
    #expect(error(name, value)?.message == message)
  }

  @Test func refusesAVariableThatIsThereTwice() {
    let error = configurationError { () throws(ConfigurationError) in
      _ = try parse(("WARDER_TIMEOUT", "1s"), ("WARDER_TIMEOUT", "2s"))
    }
    #expect(error?.kind == .duplicate)
  }

  // MARK: - Service links

  /// What the kubelet makes of one Service, as pkg/kubelet/envvars/envvars.go does.
  private func links(
    service: String, address: String, ports: [(name: String, port: Int, proto: String)]
  ) -> [(String, String)] {
    func variable(_ name: String) -> String { name.uppercased().replacing("-", with: "_") }
    let prefix = variable(service)
    let host = address.contains(":") ? "[\(address)]" : address
    var result = [
      (prefix + "_SERVICE_HOST", address), (prefix + "_SERVICE_PORT", "\(ports[0].port)"),
      (prefix + "_PORT", "\(ports[0].proto)://\(host):\(ports[0].port)"),
    ]
    for port in ports {
      if !port.name.isEmpty { result.append((prefix + "_SERVICE_PORT_" + variable(port.name), "\(port.port)")) }
      let link = "\(prefix)_PORT_\(port.port)_\(port.proto.uppercased())"
      result += [
        (link, "\(port.proto)://\(host):\(port.port)"), (link + "_PROTO", port.proto), (link + "_PORT", "\(port.port)"),
        (link + "_ADDR", address),
      ]
    }
    return result
  }

  @Test func passesOverWhatKubernetesInjects() throws {
    var random = SeededGenerator(seed: 7)
    let words = ["api", "service", "port", "80", "tcp", "host", "timeout", "grace", "proto", "addr", "x1"]
    for round in 0..<600 {
      let name = (["warder"] + (0..<random.number(0...3)).map { _ in random.pick(words) }).joined(separator: "-")
      let address =
        random.chance(70)
        ? (0..<4).map { _ in "\(random.number(0...255))" }.joined(separator: ".")
        : random.pick(["fd00::1", "2001:db8:0:1:2:3:4:5", "::1"])
      let ports = (0..<random.number(1...3)).map { index in
        (
          name: index == 0 && random.chance(50)
            ? "" : (0..<random.number(1...2)).map { _ in random.pick(words) }.joined(separator: "-"),
          port: random.number(1...65_535), proto: random.pick(["tcp", "udp", "sctp"])
        )
      }
      let links = links(service: name, address: address, ports: ports)
      #expect(links.count >= 7)
      for link in links {
        #expect(error(link.0, link.1) == nil, "round \(round): \(link.0)=\(link.1)")
      }
    }
  }

  /// The same names with what a person would write, and names that only resemble them.
  @Test(arguments: [
    ("WARDER_PORT", "8080"), ("WARDER_PORT", "tcp://10.0.0.1"), ("WARDER_PORT", "http://10.0.0.1:80"),
    ("WARDER_PORT", "tcp://host:80"), ("WARDER_PORT", ""), ("WARDER_SERVICE_HOST", "localhost"),
    ("WARDER_SERVICE_HOST", "10.0.0"), ("WARDER_SERVICE_HOST", "10.0.0.256"), ("WARDER_SERVICE_PORT", "http"),
    ("WARDER_SERVICE_PORT", "0"), ("WARDER_SERVICE_PORT", "65536"), ("WARDER_SERVICE_PORT_HTTP", "tcp"),
    ("WARDER_SERVICE", "x"), ("WARDER_HOST", "10.0.0.1"), ("WARDER_PORT_80_TCP", "tcp://10.0.0.1:81"),
    ("WARDER_PORT_80_TCP", "udp://10.0.0.1:80"), ("WARDER_PORT_80_TCP_PROTO", "udp"), ("WARDER_PORT_80_TCP_PORT", "81"),
    ("WARDER_PORT_80_TCP_ADDR", "here"), ("WARDER_PORT_80_HTTP", "http://10.0.0.1:80"), ("WARDER_PORT_X_TCP", "80"),
    ("WARDER_SERVICE_PORTS", "80"), ("WARDER_TIMEOUT_PORT", "30s"), ("WARDER_PORT_80_TCP_X", "80"),
    ("WARDER_service_HOST", "10.0.0.1"), ("WARDER_SERVICE_PORT_", "80"),
  ])
  func stillRefusesTypos(_ name: String, _ value: String) {
    #expect(error(name, value)?.kind == .unknownName, "\(name)=\(value)")
  }

  /// Dropping, doubling or changing one letter of a real key's variable is always noticed.
  @Test func everyMistypedKeyIsAnError() {
    var random = SeededGenerator(seed: 8)
    let names = Set(ConfigurationKey.allCases.map { $0.variable })
    for key in ConfigurationKey.allCases where key.row.standing.permits(.environment) {
      for _ in 0..<50 {
        var letters = Array(key.variable)
        let index = random.number(7...(letters.count - 1))
        switch random.number(0...2) {
        case 0: letters.remove(at: index)
        case 1: letters.insert(letters[index], at: index)
        default: letters[index] = random.pick(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
        }
        let name = String(letters)
        guard !names.contains(name) else { continue }
        #expect(error(name, random.pick(["30s", "none", "1", "/data", "80"]))?.kind == .unknownName, "\(name)")
      }
    }
  }
}
