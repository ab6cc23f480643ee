/// The names of tasks: also those of Jobs, so lower-case letters, digits and hyphens, and in the order of their making.
package enum TaskID {
  /// - Parameters:
  ///   - milliseconds: since 1970.
  ///   - random: what tells tasks of the same millisecond apart, and keeps names from being guessed.
  package static func make(milliseconds: Int64, random: UInt64) -> String {
    "t-\(digits(UInt64(max(0, milliseconds)), count: 9))-\(digits(random, count: 10))"
  }

  /// The last `count` digits to the base 36.
  private static func digits(_ value: UInt64, count: Int) -> String {
    var rest = value
    var letters: [UInt8] = []
    for _ in 0..<count {
      let digit = UInt8(rest % 36)
      letters.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      rest /= 36
    }
    return String(decoding: letters.reversed(), as: UTF8.self)
  }

  /// Whether a text has the form of such a name, so that it can be one of a directory.
  package static func isValid(_ text: String) -> Bool {
    (3...63).contains(text.utf8.count) && text.hasPrefix("t-")
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }
}
