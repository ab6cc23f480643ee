internal import JSON
package import TaskModel
internal import WarderFrames

/// What a client asks for, as it stands in the body of its request; not held against anything yet.
package struct TaskRequest: Sendable {
  package var code: String
  package var runtime: String
  package var arguments: [String] = []
  package var environment: [(name: String, value: String)] = []
  package var standardInput: [UInt8]?
  package var files: [TaskSpecification.File] = []
  package var timeoutMilliseconds: Int64?
  package var memoryBytes: Int64?
  package var trust: TrustLevel?
  package var artifacts: String?

  package init(code: String, runtime: String) {
    self.code = code
    self.runtime = runtime
  }

  /// Reads a body.
  ///
  /// - Parameter maximumBytes: the largest body that is read at all.
  package init(body: [UInt8], maximumBytes: Int) throws(RequestProblem) {
    let node: JSONNode
    do {
      node = try JSONParser.parse(
        body, limits: JSONLimits(maximumBytes: maximumBytes, maximumDepth: 8, maximumMembers: 4096))
    } catch {
      throw RequestProblem(400, "the body is not JSON that can be used: \(error.message)")
    }
    do throws(ShapeProblem) {
      self = try Self.read(JSONPlace(node: node, path: ""))
    } catch {
      let field = error.path.isEmpty ? nil : error.path
      throw RequestProblem(400, field: field, field.map { "\($0): \(error.message)" } ?? "the body: \(error.message)")
    }
  }

  private static func read(_ place: JSONPlace) throws(ShapeProblem) -> TaskRequest {
    var reader = try ObjectReader(place)
    let code = try reader.need("code").string()
    var request = TaskRequest(code: code, runtime: try reader.need("runtime").string())
    request.arguments = try reader.take("args")?.strings() ?? []
    for variable in try reader.take("env")?.members() ?? [] {
      request.environment.append((variable.name, try variable.place.string()))
    }
    let text = reader.take("stdin")
    let encoded = reader.take("stdin_b64")
    if text != nil, let encoded { throw encoded.problem("stdin and stdin_b64 cannot be had together") }
    if let text { request.standardInput = Array(try text.string().utf8) }
    if let encoded { request.standardInput = try base64(encoded) }
    for file in try reader.take("files")?.members() ?? [] {
      request.files.append(TaskSpecification.File(path: file.name, bytes: try contents(file.place)))
    }
    request.timeoutMilliseconds = try reader.take("timeout")?.milliseconds()
    request.memoryBytes = try reader.take("memory")?.bytes()
    if let trust = reader.take("trust") { request.trust = try level(trust) }
    request.artifacts = try reader.take("artifacts")?.string()
    try reader.end()
    return request
  }

  static func level(_ place: JSONPlace) throws(ShapeProblem) -> TrustLevel {
    let name = try place.string()
    guard let level = TrustLevel.allCases.first(where: { $0.name == name }) else {
      let names = TrustLevel.allCases.map(\.name).joined(separator: ", ")
      throw place.problem("expected one of \(names), found \"\(name)\"")
    }
    return level
  }

  private static func contents(_ place: JSONPlace) throws(ShapeProblem) -> [UInt8] {
    if case .string(let text) = place.node.value { return Array(text.utf8) }
    guard case .object = place.node.value else {
      throw place.problem("expected a string, or an object with b64, found \(place.node.value.kind)")
    }
    var reader = try ObjectReader(place)
    let bytes = try base64(try reader.need("b64"))
    try reader.end()
    return bytes
  }

  private static func base64(_ place: JSONPlace) throws(ShapeProblem) -> [UInt8] {
    guard let bytes = Base64.decode(Array(try place.string().utf8).span) else {
      throw place.problem("expected base64 (RFC 4648, section 4) with its padding and without line ends")
    }
    return bytes
  }
}
