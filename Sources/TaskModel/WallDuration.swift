internal import JSON

/// Why a text is no duration.
package enum DurationError: Error, Sendable {
  case empty
  /// A number without one of the units, such as `30`; carries the number as it was written.
  case missingUnit(String)
  /// A unit that is none of `h`, `m`, `s`, `ms`; carries it.
  case unknownUnit(String)
  /// Units must fall from `h` to `ms` and occur once: `30s1m` and `1s1s` are refused.
  case unitsOutOfOrder
  /// Something that is no digit where a number must begin: a sign, a fraction, a space.
  case notANumber
  /// More than 2^63 - 1 milliseconds.
  case tooLong

  /// What was expected, in words that follow "found … ; ".
  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .empty: "expected a duration such as 500ms, 30s, 5m or 1h30m, found nothing"
    case .missingUnit(let number):
      "expected a unit (h, m, s or ms) after \(quoted: number), as in 30s"
    case .unknownUnit(let unit): "expected one of the units h, m, s, ms, found \(quoted: unit)"
    case .unitsOutOfOrder: "expected each unit at most once and in the order h, m, s, ms, as in 1h30m"
    case .notANumber: "expected a duration of whole numbers with units, such as 500ms, 30s, 5m or 1h30m"
    case .tooLong: "the duration is too long to be counted in milliseconds"
    }
  }
}

/// Durations as people write them: `500ms`, `30s`, `5m`, `1h30m`, and `0`. Whole numbers, the units `h`, `m`, `s` and `ms`
/// once each and falling; a resolution of one millisecond.
package enum WallDuration {
  private struct Unit {
    let name: String
    let milliseconds: Int64
  }

  private static func unit(_ index: Int) -> Unit {
    switch index {
    case 0: Unit(name: "h", milliseconds: 3_600_000)
    case 1: Unit(name: "m", milliseconds: 60_000)
    case 2: Unit(name: "s", milliseconds: 1_000)
    default: Unit(name: "ms", milliseconds: 1)
    }
  }

  /// The duration that `text` says.
  package static func parse(_ text: String) throws(DurationError) -> Duration {
    let bytes = text.bytes
    guard !bytes.isEmpty else { throw .empty }
    if bytes.count == 1, bytes[0] == ASCII.zero { return .zero }

    var total: Int64 = 0
    var position = 0
    var nextUnit = 0
    while position < bytes.count {
      let start = position
      var number: Int64 = 0
      while position < bytes.count, ASCII.isDigit(bytes[position]) {
        let (shifted, tooLarge) = number.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = shifted.addingReportingOverflow(Int64(bytes[position] - ASCII.zero))
        guard !tooLarge, !overflow else { throw .tooLong }
        number = sum
        position += 1
      }
      guard position > start else { throw .notANumber }

      let unitStart = position
      while position < bytes.count, !ASCII.isDigit(bytes[position]) { position += 1 }
      let name = String(repairing: bytes.part(unitStart, position))
      guard unitStart < position else {
        throw .missingUnit(String(repairing: bytes.part(start, unitStart)))
      }
      guard let index = unitIndex(name) else {
        throw bytes[unitStart] == ASCII.dot ? .notANumber : .unknownUnit(name)
      }
      guard index >= nextUnit else { throw .unitsOutOfOrder }
      nextUnit = index + 1

      let (part, tooLarge) = number.multipliedReportingOverflow(by: unit(index).milliseconds)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !tooLarge, !overflow else { throw .tooLong }
      total = sum
    }
    return .milliseconds(total)
  }

  private static func unitIndex(_ name: String) -> Int? {
    for index in 0..<4 where unit(index).name.hasSameBytes(as: name) { return index }
    return nil
  }

  /// The shortest text of falling units that `parse` reads as the same duration: `1h30m`, `1s500ms`; zero is `0s`.
  /// What is below a millisecond is left out; a negative duration has no text and is written as zero.
  package static func format(_ duration: Duration) -> String {
    var rest = max(0, duration.wholeMilliseconds)
    guard rest > 0 else { return "0s" }
    var text = ""
    for index in 0..<4 {
      let unit = unit(index)
      let count = rest / unit.milliseconds
      rest %= unit.milliseconds
      if count > 0 { text += ("\(count)\(unit.name)" as Words).text }
    }
    return text
  }
}

extension Duration {
  /// Milliseconds, what is below one being cut off; the nearest representable number where there are too many.
  package var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    let (sum, overflowsAgain) = milliseconds.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    return overflow || overflowsAgain ? (seconds < 0 ? .min : .max) : sum
  }
}
