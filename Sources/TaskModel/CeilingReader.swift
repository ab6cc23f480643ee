internal import JSON

/// Reads a policy's `ceilings`: an object of keys, each with the form that its kind of value asks for.
struct CeilingReader {
  let document: Document

  func ceiling(_ member: JSONMember) throws(ConfigurationError) -> (key: ConfigurationKey, ceiling: Ceiling) {
    guard let key = ConfigurationKey(name: member.name) else {
      throw document.unknownMember(member, "ceilings", known: ConfigurationKey.names(for: .policy))
    }
    guard key.row.standing.permits(.environment) else {
      throw document.error(.notPermittedHere, member.nameOffset, "ceilings: \(key.row.name) has no ceiling")
    }
    do {
      return (key, try read(member.node, key.row.kind))
    } catch {
      throw document.error(error, member.node, Text.joined(["ceilings", key.row.name], "."))
    }
  }

  private func read(_ node: JSONNode, _ kind: ValueKind) throws(ValueError) -> Ceiling {
    switch kind {
    case .choice(let choices): return .choices(try mask(node, choices))
    case .choiceOrPath(let choices, _): return .choices(try mask(node, choices))
    case .text, .command: return .texts(try ConfigurationValue.strings(node))
    case .names, .secretSources, .logTargets, .assignments: return .names(try ConfigurationValue.strings(node))
    case .arguments: return try read(node, .number(.count, minimum: 0, maximum: .max, zero: .literal))
    case .number, .paths, .layers: break
    }
    switch (try ConfigurationValue.read(node, as: kind), kind) {
    case (.number(let number), _): return .atMost(number)
    case (.texts(let paths), _): return .directories(paths)
    case (.layers(let layers), .layers(_, .withFewer)): return .atLeastLayers(layers)
    case (.layers(let layers), _): return .atMostLayers(layers)
    case (.automatic, _): throw .malformed(expected: "a size", found: ZeroMeaning.automaticWord)
    case (let value, _): return .texts([value.text(for: kind)])
    }
  }

  /// One choice allows itself and everything tighter; an array allows what it names.
  private func mask(_ node: JSONNode, _ choices: [String]) throws(ValueError) -> UInt32 {
    let kind = ValueKind.choice(choices)
    if case .string = node.value {
      guard case .choice(let index) = try ConfigurationValue.read(node, as: kind) else { return 0 }
      return (1 << UInt32(index + 1)) - 1
    }
    var mask: UInt32 = 0
    for text in try ConfigurationValue.strings(node) {
      guard case .choice(let index) = try ConfigurationValue.parse(text, as: kind, inFile: true) else { continue }
      mask |= 1 << UInt32(index)
    }
    return mask
  }
}
