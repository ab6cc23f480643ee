package import JSON
internal import TaskModel

/// Why a configuration file cannot be used, and where in it.
package struct ServiceConfigurationError: Error, Sendable, Hashable {
  package var message: String

  package init(_ message: String) { self.message = message }
}

extension ServiceConfiguration {
  /// Reads a configuration file. What it does not say stays as it is by default; what it says about runtimes replaces them.
  ///
  /// - Parameter path: the file's path, for messages.
  package init(file bytes: [UInt8], path: String) throws(ServiceConfigurationError) {
    let node: JSONNode
    do { node = try JSONParser.parse(bytes) } catch {
      throw ServiceConfigurationError(
        "\(path):\(error.position.line):\(error.position.column): \(error.problem.message)")
    }
    try self.init(document: node, path: path) {
      let position = JSONParser.position(of: $0, in: bytes)
      return (position.line, position.column)
    }
  }

  /// Takes a document that was read already.
  ///
  /// - Parameter place: line and column of what an offset in the document stands for.
  package init(
    document: JSONNode, path: String, place: (Int) -> (line: Int, column: Int)
  ) throws(ServiceConfigurationError) {
    self.init()
    do throws(ShapeProblem) { try read(JSONPlace(node: document, path: "")) } catch {
      let (line, column) = place(error.offset)
      let field = error.path.isEmpty ? "" : "\(error.path): "
      throw ServiceConfigurationError("\(path):\(line):\(column): \(field)\(error.message)")
    }
  }

  /// What must hold whoever says it: also after options of the command line.
  package func check() throws(ServiceConfigurationError) {
    if tokens.isEmpty, !isLoopback {
      throw ServiceConfigurationError(
        "listening on \(host) needs tokens: without them everybody who reaches it could run scripts. Name some in the "
          + "configuration, or listen on 127.0.0.1")
    }
  }

  private mutating func read(_ place: JSONPlace) throws(ShapeProblem) {
    var reader = try ObjectReader(place)
    if let listen = reader.take("listen") { (host, port) = try Self.address(listen) }
    if let place = reader.take("engine") {
      guard let name = EngineName(rawValue: try place.string()) else {
        throw place.problem("expected local or kubernetes, found \"\(try place.string())\"")
      }
      engine = name
    }
    if let list = reader.take("runtimes") {
      runtimes = []
      for item in try list.items() { runtimes.append(try Self.runtime(item)) }
      if runtimes.isEmpty { throw list.problem("expected at least one runtime") }
      try checkNames(list)
    }
    if let list = reader.take("tokens") {
      for item in try list.items() { tokens.append(try token(item)) }
    }
    if let place = reader.take("anonymous_trust") { anonymousTrust = try TaskRequest.level(place) }
    if let place = reader.take("limits") { limits = try ServiceLimits(place) }
    if let place = reader.take("archive") { archive = try ArchiveSettings(place) }
    if let place = reader.take("audit") {
      audit =
        switch try place.string() {
        case "off": .off
        case "stdout": .standardOutput
        case let path where path.hasPrefix("/"): .file(path)
        case let other: throw place.problem("expected an absolute path, stdout or off, found \"\(other)\"")
        }
    }
    if let place = reader.take("access_log") {
      guard let target = AccessLogTarget(rawValue: try place.string()) else {
        throw place.problem("expected stderr, stdout or off, found \"\(try place.string())\"")
      }
      accessLog = target
    }
    if let place = reader.take("local") { local = try LocalSettings(place) }
    if let place = reader.take("kubernetes") { kubernetes = try Self.section(place) }
    try reader.end()
  }

  /// `host:port`, `[::1]:8080`.
  package static func address(_ text: String) -> (host: String, port: Int)? {
    guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    var host = String(text[..<colon])
    let digits = text[text.index(after: colon)...]
    guard let port = Int(digits), 0...65_535 ~= port, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return host.isEmpty ? nil : (host, port)
  }

  private static func address(_ place: JSONPlace) throws(ShapeProblem) -> (host: String, port: Int) {
    guard let address = address(try place.string()) else {
      throw place.problem("expected HOST:PORT such as 127.0.0.1:8080 or [::]:8080, found \"\(try place.string())\"")
    }
    return address
  }

  private static func section(_ place: JSONPlace) throws(ShapeProblem) -> [UInt8] {
    _ = try place.members()
    var writer = JSONWriter()
    writer.write(place.node)
    return writer.takeBytes()
  }

  // MARK: - Runtimes

