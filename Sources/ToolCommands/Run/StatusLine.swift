/// What is known of a run while it lasts. What nobody could find out is nil, and left out.
struct StatusFigures: Equatable, Sendable {
  enum Phase: String, Sendable {
    case starting, running, cancelling, killing
  }

  var phase = Phase.starting
  /// Since the script's start.
  var elapsedMilliseconds: Int64?
  var deadlineMilliseconds: Int64?
  var memoryBytes: Int64?
  var memoryLimitBytes: Int64?
  var processes: Int?
  /// Bytes that the script wrote, on both streams.
  var outputBytes: Int64 = 0
}

/// The line at the bottom of a terminal while a script runs.
enum StatusLine {
  /// At most `width` columns. What does not fit is left out from the end, and the first part is cut if it must be.
  static func text(_ figures: StatusFigures, width: Int) -> String {
    var line = ""
    for part in parts(figures) {
      let longer = line.isEmpty ? part : line + " · " + part
      // Every character here takes one column: there are letters, digits and dots, and nothing that a script chose.
      guard longer.count <= width else { break }
      line = longer
    }
    guard line.isEmpty, let first = parts(figures).first else { return line }
    return width > 1 ? String(first.prefix(width - 1)) + "…" : String(repeating: "…", count: max(0, width))
  }

  private static func parts(_ figures: StatusFigures) -> [String] {
    var parts = [figures.phase.rawValue]
    if let elapsed = figures.elapsedMilliseconds {
      // Whole seconds: tenths would only flicker.
      let time = HumanNumbers.time(milliseconds: max(1000, elapsed / 1000 * 1000)).replacing(".0 s", with: " s")
      let deadline = figures.deadlineMilliseconds.map { " of " + shortTime($0) } ?? ""
      parts[0] += " " + (elapsed < 1000 ? "0 s" : time) + deadline
    }
    if let memory = figures.memoryBytes {
      parts.append(
        HumanNumbers.bytes(memory) + (figures.memoryLimitBytes.map { " of " + HumanNumbers.bytes($0) } ?? ""))
    }
    if let processes = figures.processes { parts.append(HumanNumbers.count(processes, "process", "processes")) }
    parts.append(HumanNumbers.bytes(figures.outputBytes) + " written")
    return parts
  }

  /// `5 min`, where seconds say nothing.
  private static func shortTime(_ milliseconds: Int64) -> String {
    HumanNumbers.time(milliseconds: milliseconds).replacing(" 00 s", with: "").replacing(" 00 min", with: "")
      .replacing(".0 s", with: " s")
  }
}
