/// What `--help` prints, made from the table of keys.
package enum HelpText {
  package static var text: String {
    var text = """
      Usage: warder-init [OPTIONS] [-- SCRIPT-ARGS...]

      Runs one untrusted script, confined, within limits, and writes what it did as framed lines to standard output.

      Every option but those under "Other" can also be given as the variable shown, and those marked "task" in the
      task directory's \(TaskFile.name) too. A later layer wins: policy, task, environment, flags.

      Options:

      """
    for key in ConfigurationKey.allCases {
      let row = key.row
      text += ("  \(key.flag) \(row.placeholder)\n      \(row.help)\n      \(facts(key))\n" as Words).text
    }
    text += "\nOther:\n"
    for action in ActionFlag.allCases {
      let flag = Text.joined([action.flag] + (action.placeholder.map { [$0] } ?? []), " ")
      text += ("  \(flag)\n      \(action.help)\n" as Words).text
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
    let line = Text.joined(parts, "; ")
    // The list of all layers would make the line too long.
    return line.utf8.count > 110 ? Text.joined(parts, ";\n      ") : line
  }
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

extension ValueKind {
  /// The allowed values in the words of help and documentation, nil where the kind has no range.
  package var rangeText: String? {
    switch self {
    case .number(let unit, let minimum, let maximum, let zero):
      Text.joined([zero == .off ? "off or " : "", unit.format(minimum), " to ", unit.format(maximum)], "")
    case .choice(let choices): Text.joined(choices, " | ")
    case .layers(let allowed, _): Text.joined(allowed.names, ",")
    case .text, .paths, .names, .arguments, .assignments: nil
    }
  }
}
