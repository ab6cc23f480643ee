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
      text += "  \(key.flag) \(row.placeholder)\n      \(row.help)\n      \(facts(key))\n"
    }
    text += "\nOther:\n"
    for action in ActionFlag.allCases {
      let placeholder = action.placeholder.map { " " + $0 } ?? ""
      text += "  \(action.flag)\(placeholder)\n      \(action.help)\n"
    }
    return text
  }

  /// `WARDER_TIMEOUT, task; 0s to 168h; default 5m, ceiling 30m`
  private static func facts(_ key: ConfigurationKey) -> String {
    let row = key.row
    var parts: [String] = []
    if row.standing.permits(.environment) { parts.append(key.variable) }
    if row.standing.permits(.taskFile) { parts.append("task") }
    var facts = Text.joined(parts)
    if let range = row.kind.rangeText {
      // The list of all layers takes a line of its own.
      let isLong = facts.utf8.count + range.utf8.count > 90
      facts += (isLong ? "\n      " : "; ") + range + (isLong ? "\n      " : "; ")
    } else if !facts.utf8.isEmpty {
      facts += "; "
    }
    facts += "default " + row.defaultDescription
    if let ceiling = row.ceilingDescription { facts += ", ceiling " + ceiling }
    return facts
  }
}

extension ConfigurationRow {
  /// The default in the words of help and documentation.
  package var defaultDescription: String {
    defaultText ?? builtIn?.text(for: kind) ?? "none"
  }

  /// The built-in ceiling, nil where there is none.
  package var ceilingDescription: String? {
    guard case .atMost(let value)? = ceiling else { return nil }
    return value.text(for: kind)
  }
}

extension ValueKind {
  /// The allowed values in the words of help and documentation, nil where the kind has no range.
  package var rangeText: String? {
    switch self {
    case .duration(let minimum, let maximum, let zero):
      (zero == .off ? "off or " : "") + WallDuration.format(minimum) + " to " + WallDuration.format(maximum)
    case .bytes(let minimum, let maximum, let zero):
      (zero == .off ? "off or " : "") + Quantity.format(minimum) + " to " + Quantity.format(maximum)
    case .count(let minimum, let maximum): "\(minimum) to \(maximum)"
    case .choice(let choices): Text.joined(choices, " | ")
    case .layers(let allowed, _): Text.joined(allowed.names, ",")
    case .text, .paths, .names, .arguments, .assignments: nil
    }
  }
}
