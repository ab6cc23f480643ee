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
    if name.end(with: "_SERVICE_HOST"), isAddress(value) { return true }
    return (name.end(with: "_SERVICE_PORT") || isNamedServicePort(name)) && isPort(value)
  }

  /// `WARDER_PORT`, and `WARDER_PORT_80_TCP` with `_PROTO`, `_PORT` or `_ADDR` after it.
  private static func isLinkVariable(_ name: [UInt8], _ value: [UInt8]) -> Bool {
    if name.end(with: "_PORT"), isLink(value, protocols: protocols, port: nil) { return true }
    guard let (number, proto, rest) = splitPort(name) else { return false }
    if rest.isEmpty { return isLink(value, protocols: [proto], port: number) }
    if rest.areBytes(of: "_PROTO") { return value.areBytes(of: proto) }
    if rest.areBytes(of: "_PORT") { return value == number }
    return rest.areBytes(of: "_ADDR") && isAddress(value)
  }

  private static func isNamedServicePort(_ name: [UInt8]) -> Bool {
    guard let end = end(of: "_SERVICE_PORT_", in: name) else { return false }
    return end < name.count
  }

  /// Takes `…_PORT_<number>_<PROTOCOL><rest>` apart; the protocol comes back in the lower case of the values.
  private static func splitPort(_ name: [UInt8]) -> (number: [UInt8], proto: String, rest: [UInt8])? {
    guard let start = end(of: "_PORT_", in: name) else { return nil }
    var position = start
    while position < name.count, ASCII.isDigit(name[position]) { position += 1 }
    let number = name.part(start, position)
    let tail = name.part(position, name.count)
    guard isPort(number) else { return nil }
    for (index, marker) in ["_TCP", "_UDP", "_SCTP"].enumerated() where tail.begin(with: marker) {
      return (number, protocols[index], tail.part(marker.utf8.count, tail.count))
    }
    return nil
  }

  private static let protocols = ["tcp", "udp", "sctp"]

  /// `tcp://10.0.0.1:80`, an IPv6 address standing in brackets.
  private static func isLink(_ value: [UInt8], protocols: [String], port: [UInt8]?) -> Bool {
    guard let host = end(of: "://", in: value), let colon = value.lastIndex(of: UInt8(ascii: ":")), colon >= host else {
      return false
    }
    var address = value.part(host, colon)
    if address.begin(with: "["), address.end(with: "]") { address = address.part(1, address.count - 1) }
    let found = value.part(colon + 1, value.count)
    return isPort(found) && found == port ?? found && isAddress(address)
      && String(repairing: value.part(0, host - 3)).isOne(of: protocols)
  }

  private static func isPort(_ value: [UInt8]) -> Bool {
    guard let number = decimal(value) else { return false }
    return 1...65_535 ~= number && value[0] != ASCII.zero
  }

  /// The number of one to five digits.
  private static func decimal(_ digits: [UInt8]) -> Int? {
    guard 1...5 ~= digits.count else { return nil }
    var number = 0
    for digit in digits {
      guard ASCII.isDigit(digit) else { return nil }
      number = number * 10 + Int(digit - ASCII.zero)
    }
    return number
  }

  /// An address as the kubelet writes one: an IPv4 address in four numbers, or the digits and colons of an IPv6 address.
  private static func isAddress(_ value: [UInt8]) -> Bool {
    let parts = value.pieces(separatedBy: ASCII.dot)
    if parts.count == 4 {
      for part in parts where decimal(part) ?? 256 > 255 { return false }
      return true
    }
    let colon = UInt8(ascii: ":")
    guard 2...39 ~= value.count, value.contains(colon) else { return false }
    for byte in value where !(ASCII.isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte || byte == colon) {
      return false
    }
    return true
  }

  /// The index after the last occurrence of `marker`.
  private static func end(of marker: String, in bytes: [UInt8]) -> Int? {
    bytes.places(of: marker).last.map { $0 + marker.utf8.count }
  }
}
