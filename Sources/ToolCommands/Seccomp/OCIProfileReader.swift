internal import JSON
package import LinuxSystem

/// A file that should be a profile and is none, or one that cannot be compiled.
package struct SeccompProfileError: Error, Equatable, CustomStringConvertible {
  /// `FILE:LINE:COLUMN: …`, or without a place.
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Reads the JSON of a profile. Strict: a member that nobody knows is an error, since a misspelt `args` would open a call.
package struct OCIProfileReader {
  private let path: String
  private let bytes: [UInt8]
  private var extensions: [OCISeccompProfile.Extension] = []

  private init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// - Parameter path: for messages.
  package static func read(_ bytes: [UInt8], path: String) throws(SeccompProfileError) -> OCISeccompProfile {
    var reader = OCIProfileReader(bytes, path: path)
    return try reader.profile()
  }

  /// A message about a place in a profile's file.
  package static func error(
    _ message: String, at offset: Int, in bytes: [UInt8], path: String
  ) -> SeccompProfileError {
    let position = JSONParser.position(of: offset, in: bytes)
    return SeccompProfileError("\(path):\(position.line):\(position.column): \(message)")
  }

  private func error(_ message: String, at offset: Int) -> SeccompProfileError {
    Self.error(message, at: offset, in: bytes, path: path)
  }

  // MARK: - The profile

  private mutating func profile() throws(SeccompProfileError) -> OCISeccompProfile {
    let node: JSONNode
    do {
      node = try JSONParser.parse(
        bytes, limits: JSONLimits(maximumBytes: 4 << 20, maximumDepth: 32, maximumMembers: 1024, maximumValues: 262_144)
      )
    } catch { throw self.error(error.problem.message, at: error.offset) }

    let known = [
      "defaultAction", "defaultErrnoRet", "defaultErrno", "architectures", "archMap", "flags", "syscalls", "comment",
      "listenerPath", "listenerMetadata",
    ]
    let members = try object(node, "the profile", known: known)
    guard let action = members["defaultAction"] else {
      throw error("the profile has no defaultAction: it says what happens to calls without a rule", at: node.offset)
    }
    if members["comment"] != nil { note(.comment) }
    if let map = members["archMap"], let list = members["architectures"] {
      throw error(
        "architectures and archMap are both there; expected one of them", at: max(map.offset, list.offset))
    }
    var architectures = try strings(members["architectures"], "architectures")
    if let map = members["archMap"] { architectures += try archMap(map) }
    for name in architectures where !name.hasPrefix("SCMP_ARCH_") {
      throw error("architectures: expected names like SCMP_ARCH_X86_64, found \(Quoted.text(name))", at: node.offset)
    }

    var rules: [OCISeccompProfile.Rule] = []
    if let list = members["syscalls"], !list.isNull {
      for (index, rule) in try array(list, "syscalls").enumerated() { rules.append(try self.rule(rule, index)) }
    }
    return OCISeccompProfile(
      standard: .init(
        action: try self.action(action, "defaultAction"),
        errno: try errno(members, number: "defaultErrnoRet", name: "defaultErrno"), place: action.offset),
      architectures: architectures, flags: try strings(members["flags"], "flags"), rules: rules,
      extensions: extensions)
  }

  private mutating func archMap(_ node: JSONNode) throws(SeccompProfileError) -> [String] {
    note(.archMap)
    var names: [String] = []
    for entry in try array(node, "archMap") {
      let members = try object(entry, "an entry of archMap", known: ["architecture", "subArchitectures"])
      guard let name = members["architecture"] else {
        throw error("an entry of archMap has no architecture", at: entry.offset)
      }
      names += [try string(name, "architecture")] + (try strings(members["subArchitectures"], "subArchitectures"))
    }
    return names
  }

  // MARK: - A rule

  private mutating func rule(_ node: JSONNode, _ index: Int) throws(SeccompProfileError) -> OCISeccompProfile.Rule {
    let what = "syscalls[\(index)]"
    let members = try object(
      node, what,
      known: ["names", "name", "action", "errnoRet", "errno", "args", "includes", "excludes", "comment"])
    guard let action = members["action"] else { throw error("\(what) has no action", at: node.offset) }
    if members["comment"] != nil { note(.comment) }
    let names = try names(members, what, at: node.offset)
    var arguments: [SeccompComparison] = []
    if let list = members["args"], !list.isNull {
      for argument in try array(list, "\(what).args") { arguments.append(try self.argument(argument, what)) }
    }
    if members["includes"] != nil { note(.includes) }
    if members["excludes"] != nil { note(.excludes) }
    return OCISeccompProfile.Rule(
      names: names,
      decision: .init(
        action: try self.action(action, "\(what).action"),
        errno: try errno(members, number: "errnoRet", name: "errno"), place: action.offset),
      arguments: arguments, includes: try conditions(members["includes"], "\(what).includes"),
      excludes: try conditions(members["excludes"], "\(what).excludes"), place: node.offset)
  }

  private mutating func names(
    _ members: [String: JSONNode], _ what: String, at offset: Int
  ) throws(SeccompProfileError) -> [String] {
    var names = try strings(members["names"], "\(what).names")
    if let single = members["name"], try string(single, "\(what).name") != "" {
      note(.name)
      guard names.isEmpty else {
        throw error("\(what) has both name and names; expected one of them", at: single.offset)
      }
      names = [try string(single, "\(what).name")]
    }
    guard !names.isEmpty else { throw error("\(what) names no call", at: offset) }
    for name in names where name.isEmpty || !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      throw error("\(what).names: \(Quoted.text(name)) is no name of a system call", at: offset)
    }
    return names
  }

  private func argument(_ node: JSONNode, _ what: String) throws(SeccompProfileError) -> SeccompComparison {
    let members = try object(node, "\(what).args", known: ["index", "value", "valueTwo", "op"])
    guard let indexNode = members["index"], let operationNode = members["op"] else {
      throw error("an entry of \(what).args needs index and op", at: node.offset)
    }
    let index = try unsigned(indexNode, "index")
    guard index <= 5 else { throw error("index: a call has arguments 0 to 5, found \(index)", at: indexNode.offset) }
    let name = try string(operationNode, "op")
    guard let operation = SeccompComparison.Operation(ociName: name) else {
      let all = SeccompComparison.Operation.allCases.map(\.ociName).joined(separator: ", ")
      throw error("op: expected one of \(all), found \(Quoted.text(name))", at: operationNode.offset)
    }
    let value = try members["value"].map { node throws(SeccompProfileError) in try unsigned(node, "value") } ?? 0
    let second =
      try members["valueTwo"].map { node throws(SeccompProfileError) in try unsigned(node, "valueTwo") } ?? 0
    if operation == .maskedEqual, second & ~value != 0 {
      throw error(
        "SCMP_CMP_MASKED_EQ never holds: valueTwo has bits that value, the mask, does not have", at: node.offset)
    }
    return SeccompComparison(
      argument: UInt8(index), operation, value, second: operation == .maskedEqual ? second : 0)
  }

  private func conditions(
    _ node: JSONNode?, _ what: String
  ) throws(SeccompProfileError) -> OCISeccompProfile.Conditions {
    var conditions = OCISeccompProfile.Conditions()
    guard let node, !node.isNull else { return conditions }
    let members = try object(node, what, known: ["caps", "arches", "minKernel"])
    conditions.capabilities = try strings(members["caps"], "\(what).caps")
    conditions.architectures = try strings(members["arches"], "\(what).arches")
    if let version = members["minKernel"], !version.isNull {
      let text = try string(version, "\(what).minKernel")
      guard let kernel = KernelVersion(text) else {
        throw error("\(what).minKernel: expected a version like 4.8, found \(Quoted.text(text))", at: version.offset)
      }
      conditions.minimumKernel = kernel
    }
    return conditions
  }

  // MARK: - Values

  private func action(_ node: JSONNode, _ what: String) throws(SeccompProfileError) -> OCISeccompProfile.Action {
    let name = try string(node, what)
    guard let action = OCISeccompProfile.Action.allCases.first(where: { $0.name == name }) else {
      let all = OCISeccompProfile.Action.allCases.map(\.name).joined(separator: ", ")
      throw error("\(what): expected one of \(all), found \(Quoted.text(name))", at: node.offset)
    }
    return action
  }

  private mutating func errno(
    _ members: [String: JSONNode], number: String, name: String
  ) throws(SeccompProfileError) -> UInt64? {
    let value = try members[number].flatMap { $0.isNull ? nil : $0 }
      .map { node throws(SeccompProfileError) in try unsigned(node, number) }
    guard let node = members[name], !node.isNull else { return value }
    note(.errnoName)
    let text = try string(node, name)
    guard let named = ErrorName.number(of: text) else {
      throw error("\(name): \(Quoted.text(text)) is no error of this system", at: node.offset)
    }
    if let value, value != UInt64(named) {
      throw error("\(number) says \(value) and \(name) says \(text), which is \(named)", at: node.offset)
    }
    return UInt64(named)
  }

  private func object(
    _ node: JSONNode, _ what: String, known: [String]
  ) throws(SeccompProfileError) -> [String: JSONNode] {
    guard case .object(let members) = node.value else {
      throw error("\(what): expected an object, found \(node.value.kind)", at: node.offset)
    }
    var byName: [String: JSONNode] = [:]
    for member in members {
      guard known.contains(member.name) else {
        throw error(
          "\(what) has no member \(Quoted.text(member.name)); it may have \(known.joined(separator: ", "))",
          at: member.nameOffset)
      }
      byName[member.name] = member.node
    }
    return byName
  }

  private func array(_ node: JSONNode, _ what: String) throws(SeccompProfileError) -> [JSONNode] {
    guard case .array(let elements) = node.value else {
      throw error("\(what): expected an array, found \(node.value.kind)", at: node.offset)
    }
    return elements
  }

  private func string(_ node: JSONNode, _ what: String) throws(SeccompProfileError) -> String {
    guard case .string(let text) = node.value else {
      throw error("\(what): expected a string, found \(node.value.kind)", at: node.offset)
    }
    return text
  }

  private func strings(_ node: JSONNode?, _ what: String) throws(SeccompProfileError) -> [String] {
    guard let node, !node.isNull else { return [] }
    var strings: [String] = []
    for element in try array(node, what) { strings.append(try string(element, what)) }
    return strings
  }

  /// All 64 bits: `value` may be 18446744073709551615.
  private func unsigned(_ node: JSONNode, _ what: String) throws(SeccompProfileError) -> UInt64 {
    guard case .number(let number) = node.value else {
      throw error("\(what): expected a number, found \(node.value.kind)", at: node.offset)
    }
    guard let value = UInt64(number.text) else {
      throw error("\(what): expected a whole number from 0 to \(UInt64.max), found \(number.text)", at: node.offset)
    }
    return value
  }

  private mutating func note(_ found: OCISeccompProfile.Extension) {
    if !extensions.contains(found) { extensions.append(found) }
  }
}

extension JSONNode {
  /// Go writes `null` for an empty list.
  fileprivate var isNull: Bool {
    if case .null = value { return true }
    return false
  }
}

extension SeccompComparison.Operation {
  package var ociName: String {
    switch self {
    case .notEqual: "SCMP_CMP_NE"
    case .less: "SCMP_CMP_LT"
    case .lessOrEqual: "SCMP_CMP_LE"
    case .equal: "SCMP_CMP_EQ"
    case .greaterOrEqual: "SCMP_CMP_GE"
    case .greater: "SCMP_CMP_GT"
    case .maskedEqual: "SCMP_CMP_MASKED_EQ"
    }
  }

  package init?(ociName: String) {
    guard let operation = Self.allCases.first(where: { $0.ociName == ociName }) else { return nil }
    self = operation
  }
}
