/// What `--help` prints, made from the table of keys.
package enum HelpText {
  package static var text: String {
    var text = """
      Usage: warder-init [OPTIONS] [-- SCRIPT-ARGS...]

      Runs one untrusted script, confined, within limits, and writes what it did as
      framed lines to standard output.

      Every option but those under "Other" can also be given as the variable shown,
      and those marked "task" in the task directory's \(TaskFile.name) too. A later layer
      wins: policy, task, environment, flags.

      Options:

      """
    for key in ConfigurationKey.allCases {
      let row = key.row
      text += ("  \(key.flag) \(row.placeholder)\n" as Words).text
      appendWrapped(row.help, to: &text)
      appendWrapped(facts(key), to: &text)
    }
    text += "\nOther:\n"
    for action in ActionFlag.allCases {
      text += ("  \(action.usage)\n" as Words).text
      appendWrapped(action.help, to: &text)
    }
    return text
  }

  /// `WARDER_TIMEOUT, task; 0s to 168h; default 5m, ceiling 30m`
  private static func facts(_ key: ConfigurationKey) -> String {
    let row = key.row
    var parts: [String] = []
    if row.standing.permits(.environment) {
      parts.append(row.standing.permits(.taskFile) ? Text.joined([key.variable, "task"]) : key.variable)
    }
    if let range = row.kind.rangeText { parts.append(range) }
    parts.append(Text.joined(["default", row.defaultDescription], " "))
    if let ceiling = row.ceilingDescription { parts.append(Text.joined(["ceiling", ceiling], " ")) }
    return Text.joined(parts, "; ")
  }

  private static let indentation = "      "
  /// What a terminal shows in a line.
  private static let width = 80

  /// Lines of at most `width` columns, broken at spaces and after commas. Help is ASCII, so a byte is a column.
  private static func appendWrapped(_ sentence: String, to text: inout String) {
    var line = indentation
    var word = ""
    for byte in sentence.utf8 {
      word += String(decoding: CollectionOfOne(byte), as: UTF8.self)
      guard byte == UInt8(ascii: " ") || byte == ASCII.comma else { continue }
      appendWord(&word, to: &line, text: &text)
    }
    appendWord(&word, to: &line, text: &text)
    text += line + "\n"
  }

  private static func appendWord(_ word: inout String, to line: inout String, text: inout String) {
    let isSpaced = word.utf8.last == UInt8(ascii: " ")
    if line.utf8.count + word.utf8.count - (isSpaced ? 1 : 0) > width {
      if line.utf8.last == UInt8(ascii: " ") { line.removeLastByte() }
      text += line + "\n"
      line = indentation
    }
    line += word
    word = ""
  }
}

extension String {
  fileprivate mutating func removeLastByte() { self = String(decoding: utf8.dropLast(), as: UTF8.self) }
}

extension ConfigurationRow {
  /// The default in the words of help and documentation.
  package var defaultDescription: String {
    let text = defaultText ?? builtIn?.text(for: kind) ?? ""
    return text.utf8.isEmpty ? "none" : text
  }

  /// The built-in ceiling, nil where there is none.
  package var ceilingDescription: String? {
    guard case .atMost(let most)? = ceiling, case .number(let unit, _, _, let zero) = kind else { return nil }
    return unit.format(most, zero: zero)
  }
}

extension ZeroMeaning {
  fileprivate var rangePrefix: String {
    switch self {
    case .literal: ""
    case .off: "off or "
    case .offOrAutomatic: "auto, off or "
    }
  }
}

extension ValueKind {
  /// The allowed values in the words of help and documentation, nil where the kind has no range.
  package var rangeText: String? {
    switch self {
    case .number(let unit, let minimum, let maximum, let zero):
      Text.joined([zero.rangePrefix, unit.format(minimum), " to ", unit.format(maximum)], "")
    case .choice(let choices): Text.joined(choices, " | ")
    case .choiceOrPath(let choices, let pathIndex):
      Text.joined(choices.indices.map { $0 == pathIndex ? "PATH" : choices[$0] }, " | ")
    case .layers(let allowed, _): Text.joined(allowed.names, ",")
    case .text, .command, .paths, .names, .secretSources, .logTargets, .arguments, .assignments: nil
    }
  }
}
