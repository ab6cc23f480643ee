internal import JSON

// Values as text: what a variable or a flag says, and what a string in a file says for the kinds that are one word.

/// A value that does not fit its key; the caller knows where it stands.
struct ValueError: Error {
  let kind: ConfigurationError.Kind
  let problem: String

  init(_ kind: ConfigurationError.Kind, _ problem: String) {
    self.kind = kind
    self.problem = problem
  }
}

extension ConfigurationValue {
  /// Reads a scalar.
  ///
  /// - Parameter inFile: whether the text stands in a file, where `script` names a file of the task directory; in a variable
  ///   or a flag it names any path.
  static func parse(_ text: String, as kind: ValueKind, inFile: Bool) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .duration(let minimum, let maximum, let zero):
      if zero == .off, text.hasSameBytes(as: "off") { return .duration(.zero) }
      let duration: Duration
      do { duration = try WallDuration.parse(text) } catch { throw malformed(error.message, text) }
      return try inRange(duration, minimum, maximum, zero)
    case .bytes(let minimum, let maximum, let zero):
      if zero == .off, text.hasSameBytes(as: "off") { return .number(0) }
      let number: Int64
      do { number = try Quantity.parse(text) } catch { throw malformed(error.message, text) }
      return try inRange(number, minimum, maximum, zero, kind)
    case .count(let minimum, let maximum):
      let number: Int64
      do { number = try Count.parse(text) } catch { throw malformed(error.message, text) }
      return try inRange(number, minimum, maximum, .literal, kind)
    case .choice(let choices):
      guard let index = choices.firstIndex(where: { $0.hasSameBytes(as: text) }) else {
        throw ValueError(.malformed, "expected one of \(Text.joined(choices)), found \(Text.quoted(text))")
      }
      return .choice(index)
    case .text(let rule):
      try rule.check(text, inFile: inFile)
      return .text(text)
    case .paths, .names, .arguments, .assignments, .layers:
      throw ValueError(.wrongType, "expected a list, found \(Text.quoted(text))")
    }
  }

  private static func malformed(_ message: String, _ text: String) -> ValueError {
    ValueError(.malformed, text.utf8.isEmpty ? message : message + " (in \(Text.quoted(text)))")
  }

  static func inRange(
    _ duration: Duration, _ minimum: Duration, _ maximum: Duration, _ zero: ZeroMeaning
  ) throws(ValueError) -> ConfigurationValue {
    if duration == .zero, zero == .off { return .duration(duration) }
    guard duration >= minimum, duration <= maximum else {
      throw ValueError(
        .outOfRange,
        "expected \(zero == .off ? "0, or " : "")a duration from \(WallDuration.format(minimum)) to "
          + "\(WallDuration.format(maximum)), found \(WallDuration.format(duration))")
    }
    return .duration(duration)
  }

  static func inRange(
    _ number: Int64, _ minimum: Int64, _ maximum: Int64, _ zero: ZeroMeaning, _ kind: ValueKind
  ) throws(ValueError) -> ConfigurationValue {
    if number == 0, zero == .off { return .number(0) }
    guard number >= minimum, number <= maximum else {
      // A negative number has no text as a quantity.
      let found = number < 0 ? "\(number)" : ConfigurationValue.number(number).text(for: kind)
      throw ValueError(
        .outOfRange,
        "expected \(zero == .off ? "0, or " : "")a number from \(ConfigurationValue.number(minimum).text(for: kind)) to "
          + "\(ConfigurationValue.number(maximum).text(for: kind)), found \(found)")
    }
    return .number(number)
  }

  /// Makes a list out of items that are already apart.
  static func list(of items: [[UInt8]], as kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .arguments:
      for item in items where item.contains(0) {
        throw ValueError(.malformed, "expected an argument without NUL, found \(Text.quoted(item))")
      }
      return .byteStrings(items)
    case .assignments:
      return .byteStrings(try checkedAssignments(items))
    case .paths:
      var paths: [String] = []
      for item in items { paths.append(try absolutePath(item)) }
      return .texts(paths)
    case .names:
      var names: [String] = []
      for item in items {
        let name = try utf8(item)
        try checkVariableName(name)
        names.append(name)
      }
      return .texts(names)
    case .layers(let allowed, _):
      var layers = IsolationLayers()
      for item in items {
        let name = try utf8(item)
        guard let layer = IsolationLayer(name: name), allowed.contains(layer) else {
          throw ValueError(
            .malformed, "expected a layer out of \(Text.joined(allowed.names)), found \(Text.quoted(name))")
        }
        layers.insert(IsolationLayers(layer))
      }
      return .layers(layers)
    case .duration, .bytes, .count, .choice, .text:
      throw ValueError(.wrongType, "expected one value, found a list")
    }
  }

  static func utf8(_ bytes: [UInt8]) throws(ValueError) -> String {
    guard let text = String(exactly: bytes) else {
      throw ValueError(.malformed, "expected UTF-8, found \(Text.quoted(bytes))")
    }
    return text
  }

  private static func checkedAssignments(_ items: [[UInt8]]) throws(ValueError) -> [[UInt8]] {
    for (index, item) in items.enumerated() {
      guard !item.contains(0), let variable = EnvironmentVariable(assignment: item) else {
        throw ValueError(.malformed, "expected NAME=VALUE, found \(Text.quoted(item))")
      }
      try checkVariableName(try utf8(variable.name))
      for earlier in items[..<index] {
        guard let other = EnvironmentVariable(assignment: earlier), other.name != variable.name else {
          throw ValueError(.duplicate, "the variable \(Text.quoted(variable.name)) is given twice")
        }
      }
    }
    return items
  }

  /// A path that begins at the root and has no component that leads back: so a prefix of its text is a parent directory. One
  /// slash at its end is taken away.
  static func absolutePath(_ bytes: [UInt8]) throws(ValueError) -> String {
    let text = try utf8(bytes)
    if bytes == [ASCII.slash] { return text }
    var trimmed = bytes
    if trimmed.last == ASCII.slash { trimmed.removeLast() }
    guard trimmed.first == ASCII.slash, PathName.isPlain(Array(trimmed.dropFirst())) else {
      throw ValueError(
        .malformed, "expected an absolute path without empty, . or .. components, found \(Text.quoted(text))")
    }
    return String(decoding: trimmed, as: UTF8.self)
  }

  /// The name of an environment variable that may be given to the script, or read from: not one of Warder's own.
  static func checkVariableName(_ name: String) throws(ValueError) {
    let bytes = Array(name.utf8)
    guard !bytes.isEmpty, !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == ASCII.equals }) else {
      throw ValueError(
        .malformed, "expected the name of an environment variable, without = and blanks, found \(Text.quoted(name))")
    }
    guard !name.beginsWithBytes(of: EnvironmentLayer.prefix) else {
      throw ValueError(
        .malformed,
        "expected a name that does not begin with WARDER_, as the supervisor's own do, found \(Text.quoted(name))")
    }
  }
}

