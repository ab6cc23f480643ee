internal import JSON

/// Explanations for people and for programs.
enum CallExplanationText {
  private static let width = 80

  static func text(_ explanations: [CallExplanation]) -> String {
    explanations.map { text($0) }.joined(separator: "\n")
  }

  private static func text(_ explanation: CallExplanation) -> String {
    var lines = [explanation.call + (explanation.number.map { " (\($0))" } ?? "")]
    for verdict in explanation.verdicts {
      lines += wrapped("\(verdict.profile): \(verdict.how)", indent: 2)
      for condition in verdict.conditions.prefix(8) { lines += wrapped("- " + condition, indent: 6, hanging: 2) }
      if verdict.conditions.count > 8 { lines += ["      - and \(verdict.conditions.count - 8) more: see --json"] }
      lines += wrapped("why: " + verdict.why, indent: 4)
      if let remedy = verdict.remedy {
        lines += wrapped((verdict.decision == .conditional ? "more with: " : "allowed by: ") + remedy, indent: 4)
      }
    }
    for guarded in explanation.guarded { lines += wrapped("guard, before every profile: " + guarded, indent: 2) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Lines of at most 80 columns.
  static func wrapped(_ text: String, indent: Int, hanging: Int = 2) -> [String] {
    var lines: [String] = []
    var line = String(repeating: " ", count: indent)
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent + hanging)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }

  static func json(_ explanations: [CallExplanation]) -> [UInt8] {
    var writer = JSONWriter(indented: true)
    writer.beginArray()
    for explanation in explanations {
      writer.beginObject()
      writer.key("syscall")
      writer.string(explanation.call)
      writer.key("number")
      if let number = explanation.number { writer.integer(Int(number)) } else { writer.null() }
      writer.key("profiles")
      writer.beginArray()
      for verdict in explanation.verdicts {
        writer.beginObject()
        for (name, value) in [
          ("profile", verdict.profile), ("decision", verdict.decision.rawValue), ("how", verdict.how),
          ("why", verdict.why), ("allowed_by", verdict.remedy),
        ] {
          writer.key(name)
          if let value { writer.string(value) } else { writer.null() }
        }
        writer.key("conditions")
        writer.beginArray()
        for condition in verdict.conditions { writer.string(condition) }
        writer.endArray()
        writer.endObject()
      }
      writer.endArray()
      writer.key("guard")
      writer.beginArray()
      for guarded in explanation.guarded { writer.string(guarded) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    return writer.bytes + [UInt8(ascii: "\n")]
  }
}

/// Names that somebody may have meant.
package enum NearNames {
  /// At most four: those with the fewest changes, and those that begin or end with the word.
  package static func near(_ word: String, among names: [String]) -> [String] {
    let given = Array(word.lowercased().utf8)
    let scored = names.compactMap { name -> (name: String, score: Int)? in
      let candidate = Array(name.utf8)
      let distance = distance(given, candidate)
      if distance <= max(1, given.count / 3) { return (name, distance) }
      let isPart = given.count >= 4 && (name.hasPrefix(word.lowercased()) || name.hasSuffix(word.lowercased()))
      return isPart ? (name, 10 + candidate.count - given.count) : nil
    }
    return scored.sorted { ($0.score, $0.name) < ($1.score, $1.name) }.prefix(4).map(\.name)
  }

  /// Levenshtein's.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var previous = Array(0...right.count)
    for (i, byte) in left.enumerated() {
      var current = [i + 1]
      for j in right.indices {
        current.append(min(previous[j] + (byte == right[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
