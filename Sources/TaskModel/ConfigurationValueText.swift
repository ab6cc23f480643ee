internal import JSON

// Values as text: what a variable or a flag says, and what a string in a file says for the kinds that are one word.

extension ConfigurationValue {
  /// Reads a scalar.
  ///
  /// - Parameter inFile: whether the text stands in a file, where `script` names a file of the task directory; in a variable
  ///   or a flag it names any path.
  static func parse(_ text: String, as kind: ValueKind, inFile: Bool) throws(ValueError) -> ConfigurationValue {
    switch kind {
    case .number(let unit, _, _, let zero):
      if zero == .offOrAutomatic, text.hasSameBytes(as: ZeroMeaning.automaticWord) { return .automatic }
      let isOff = zero.isOff && text.hasSameBytes(as: "off")
      return try inRange(isOff ? 0 : try unit.parse(text), kind)
    case .choice(let choices):
      guard let index = choices.firstIndex(where: { $0.hasSameBytes(as: text) }) else {
        throw .malformed(expected: "one of \(list: choices)", found: text)
      }
      return .choice(index)
    case .choiceOrPath(let choices, let pathIndex):
      if text.utf8.first == ASCII.slash { return .text(try absolutePath(text.bytes)) }
      let index = choices.firstIndex { $0.hasSameBytes(as: text) }
      guard let index, index != pathIndex else {
        var words = choices
        words.remove(at: pathIndex)
        throw .malformed(expected: "one of \(list: words), or the absolute path of a file", found: text)
      }
      return .choice(index)
    case .text(let rule):
      try rule.check(text, inFile: inFile)
      return .text(text)
    case .command:
      return .texts(try RelayCommand.words(text))
    case .paths, .names, .secretSources, .logTargets, .arguments, .assignments, .layers:
      throw .malformed(expected: "a list", found: text)
    }
  }

  /// A number that is within the bounds of its kind.
  static func inRange(_ number: Int64, _ kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    guard case .number(let unit, let minimum, let maximum, let zero) = kind else { return .number(number) }
    if number == 0, zero.isOff { return .number(0) }
    if number >= minimum, number <= maximum { return .number(number) }
    // A negative number has no text as a duration or quantity.
    let found = number < 0 ? NumberUnit.count.format(number) : unit.format(number)
    throw ValueError(
      .outOfRange,
      "expected \(zero.isOff ? "0, or " : "")\(unit == .milliseconds ? "a duration" : "a number") from "
        + "\(unit.format(minimum)) to \(unit.format(maximum)), found \(found)")
  }

  /// Makes a list out of items that are already apart.
  static func list(of items: [[UInt8]], as kind: ValueKind) throws(ValueError) -> ConfigurationValue {
    var texts: [String] = []
    var layers = IsolationLayers()
    for (index, item) in items.enumerated() {
      switch kind {
      case .arguments:
        if item.contains(0) { throw .malformed(expected: "an argument without NUL", found: item) }
      case .assignments:
        try checkAssignment(item, after: items[..<index])
      case .paths:
        texts.append(try absolutePath(item))
      case .names:
        texts.append(try checkedVariableName(try utf8(item)))
      case .secretSources:
        texts.append(
          item.first == ASCII.slash ? try absolutePath(item) : try checkedVariableName(try utf8(item)))
      case .logTargets:
        texts.append(try logTarget(item, after: texts))
      case .layers(let allowed, _):
        guard let layer = IsolationLayer(name: String(repairing: item)), allowed.contains(layer) else {
          throw .malformed(expected: "a layer out of \(list: allowed.names)", found: item)
        }
        layers.insert(IsolationLayers(layer))
      case .number, .choice, .choiceOrPath, .text, .command:
        throw .malformed(expected: "one value", found: item)
      }
    }
    switch kind {
    case .logTargets where texts.isEmpty:
      throw ValueError(.malformed, "expected a target, found none")
    case .paths, .names, .secretSources, .logTargets: return .texts(texts)
    case .layers: return .layers(layers)
    default: return .byteStrings(items)
    }
  }

  /// The items between commas; an empty text is an empty list.
  static func commaSeparated(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.isEmpty ? [] : bytes.pieces(separatedBy: ASCII.comma)
  }

