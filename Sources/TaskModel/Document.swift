internal import JSON

/// A JSON file of the configuration while it is read: knows its own name and where in it things stand.
struct Document {
  let path: String
  let bytes: [UInt8]

  /// The members of the object that the file must be.
  func members() throws(ConfigurationError) -> [JSONMember] {
    let node: JSONNode
    do {
      node = try JSONParser.parse(bytes, limits: .standard)
    } catch {
      throw ConfigurationError(
        .syntax, at: .file(path: path, position: error.position), "\(error.problem.message)")
    }
    return try members(of: node, "the file")
  }

  func members(of node: JSONNode, _ what: String) throws(ConfigurationError) -> [JSONMember] {
    guard case .object(let members) = node.value else {
      throw error(.wrongType, node.offset, "\(what): expected an object, found \(node.value.kind)")
    }
    return members
  }

  func origin(_ offset: Int) -> ConfigurationOrigin {
    .file(path: path, position: JSONParser.position(of: offset, in: bytes))
  }

  func error(_ kind: ConfigurationError.Kind, _ offset: Int, _ problem: Words) -> ConfigurationError {
    ConfigurationError(kind, at: origin(offset), problem)
  }

  /// A value that does not fit its place.
  func error(_ error: ValueError, _ node: JSONNode, _ what: String) -> ConfigurationError {
    self.error(error.kind, node.offset, "\(what): \(error.problem)")
  }

  /// A member whose name is none of `known`.
  func unknownMember(_ member: JSONMember, _ what: String, known: [String]) -> ConfigurationError {
    let suggestion = Text.suggestion(
      for: member.name, among: known, otherwise: Text.joined(["; it may have ", Text.joined(known)], ""))
    return error(.unknownName, member.nameOffset, "\(what) has no key \(quoted: member.name)\(suggestion)")
  }

  /// The setting that a member makes, whose name must be a key that `layer` may set.
  func setting(
    _ member: JSONMember, layer: ConfigurationLayer, _ what: String
  ) throws(ConfigurationError) -> ConfigurationSetting {
    guard let key = ConfigurationKey(name: member.name) else {
      throw unknownMember(member, what, known: ConfigurationKey.names(for: layer))
    }
    guard key.row.standing.permits(layer) else {
      throw error(.notPermittedHere, member.nameOffset, Self.refusal(of: key, what))
    }
    do {
      let value = try ConfigurationValue.read(member.node, as: key.row.kind)
      return ConfigurationSetting(key: key, value: value, origin: origin(member.node.offset))
    } catch {
      throw self.error(error, member.node, key.row.name)
    }
  }

  private static func refusal(of key: ConfigurationKey, _ what: String) -> Words {
    let permitted =
      switch key.row.standing {
      case .authority: Text.joined(["the image's policy, ", key.variable, " or ", key.flag], "")
      case .location: Text.joined([key.variable, key.flag], " or ")
      case .flag, .request: key.flag
      }
    return "\(key.row.name) is not for \(what) to set: only \(permitted) may"
  }
}
