/// Where the server is and who is speaking, from the variables that the `nats` command line has too.
package struct Settings: Sendable {
  package let servers: [String]
  package let usesTLS: Bool
  /// What the server's certificate must be for.
  package let hostName: String?
  package let authority: String?
  package let certificate: String?
  package let key: String?
  package let credentials: String?
  package let token: String?
  package let user: String?
  package let password: String?

  package init(_ environment: [String: String]) throws(Refusal) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    guard let url = value("NATS_URL") else {
      throw Refusal("NATS_URL: expected a server such as nats://nats.bakerst.svc:4222, found nothing")
    }
    servers = url.split(separator: ",").map { String($0.drop { $0 == " " }) }
    authority = value("NATS_CA")
    certificate = value("NATS_CERT")
    key = value("NATS_KEY")
    credentials = value("NATS_CREDS")
    token = value("NATS_TOKEN")
    user = value("NATS_USER")
    password = value("NATS_PASSWORD")
    guard (certificate == nil) == (key == nil) else {
      throw Refusal("NATS_CERT and NATS_KEY belong together: the client's certificate and its key, as files")
    }
    usesTLS = servers.contains { $0.hasPrefix("tls://") } || authority != nil || certificate != nil
    guard usesTLS else {
      hostName = nil
      return
    }
    var hosts: [String] = []
    for server in servers {
      let host = Self.host(of: server)
      if !hosts.contains(host) { hosts.append(host) }
    }
    if let name = value("NATS_TLS_NAME") {
      hostName = name
    } else if hosts.count == 1 {
      hostName = hosts[0]
    } else {
      throw Refusal(
        "NATS_URL has \(hosts.count) hosts with TLS; set NATS_TLS_NAME to the name that all of their certificates have")
    }
  }

  /// `tls://user:password@host:4222` and `[::1]:4222` alike.
  static func host(of server: String) -> String {
    var rest = server[...]
    if let scheme = rest.range(of: "://") { rest = rest[scheme.upperBound...] }
    if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    if rest.first == "[", let close = rest.firstIndex(of: "]") {
      return String(rest[rest.index(after: rest.startIndex)..<close])
    }
    return String(rest.prefix { $0 != ":" && $0 != "/" })
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
