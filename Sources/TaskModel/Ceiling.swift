internal import JSON

/// How far a key may go in this image. A value beyond it is refused by name, never moved back to it.
package enum Ceiling: Sendable {
  /// The greatest duration or number. Where zero means `off` it is looser than every number: a ceiling refuses it,
  /// unless the ceiling is itself `off`.
  case atMost(ConfigurationValue)
  /// The allowed choices, bit i standing for choice i.
  case choices(UInt32)
  /// The allowed texts.
  case texts([String])
  /// Directories: each path must be one of them or lie beneath one.
  case directories([String])
  /// The allowed names of variables; one that ends in `*` allows every name that begins so.
  case names([String])
  /// The greatest number of arguments.
  case arguments(Int64)
  /// Layers that `require` must keep.
  case atLeastLayers(IsolationLayers)
  /// Layers that `disable` may name.
  case atMostLayers(IsolationLayers)

  /// Why `value` lies beyond the ceiling, in words that follow the key's name, or nil where it does not.
  ///
  /// - Parameter owner: whose ceiling it is: `this image's` or `the built-in`.
  func violation(by value: ConfigurationValue, of kind: ValueKind, owner: String) -> String? {
    switch (self, value) {
    case (.atMost(.duration(let most)), .duration(let duration)):
      if Self.isOff(.duration(most), kind) || duration <= most && !Self.isOff(value, kind) { return nil }
      return value.text(for: kind) + " exceeds \(owner) ceiling of " + WallDuration.format(most)
    case (.atMost(.number(let most)), .number(let number)):
      if Self.isOff(.number(most), kind) || number <= most && !Self.isOff(value, kind) { return nil }
      return value.text(for: kind) + " exceeds \(owner) ceiling of " + ConfigurationValue.number(most).text(for: kind)
    case (.choices(let allowed), .choice(let index)):
      if allowed & (1 << UInt32(index)) != 0 { return nil }
      return Self.notAllowed(value.text(for: kind), owner, Self.names(of: allowed, kind))
    case (.texts(let allowed), .text(let text)):
      if allowed.contains(where: { $0.hasSameBytes(as: text) }) { return nil }
      return Self.notAllowed(text, owner, allowed)
    case (.directories(let allowed), .texts(let paths)):
      let outside = paths.first { path in
        !allowed.contains { PathName.lies(Array(path.utf8), within: Array($0.utf8)) }
      }
      return outside.map { Self.notAllowed($0, owner, allowed) }
    case (.names(let allowed), .texts(let names)):
      return names.first { !Self.allows($0, allowed) }.map { Self.notAllowed($0, owner, allowed) }
    case (.names(let allowed), .byteStrings(let items)):
      for item in items {
        let name = String(decoding: EnvironmentVariable(assignment: item)?.name ?? item, as: UTF8.self)
        if !Self.allows(name, allowed) { return Self.notAllowed(name, owner, allowed) }
      }
      return nil
    case (.arguments(let most), .byteStrings(let items)):
      return items.count <= most ? nil : "has \(items.count) items and exceeds \(owner) ceiling of \(most)"
    case (.atLeastLayers(let needed), .layers(let layers)):
      let missing = needed.subtracting(layers)
      return missing.isEmpty ? nil : "leaves out \(Text.joined(missing.names)), which \(owner) ceiling demands"
    case (.atMostLayers(let allowed), .layers(let layers)):
      let beyond = layers.subtracting(allowed)
      return beyond.isEmpty ? nil : Self.notAllowed(Text.joined(beyond.names), owner, allowed.names)
    default:
      // A policy's ceilings are read by the kind of their key, so no other pair exists.
      return "cannot be compared with \(owner) ceiling"
    }
  }

  private static func isOff(_ value: ConfigurationValue, _ kind: ValueKind) -> Bool {
    switch (value, kind) {
    case (.duration(let duration), .duration(_, _, .off)): duration == .zero
    case (.number(let number), .bytes(_, _, .off)): number == 0
    default: false
    }
  }

  private static func notAllowed(_ found: String, _ owner: String, _ allowed: [String]) -> String {
    "\(Text.quoted(found)) lies outside \(owner) ceiling: "
      + (allowed.isEmpty ? "nothing is allowed" : Text.joined(allowed))
  }

  private static func names(of mask: UInt32, _ kind: ValueKind) -> [String] {
    guard case .choice(let choices) = kind else { return [] }
    return choices.indices.filter { mask & (1 << UInt32($0)) != 0 }.map { choices[$0] }
  }

  private static func allows(_ name: String, _ patterns: [String]) -> Bool {
    patterns.contains { pattern in
      guard pattern.utf8.last == UInt8(ascii: "*") else { return pattern.hasSameBytes(as: name) }
      return name.beginsWithBytes(of: String(decoding: pattern.utf8.dropLast(), as: UTF8.self))
    }
  }
}
