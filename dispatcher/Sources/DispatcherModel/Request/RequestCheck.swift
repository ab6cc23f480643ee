package import TaskModel

/// Who asks, as far as the dispatcher can tell.
package struct Client: Sendable, Hashable {
  package var name: String
  /// The highest trust level that it may ask for.
  package var trust: TrustLevel
  /// The runtimes that it may use; nil for all.
  package var runtimes: Set<String>?
  /// Whether it sees the tasks of all others too.
  package var seesAll: Bool

  package init(name: String, trust: TrustLevel, runtimes: Set<String>? = nil, seesAll: Bool = false) {
    self.name = name
    self.trust = trust
    self.runtimes = runtimes
    self.seesAll = seesAll
  }
}

/// A request that was found good.
package struct CheckedRequest: Sendable {
  package var task: TaskSpecification
  package var timeoutMilliseconds: Int64
  package var trust: TrustLevel
}

/// Holds a request against the configuration and the client's rights. What goes beyond is refused by name, nothing is moved
/// back to a bound.
package struct RequestCheck: Sendable {
  /// Script, files and standard input together, as a ConfigMap can hold them: 1 MiB less what its other fields take.
  package static let mostBytes = (1 << 20) - (16 << 10)
  /// One word of a command line or environment: MAX_ARG_STRLEN of execve(2) is 128 KiB, and the supervisor's own words are
  /// added to it.
  package static let longestWord = 100 << 10
  /// All arguments and variables together.
  package static let mostWordBytes = 512 << 10
  package static let mostFiles = 1000

  private let configuration: ServiceConfiguration

  package init(_ configuration: ServiceConfiguration) {
    self.configuration = configuration
  }

  /// - Parameter id: the new task's name.
  package func check(_ request: TaskRequest, of client: Client, id: String) throws(RequestProblem) -> CheckedRequest {
    let runtime = try runtime(request.runtime, client)
    let trust = try trust(of: request, client)
    try checkWords(request)
    try checkFiles(request, script: runtime.scriptName)

    var settings: [TaskSpecification.Setting] = []
    let timeout = try number(.timeout, request.timeoutMilliseconds, runtime)
    let memory = try number(.memory, request.memoryBytes, runtime)
    settings.append(.init(key: "timeout", text: WallDuration.format(.milliseconds(timeout))))
    settings.append(.init(key: "memory", text: Quantity.format(memory)))
    for key in RuntimeConfiguration.numberKeys where key != .timeout && key != .memory {
      guard let value = runtime.defaults[key] else { continue }
      settings.append(.init(key: key.row.name, text: RuntimeConfiguration.text(value, of: key)))
    }
    settings.append(.init(key: "trust", text: trust.name))
    if let directory = request.artifacts, directory != "off" {
      settings.append(.init(key: "artifacts", text: try artifacts(directory, trust)))
    }

    var task = TaskSpecification(
      id: id, runtime: runtime.name,
      script: TaskSpecification.File(path: runtime.scriptName, bytes: Array(request.code.utf8)), files: request.files,
      arguments: request.arguments, standardInput: request.standardInput, settings: settings)
    for variable in request.environment { task.environment[variable.name] = variable.value }
    return CheckedRequest(task: task, timeoutMilliseconds: timeout, trust: trust)
  }

  // MARK: - Rights and limits

  private func runtime(_ name: String, _ client: Client) throws(RequestProblem) -> RuntimeConfiguration {
    guard let runtime = configuration.runtime(named: name) else {
      throw .unusable("runtime", "there is no runtime \"\(name)\"; there are \(configuration.runtimeNames)")
    }
    if let allowed = client.runtimes, !allowed.contains(runtime.name) {
      throw RequestProblem(403, field: "runtime", "runtime: \(runtime.name) is not allowed for \(client.name)")
    }
    return runtime
  }

  private func trust(of request: TaskRequest, _ client: Client) throws(RequestProblem) -> TrustLevel {
    guard let asked = request.trust else {
      return client.trust.rawValue < TrustLevel.limitedWrite.rawValue ? client.trust : .limitedWrite
    }
    guard asked.rawValue <= client.trust.rawValue else {
      throw RequestProblem(
        403, field: "trust",
        "trust: \(asked.name) is above \(client.trust.name), the highest level of \(client.name)")
    }
    return asked
  }

  private func number(
    _ key: ConfigurationKey, _ asked: Int64?, _ runtime: RuntimeConfiguration
  ) throws(RequestProblem) -> Int64 {
    let value = asked ?? runtime.defaults[key] ?? RuntimeConfiguration.builtInDefault(of: key)
    let most = runtime.ceilings[key] ?? RuntimeConfiguration.builtInCeiling(of: key)
    let name = key.row.name
    if case .number(_, let least, _, _) = key.row.kind, value < least {
      throw .unusable(
        name,
        "\(RuntimeConfiguration.text(value, of: key)) is below \(RuntimeConfiguration.text(least, of: key)), "
          + "the least that there is")
    }
    guard value <= most else {
      throw .unusable(
        name,
        "\(RuntimeConfiguration.text(value, of: key)) exceeds the ceiling of runtime \(runtime.name), "
          + RuntimeConfiguration.text(most, of: key))
    }
    return value
  }

  private func artifacts(_ directory: String, _ trust: TrustLevel) throws(RequestProblem) -> String {
    let bytes = Array(directory.utf8)
    let isBeneathTmp =
      PathName.isPlainAbsolute(bytes) && PathName.lies(bytes, within: Array("/tmp".utf8)) && bytes.count > 4
    guard PathName.isInsideTask(bytes) || isBeneathTmp, !Self.hasControl(directory) else {
      throw .unusable(
        "artifacts", "expected a directory in the working directory, or beneath /tmp, found \"\(directory)\"")
    }
    guard trust.rawValue >= TrustLevel.limitedWrite.rawValue else {
      throw .unusable("artifacts", "files do not come back at trust \(trust.name); it takes limited-write")
    }
    return directory
  }

  // MARK: - Words and files

  private func checkWords(_ request: TaskRequest) throws(RequestProblem) {
    var total = 0
    for (index, argument) in request.arguments.enumerated() {
      try Self.checkWord(argument, "args[\(index)]")
      total += argument.utf8.count + 1
    }
    var seen: Set<String> = []
    for variable in request.environment {
      guard Self.isVariableName(variable.name) else {
        throw .unusable(
          "env", "\"\(variable.name)\" cannot name a variable: letters, digits and _, no digit in front")
      }
      // They configure the supervisor, which the script's author must not.
      if variable.name.hasPrefix("WARDER_") {
        throw .unusable("env.\(variable.name)", "names that begin with WARDER_ are the supervisor's own")
      }
      if !seen.insert(variable.name).inserted { throw .unusable("env.\(variable.name)", "is given twice") }
      try Self.checkWord(variable.value, "env.\(variable.name)")
      total += variable.name.utf8.count + variable.value.utf8.count + 2
    }
    guard total <= Self.mostWordBytes else {
      throw .unusable(
        request.arguments.isEmpty ? "env" : "args",
        "arguments and variables have \(total) bytes together, more than \(Self.mostWordBytes)")
    }
  }

  private static func checkWord(_ text: String, _ field: String) throws(RequestProblem) {
    if text.utf8.contains(0) { throw .unusable(field, "has a NUL, which no argument or variable can have") }
    guard text.utf8.count <= longestWord else {
      throw .unusable(field, "has \(text.utf8.count) bytes, more than \(longestWord)")
    }
  }

  private func checkFiles(_ request: TaskRequest, script: String) throws(RequestProblem) {
    guard !request.code.isEmpty else { throw .unusable("code", "is empty") }
    guard request.files.count <= Self.mostFiles else {
      throw .unusable("files", "there are \(request.files.count), more than \(Self.mostFiles)")
    }
    var total = request.code.utf8.count + (request.standardInput?.count ?? 0)
    var paths: Set<String> = []
    for file in request.files {
      let field = "files.\(file.path)"
      guard PathName.isInsideTask(Array(file.path.utf8)), !Self.hasControl(file.path) else {
        throw .unusable("files", "\"\(file.path)\" cannot name a file: expected a relative path without .. in it")
      }
      if let owner = configuration.reservedName(file.path, script: script) {
        throw .unusable(field, "the name is kept for \(owner)")
      }
      guard paths.insert(file.path).inserted else { throw .unusable(field, "is given twice") }
      total += file.path.utf8.count + file.bytes.count
    }
    for path in paths {
      for parent in Self.parents(of: path) where paths.contains(parent) {
        throw .unusable("files.\(parent)", "is a file, and the directory of \(path)")
      }
    }
    guard total <= Self.mostBytes else {
      throw .unusable(
        request.files.isEmpty ? "code" : "files",
        "script, files and standard input have \(total) bytes together, more than \(Self.mostBytes)")
    }
  }

  static func parents(of path: String) -> [String] {
    let bytes = Array(path.utf8)
    return bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }.map {
      String(decoding: bytes[..<$0], as: UTF8.self)
    }
  }

  static func hasControl(_ text: String) -> Bool {
    text.unicodeScalars.contains { $0.value < 0x20 || 0x7F..<0xA0 ~= $0.value }
  }

  static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
    return name.utf8.count <= 256
      && name.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