  static func utf8(_ bytes: [UInt8]) throws(ValueError) -> String {
    guard let text = String(exactly: bytes) else { throw .malformed(expected: "UTF-8", found: bytes) }
    return text
  }

  private static func checkAssignment(_ item: [UInt8], after earlier: ArraySlice<[UInt8]>) throws(ValueError) {
    guard !item.contains(0), let variable = EnvironmentVariable(assignment: item) else {
      throw .malformed(expected: "NAME=VALUE", found: item)
    }
    _ = try checkedVariableName(try utf8(variable.name))
    for other in earlier where EnvironmentVariable(assignment: other)?.name == variable.name {
      throw ValueError(.duplicate, "the variable \(quoted: variable.name) is given twice")
    }
  }

  private static func logTarget(_ item: [UInt8], after earlier: [String]) throws(ValueError) -> String {
    let target: String
    if item.first == ASCII.slash {
      target = try absolutePath(item)
    } else {
      target = try utf8(item)
      guard LogTarget(target) != nil else {
        throw .malformed(expected: "fd:N with N from 1 to 255, or an absolute path", found: target)
      }
    }
    if target.isOne(of: earlier) { throw ValueError(.duplicate, "the log cannot go to \(target) twice") }
    guard earlier.count < LogTarget.most else {
      throw ValueError(.outOfRange, "expected at most \(LogTarget.most) targets, found \(quoted: target) besides")
    }
    return target
  }

  fileprivate static var absoluteExpectation: Words { "an absolute path without empty, . or .. components" }

  /// A path that begins at the root and has no component that leads back: so a prefix of its text is a parent directory. One
  /// slash at its end is taken away.
  private static func absolutePath(_ bytes: [UInt8]) throws(ValueError) -> String {
    let text = try utf8(bytes)
    if bytes.count == 1, bytes[0] == ASCII.slash { return text }
    let end = bytes.last == ASCII.slash ? bytes.count - 1 : bytes.count
    guard bytes.first == ASCII.slash, PathName.isPlain(bytes.part(1, end)) else {
      throw .malformed(expected: absoluteExpectation, found: text)
    }
    return String(repairing: bytes.part(0, end))
  }

  /// The name of an environment variable that may be given to the script, or read from: not one of Warder's own.
  static func checkedVariableName(_ name: String) throws(ValueError) -> String {
    let bytes = name.bytes
    if bytes.isEmpty || bytes.containControls() || bytes.contains(ASCII.space) || bytes.contains(ASCII.equals) {
      throw .malformed(expected: "the name of an environment variable, without = and blanks", found: name)
    }
    if EnvironmentLayer.isOwn(bytes) {
      throw .malformed(expected: "a name that does not begin with WARDER_, as the supervisor's own do", found: name)
    }
    return name
  }
}

extension TextRule {
  static let longestIdentifier = 128

  func check(_ text: String, inFile: Bool) throws(ValueError) {
    let bytes = text.bytes
    let isPath = !bytes.isEmpty && !bytes.contains(0)
    let isGood: Bool
    let expected: Words
    switch self {
    case .script where !inFile, .path:
      isGood = isPath
      expected = "a path"
    case .script, .inputFile:
      isGood = PathName.isInsideTask(bytes)
      expected =
        "the name of a file inside the task directory (relative, no .. and no component that begins with ..)"
    case .runtimeName:
      isGood = Runtime.isName(bytes)
      expected = Runtime.nameExpectation
    case .identifier:
      isGood = 1...Self.longestIdentifier ~= bytes.count && !bytes.containControls()
      expected = "1 to \(Self.longestIdentifier) bytes without control characters"
    case .variableName:
      _ = try ConfigurationValue.checkedVariableName(text)
      return
    case .artifactDirectory:
      isGood = ArtifactLocation.isValid(text)
      expected =
        "off, a directory inside the working directory such as out, or one beneath /tmp such as /tmp/out "
        + "(without empty, . or .. components)"
    case .directory:
      isGood = isPath && bytes.count > 1 && bytes[0] == ASCII.slash && PathName.isPlain(bytes.part(1, bytes.count))
      expected = ConfigurationValue.absoluteExpectation
    case .messageTarget:
      isGood = text.isOne(of: ["auto", "none"]) || isPath && bytes[0] == ASCII.slash
      expected = "auto, none or an absolute path"
    }
    if !isGood { throw .malformed(expected: expected, found: text) }
  }
}