  private static func runtime(_ place: JSONPlace) throws(ShapeProblem) -> RuntimeConfiguration {
    var reader = try ObjectReader(place)
    let name = try Self.name(try reader.need("name"))
    var runtime = RuntimeConfiguration(
      name: name, policyRuntime: try reader.take("runtime")?.string(), scriptName: try reader.take("script")?.string())
    if !PathName.isInsideTask(Array(runtime.scriptName.utf8)) || runtime.scriptName.contains("/") {
      throw place.problem("script: expected a file name, found \"\(runtime.scriptName)\"")
    }
    for alias in try reader.take("aliases")?.items() ?? [] { runtime.aliases.append(try Self.name(alias)) }
    runtime.image = try reader.take("image")?.string()
    if let numbers = reader.take("defaults") { runtime.defaults = try Self.numbers(numbers) }
    if let numbers = reader.take("ceilings") { runtime.ceilings = try Self.numbers(numbers) }
    if let section = reader.take("kubernetes") { runtime.kubernetes = try Self.section(section) }
    try reader.end()
    for key in RuntimeConfiguration.numberKeys {
      let value = runtime.defaults[key] ?? RuntimeConfiguration.builtInDefault(of: key)
      guard let most = runtime.ceilings[key], value > most else { continue }
      throw place.problem(
        "the default of \(key.row.name), \(RuntimeConfiguration.text(value, of: key)), exceeds its ceiling of "
          + RuntimeConfiguration.text(most, of: key))
    }
    return runtime
  }

  private static func name(_ place: JSONPlace) throws(ShapeProblem) -> String {
    let name = try place.string()
    let isName =
      1...64 ~= name.utf8.count
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
    guard isName, !name.hasPrefix("-") else {
      throw place.problem("expected a name of letters, digits and . _ + -, found \"\(name)\"")
    }
    return name
  }

  private static func numbers(_ place: JSONPlace) throws(ShapeProblem) -> [ConfigurationKey: Int64] {
    var numbers: [ConfigurationKey: Int64] = [:]
    for (name, value) in try place.members() {
      guard let key = RuntimeConfiguration.numberKeys.first(where: { $0.row.name == name }),
        case .number(let unit, let least, let most, _) = key.row.kind
      else {
        let known = RuntimeConfiguration.numberKeys.map { $0.row.name }.joined(separator: ", ")
        throw value.problem("there is no such limit; there are \(known)")
      }
      let number =
        switch unit {
        case .milliseconds: try value.milliseconds()
        case .bytes: try value.bytes()
        case .count: try value.integer(least...most)
        }
      guard number >= least, number <= most else {
        throw value.problem(
          "expected from \(RuntimeConfiguration.text(least, of: key)) to \(RuntimeConfiguration.text(most, of: key))")
      }
      numbers[key] = number
    }
    return numbers
  }

  private func checkNames(_ list: JSONPlace) throws(ShapeProblem) {
    var seen: Set<String> = []
    for name in runtimes.flatMap({ [$0.name] + $0.aliases }) where !seen.insert(name).inserted {
      throw list.problem("two runtimes are called \(name)")
    }
  }

  // MARK: - Tokens

  private func token(_ place: JSONPlace) throws(ShapeProblem) -> TokenConfiguration {
    var reader = try ObjectReader(place)
    let name = try Self.name(try reader.need("name"))
    if tokens.contains(where: { $0.client.name == name }) { throw place.problem("two tokens are called \(name)") }
    let file = reader.take("file")
    let digest = reader.take("sha256")
    let source: TokenConfiguration.Source
    switch (file, digest) {
    case (let file?, nil): source = .file(try file.string())
    case (nil, let digest?):
      let text = try digest.string()
      guard text.utf8.count == 64, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }) else {
        throw digest.problem("expected 64 lower-case hexadecimal digits, as sha256sum prints them")
      }
      source = .digest(text)
    default: throw place.problem("expected either file or sha256")
    }
    let trust =
      try reader.take("trust").map { place throws(ShapeProblem) in try TaskRequest.level(place) } ?? .limitedWrite
    var allowed: Set<String>?
    if let list = reader.take("runtimes") {
      allowed = []
      for item in try list.items() {
        guard let runtime = runtime(named: try item.string()) else {
          throw item.problem("there is no runtime \"\(try item.string())\"; there are \(runtimeNames)")
        }
        allowed?.insert(runtime.name)
      }
    }
    var seesAll = false
    if let place = reader.take("tasks") {
      switch try place.string() {
      case "own": seesAll = false
      case "all": seesAll = true
      case let other: throw place.problem("expected own or all, found \"\(other)\"")
      }
    }
    try reader.end()
    return TokenConfiguration(
      client: Client(name: name, trust: trust, runtimes: allowed, seesAll: seesAll), source: source)
  }
}