extension TextRule {
  static let longestIdentifier = 128

  func check(_ text: String, inFile: Bool) throws(ValueError) {
    let bytes = Array(text.utf8)
    switch self {
    case .script where !inFile, .path:
      guard !bytes.isEmpty, !bytes.contains(0) else {
        throw ValueError(.malformed, "expected a path, found \(Text.quoted(text))")
      }
    case .script, .inputFile:
      guard PathName.isInsideTask(bytes) else {
        throw ValueError(
          .malformed,
          "expected the name of a file inside the task directory (relative, no .. and no component that begins with ..), "
            + "found \(Text.quoted(text))")
      }
    case .runtimeName:
      guard Runtime.isName(bytes) else {
        throw ValueError(
          .malformed, "expected the name of a runtime (letters, digits and . _ + -), found \(Text.quoted(text))")
      }
    case .identifier:
      guard !bytes.isEmpty, bytes.count <= Self.longestIdentifier, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F })
      else {
        throw ValueError(
          .malformed,
          "expected 1 to \(Self.longestIdentifier) bytes without control characters, found \(Text.quoted(text))")
      }
    case .variableName:
      try ConfigurationValue.checkVariableName(text)
    case .logTarget:
      guard LogTarget.descriptor(text) != nil else {
        throw ValueError(.malformed, "expected fd:N with N from 1 to 255, found \(Text.quoted(text))")
      }
    case .messageTarget:
      let isWord = text.hasSameBytes(as: "auto") || text.hasSameBytes(as: "none")
      guard isWord || bytes.first == ASCII.slash && !bytes.contains(0) else {
        throw ValueError(.malformed, "expected auto, none or an absolute path, found \(Text.quoted(text))")
      }
    }
  }
}

/// Where the frames go.
package enum LogTarget {
  /// The descriptor of `fd:N`, or nil where the text is no such thing. 0 is not allowed: it is the standard input.
  static func descriptor(_ text: String) -> Int32? {
    guard text.beginsWithBytes(of: "fd:"), let number = try? Count.parse(text.droppingBytes(3)), 1...255 ~= number
    else { return nil }
    return Int32(number)
  }
}
