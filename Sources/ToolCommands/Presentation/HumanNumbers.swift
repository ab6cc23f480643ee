internal import Foundation

/// Numbers as a person reads them at a glance; programs read `--json`.
enum HumanNumbers {
  /// `82 ms`, `1.2 s`, `2 min 05 s`, `1 h 02 min`.
  static func time(milliseconds given: Int64) -> String {
    // Whatever a log says: rounding must not overflow.
    let milliseconds = min(max(0, given), .max - 1000)
    let tenths = (milliseconds + 50) / 100
    let seconds = (milliseconds + 500) / 1000
    let minutes = (seconds + 30) / 60
    if milliseconds < 100 { return "\(milliseconds) ms" }
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(twoDigits(seconds % 60)) s" }
    return "\(minutes / 60) h \(twoDigits(minutes % 60)) min"
  }

  /// `512 B`, `9.6 MB`, `11 MB`: two significant digits at least, powers of 1,000.
  static func bytes(_ count: Int64) -> String {
    if count < 1000 { return "\(count) B" }
    var value = Double(count)
    for unit in ["kB", "MB", "GB", "TB"] {
      value /= 1000
      if value < 9.95 { return String(format: "%.1f \(unit)", value) }
      if value < 999.5 { return String(format: "%.0f \(unit)", value) }
    }
    return String(format: "%.0f PB", value / 1000)
  }

  /// `1 frame`, `12,345 frames`: a count and what it counts.
  static func count<Number: BinaryInteger>(_ number: Number, _ singular: String, _ plural: String? = nil)
    -> String
  {
    "\(grouped(number)) \(number == 1 ? singular : plural ?? singular + "s")"
  }

  /// `12,345`
  static func grouped<Number: BinaryInteger>(_ number: Number) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
