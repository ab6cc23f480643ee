internal import JSON

/// Small tools for the words of messages.
package enum Text {
  /// `items` with `separator` between them.
  @inline(never)
  static func joined(_ items: [String], _ separator: String = ", ") -> String {
    var bytes: [UInt8] = []
    for (index, item) in items.enumerated() {
      if index > 0 { bytes.append(contentsOf: separator.utf8) }
      bytes.append(contentsOf: item.utf8)
    }
    return String(repairing: bytes)
  }

  /// The longest piece of found text that a message repeats, in bytes of its escaped form.
  static let longestQuote = 96

  /// What was found, between quotation marks and fit for a log and a terminal: as a JSON string, cut to `longestQuote`.
  @inline(never)
  static func quoted(_ found: String) -> String {
    var writer = JSONWriter()
    writer.string(found, room: longestQuote)
    return String(repairing: writer.bytes)
  }

  /// As above, for bytes that need not be UTF-8: what is invalid appears as U+FFFD.
  @inline(never)
  static func quoted(_ found: [UInt8]) -> String {
    quoted(String(repairing: Array(found.prefix(2 * longestQuote))))
  }

  /// `; did you mean NAME?` with the candidate that was probably meant by `word`, if one is near enough to be worth
  /// proposing: at most two insertions, deletions or changes away, and not more than half of the word. `otherwise` if none
  /// is.
  ///
  /// - Parameter common: how many bytes all of them begin with, such as two dashes, which say nothing about likeness.
  @inline(never)
  package static func suggestion(
    for word: String, among candidates: [String], common: Int = 0, otherwise: String
  ) -> String {
    var best = otherwise
    var bestDistance = min(2, (word.utf8.count - common) / 2) + 1
    for candidate in candidates {
      let distance = distance(word.bytes, candidate.bytes, limit: bestDistance)
      if distance < bestDistance {
        best = joined(["; did you mean ", candidate, "?"], "")
        bestDistance = distance
      }
    }
    return best
  }

  /// Levenshtein's distance in bytes, or `limit` as soon as it cannot be less.
  private static func distance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    guard abs(left.count - right.count) < limit else { return limit }
    var previous = Array(0...right.count)
    for i in 0..<left.count {
      var current = [i + 1]
      for j in 0..<right.count {
        let changed = previous[j] + (left[i] == right[j] ? 0 : 1)
        current.append(min(changed, previous[j + 1] + 1, current[j] + 1))
      }
      previous = current
    }
    return min(limit, previous[right.count])
  }
}
