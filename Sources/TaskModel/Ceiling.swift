internal import JSON

/// How far a key may go in this image. A value beyond it is refused by name, never moved back to it.
package enum Ceiling: Sendable {
  /// The greatest number, or the greatest count of arguments. Where zero means `off` it is looser than every number: a
  /// ceiling refuses it, unless the ceiling is itself `off`.
  case atMost(Int64)
  /// The allowed choices, bit i standing for choice i.
  case choices(UInt32)
  /// The allowed texts.
  case texts([String])
  /// Directories: each path must be one of them or lie beneath one.
  case directories([String])
  /// The allowed names of variables; one that ends in `*` allows every name that begins so.
  case names([String])
  /// Layers that `require` must keep.
  case atLeastLayers(IsolationLayers)
  /// Layers that `disable` may name.
  case atMostLayers(IsolationLayers)

  /// Why `value` lies beyond the ceiling, in words that follow the key's name, or nil where it does not.
  ///
  /// - Parameter owner: whose ceiling it is: `this image's` or `the built-in`.
  func violation(by value: ConfigurationValue, of kind: ValueKind, owner: String) -> Words? {
    switch (self, value) {
    case (.atMost(let most), .number(let number)):
      guard case .number(let unit, _, _, let zero) = kind else { return nil }
      let isUnlimited = zero.isOff && most == 0
      let isOff = zero.isOff && number == 0
      if isUnlimited || number <= most && !isOff { return nil }
      return "\(unit.format(number, zero: zero)) exceeds \(owner) ceiling of \(unit.format(most))"
    case (.atMost, .automatic):
      // Never beyond it: whatever is found at run time, the ceiling holds besides.
      return nil
    case (.atMost(let most), .byteStrings(let items)):
      return items.count <= most ? nil : "has \(items.count) items and exceeds \(owner) ceiling of \(most)"
    case (.choices(let allowed), .choice(let index)):
      return Self.isIn(allowed, index) ? nil : outside(value.text(for: kind), owner, Self.names(of: allowed, kind))
    case (.choices(let allowed), .text(let path)):
      guard case .choiceOrPath(_, let pathIndex) = kind else { return nil }
      return Self.isIn(allowed, pathIndex) ? nil : outside(path, owner, Self.names(of: allowed, kind))
    case (.texts(let allowed), .text(let text)):
      return text.isOne(of: allowed) ? nil : outside(text, owner, allowed)
    case (.texts(let allowed), .texts(let words)):
      // Only a command: without one there is nothing to allow.
      let command = value.text(for: kind)
      return words.isEmpty || command.isOne(of: allowed) ? nil : outside(command, owner, allowed)
    case (.directories(let allowed), .texts(let paths)):
      for path in paths where !Self.lies(path, within: allowed) { return outside(path, owner, allowed) }
      return nil
    case (.names(let allowed), .texts(let names)):
      for name in names where !Self.allows(name.bytes, allowed) { return outside(name, owner, allowed) }
      return nil
    case (.names(let allowed), .byteStrings(let items)):
      for item in items {
        let name = EnvironmentVariable(assignment: item)?.name ?? item
        if !Self.allows(name, allowed) { return outside(String(repairing: name), owner, allowed) }
      }
      return nil
    case (.atLeastLayers(let needed), .layers(let layers)):
      let missing = needed.subtracting(layers)
      return missing.isEmpty ? nil : "leaves out \(list: missing.names), which \(owner) ceiling demands"
    case (.atMostLayers(let allowed), .layers(let layers)):
      let beyond = layers.subtracting(allowed)
      return beyond.isEmpty ? nil : outside(Text.joined(beyond.names), owner, allowed.names)
    default:
      // A policy's ceilings are read by the kind of their key, so no other pair exists.
      return "cannot be compared with \(owner) ceiling"
    }
  }

  private func outside(_ found: String, _ owner: String, _ allowed: [String]) -> Words {
    "\(quoted: found) lies outside \(owner) ceiling: \(allowed.isEmpty ? "nothing is allowed" : Text.joined(allowed))"
  }

  private static func isIn(_ mask: UInt32, _ index: Int) -> Bool {
    mask & (1 << UInt32(index)) != 0
  }

  private static func names(of mask: UInt32, _ kind: ValueKind) -> [String] {
    let choices: [String]
    switch kind {
    case .choice(let names), .choiceOrPath(let names, _): choices = names
    default: return []
    }
    var names: [String] = []
    for index in choices.indices where isIn(mask, index) { names.append(choices[index]) }
    return names
  }

  private static func lies(_ path: String, within directories: [String]) -> Bool {
    for directory in directories where PathName.lies(path.bytes, within: directory.bytes) { return true }
    return false
  }

  private static func allows(_ name: [UInt8], _ patterns: [String]) -> Bool {
    for pattern in patterns {
      let bytes = pattern.bytes
      if bytes.last == UInt8(ascii: "*") {
        if name.begin(with: String(repairing: bytes.part(0, bytes.count - 1))) { return true }
      } else if name == bytes {
        return true
      }
    }
    return false
  }
}
