/// Recognises the variables that Kubernetes puts into every container of a namespace for each Service in it, unless the pod
/// says `enableServiceLinks: false`.
///
/// A Service called `warder` (or `warder-api`) makes `WARDER_SERVICE_HOST`, `WARDER_PORT` and so on, which must not be taken
/// for mistyped keys. Name and value must both have the shape that the kubelet writes (pkg/kubelet/envvars/envvars.go), so
/// that `WARDER_PORT=8080` is still an error.
enum ServiceLink {
  /// Whether the kubelet could have made this variable. `name` begins with `WARDER_`.
  static func matches(name: [UInt8], value: [UInt8]) -> Bool {
    for byte in name where !(ASCII.isUpper(byte) || ASCII.isDigit(byte) || byte == ASCII.underscore) { return false }
    // A Service may be called `warder-service`, whose link is WARDER_SERVICE_PORT: one name can have several readings.
    return isServiceVariable(name, value) || isLinkVariable(name, value)
  }

  /// `WARDER_SERVICE_HOST`, `WARDER_SERVICE_PORT`, and for a port with a name `WARDER_SERVICE_PORT_HTTP`.
  private static func isServiceVariable(_ name: [UInt8], _ value: [UInt8]) -> Bool {
    if ends(name, "_SERVICE_HOST"), isAddress(value) { return true }
    return (ends(name, "_SERVICE_PORT") || isNamedServicePort(name)) && isPort(value)
  }

  /// `WARDER_PORT`, and `WARDER_PORT_80_TCP` with `_PROTO`, `_PORT` or `_ADDR` after it.
  private static func isLinkVariable(_ name: [UInt8], _ value: [UInt8]) -> Bool {
    if ends(name, "_PORT"), isLink(value, proto: nil, port: nil) { return true }
    guard let (number, proto, rest) = splitPort(name) else { return false }
    if rest.isEmpty { return isLink(value, proto: proto, port: number) }
    if same(rest, "_PROTO") { return value == proto }
    if same(rest, "_PORT") { return value == number }
    return same(rest, "_ADDR") && isAddress(value)
  }

  private static func isNamedServicePort(_ name: [UInt8]) -> Bool {
    guard let end = find("_SERVICE_PORT_", in: name) else { return false }
    return end < name.count
  }

  /// Takes `…_PORT_<number>_<PROTOCOL><rest>` apart; the protocol comes back in the lower case of the values.
  private static func splitPort(_ name: [UInt8]) -> (number: [UInt8], proto: [UInt8], rest: [UInt8])? {
    guard let start = find("_PORT_", in: name) else { return nil }
    var position = start
    while position < name.count, ASCII.isDigit(name[position]) { position += 1 }
    let number = Array(name[start..<position])
    guard isPort(number) else { return nil }
    let tail = Array(name[position...])
    for proto in ["tcp", "udp", "sctp"] {
      let lower = Array(proto.utf8)
      let marker = [ASCII.underscore] + lower.map { $0 - 32 }
      guard tail.count >= marker.count, Array(tail[..<marker.count]) == marker else { continue }
      return (number, lower, Array(tail[marker.count...]))
    }
    return nil
  }

  /// `tcp://10.0.0.1:80`, an IPv6 address standing in brackets.
  private static func isLink(_ value: [UInt8], proto: [UInt8]?, port: [UInt8]?) -> Bool {
    guard let separator = find("://", in: value), let colon = value.lastIndex(of: UInt8(ascii: ":")), colon >= separator
    else { return false }
    let scheme = Array(value[..<(separator - 3)])
    let foundPort = Array(value[(colon + 1)...])
    var host = Array(value[separator..<colon])
    if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 2 {
      host = Array(host[1..<(host.count - 1)])
    }
    guard isPort(foundPort), isAddress(host) else { return false }
    if let proto, let port { return scheme == proto && foundPort == port }
    return same(scheme, "tcp") || same(scheme, "udp") || same(scheme, "sctp")
  }

  private static func isPort(_ value: [UInt8]) -> Bool {
    guard 1...5 ~= value.count, value[0] != ASCII.zero else { return false }
    var number = 0
    for byte in value {
      guard ASCII.isDigit(byte) else { return false }
      number = number * 10 + Int(byte - ASCII.zero)
    }
    return number <= 65_535
  }

  /// An address as the kubelet writes one: an IPv4 address in four numbers, or the digits and colons of an IPv6 address.
  private static func isAddress(_ value: [UInt8]) -> Bool {
    let parts = Text.pieces(of: value, separatedBy: ASCII.dot)
    if parts.count == 4 {
      for part in parts {
        guard 1...3 ~= part.count else { return false }
        var number = 0
        for byte in part {
          guard ASCII.isDigit(byte) else { return false }
          number = number * 10 + Int(byte - ASCII.zero)
        }
        guard number <= 255 else { return false }
      }
      return true
    }
    guard 2...39 ~= value.count, value.contains(UInt8(ascii: ":")) else { return false }
    for byte in value {
      let isHexadecimal = ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
      guard isHexadecimal || byte == UInt8(ascii: ":") else { return false }
    }
    return true
  }

  private static func ends(_ name: [UInt8], _ suffix: String) -> Bool {
    name.count >= suffix.utf8.count && name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  private static func same(_ bytes: [UInt8], _ text: String) -> Bool {
    bytes.elementsEqual(text.utf8)
  }

  /// The index after the last occurrence of `marker`.
  private static func find(_ marker: String, in bytes: [UInt8]) -> Int? {
    let needle = Array(marker.utf8)
    guard bytes.count >= needle.count else { return nil }
    for start in stride(from: bytes.count - needle.count, through: 0, by: -1)
    where bytes[start..<(start + needle.count)] == needle[...] {
      return start + needle.count
    }
    return nil
  }
}
