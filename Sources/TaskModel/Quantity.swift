/// Why a text is no number of bytes.
package enum QuantityError: Error, Sendable {
  case empty
  /// Longer than `Quantity.longestText`.
  case textTooLong
  case negative
  /// No digit where the number must stand.
  case notANumber
  /// A suffix that Kubernetes does not know; carries it.
  case unknownSuffix(String)
  /// More than 2^63 - 1 bytes.
  case tooLarge

  /// What was expected and, where it is short, what was found.
  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .empty: "expected a size such as 64Mi, 1Gi or 500k, found nothing"
    case .textTooLong: "expected a size such as 64Mi, 1Gi or 500k of at most \(Quantity.longestText) characters"
    case .negative: "expected a size of zero or more, found a negative one"
    case .notANumber: "expected a size such as 64Mi, 1Gi or 500k: a number with one of the suffixes"
    case .unknownSuffix(let suffix):
      "expected one of the suffixes Ki, Mi, Gi, Ti, Pi, Ei, k, M, G, T, P, E or none, found \(quoted: suffix)"
    case .tooLarge: "the size does not fit in 63 bits"
    }
  }
}

/// Numbers of bytes, written as Kubernetes writes quantities: `64Mi`, `1Gi`, `500k`, `1.5Gi`, `1e3`.
///
/// The grammar is that of k8s.io/apimachinery's `resource.Quantity`: a signed decimal number and a suffix that is binary
/// (`Ki` … `Ei`), decimal (`n u m`, none, `k M G T P E`) or an exponent (`e3`, `E-2`). A fraction of a byte is rounded up, as
/// `Quantity.Value()` does. Unlike there, a negative size is refused and one beyond 2^63 - 1 is too, instead of being
/// capped.
package enum Quantity {
  /// The longest text that is looked at, in bytes.
  package static let longestText = 100

  /// The number of bytes that `text` says, a fraction rounded up.
  package static func parse(_ text: String) throws(QuantityError) -> Int64 {
    let bytes = text.bytes
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= longestText else { throw .textTooLong }

    var position = 0
    if bytes[0] == UInt8(ascii: "+") || bytes[0] == ASCII.hyphen {
      guard bytes[0] != ASCII.hyphen else { throw .negative }
      position = 1
    }
    var number = Decimal()
    var digits = 0
    var afterPoint = false
    while position < bytes.count {
      let byte = bytes[position]
      if ASCII.isDigit(byte) {
        number.append(byte - ASCII.zero, afterPoint: afterPoint)
        digits += 1
      } else if byte == ASCII.dot, !afterPoint {
        afterPoint = true
      } else {
        break
      }
      position += 1
    }
    guard digits > 0 else { throw .notANumber }
    try scale(&number, by: bytes.part(position, bytes.count))
    guard let value = number.roundedUp else { throw .tooLarge }
    return value
  }

  private static func scale(_ number: inout Decimal, by suffix: [UInt8]) throws(QuantityError) {
    if let power = decimalPower(suffix) {
      number.shift(by: power)
    } else if suffix.count == 2, suffix[1] == UInt8(ascii: "i"), let power = binaryPower(suffix[0]) {
      for _ in 0..<power { number.multiplyBy1024() }
    } else if suffix.count > 1, suffix[0] == UInt8(ascii: "e") || suffix[0] == UInt8(ascii: "E") {
      number.shift(by: try exponent(suffix))
    } else {
      throw .unknownSuffix(String(repairing: suffix))
    }
  }

  /// The number after `e`: an optional sign and at least one digit. Beyond three digits its exact value does not matter any
  /// more, since no text of the longest length can bring the number back into range.
  private static func exponent(_ suffix: [UInt8]) throws(QuantityError) -> Int {
    let signed = suffix[1] == UInt8(ascii: "+") || suffix[1] == ASCII.hyphen
    let digits = suffix[(signed ? 2 : 1)...]
    var exponent = 0
    for digit in digits {
      guard ASCII.isDigit(digit) else { throw .unknownSuffix(String(repairing: suffix)) }
      exponent = min(1_000, exponent * 10 + Int(digit - ASCII.zero))
    }
    guard !digits.isEmpty else { throw .unknownSuffix(String(repairing: suffix)) }
    return suffix[1] == ASCII.hyphen ? -exponent : exponent
  }

  private static func decimalPower(_ suffix: [UInt8]) -> Int? {
    guard let first = suffix.first else { return 0 }
    guard suffix.count == 1 else { return nil }
    return switch first {
    case UInt8(ascii: "n"): -9
    case UInt8(ascii: "u"): -6
    case UInt8(ascii: "m"): -3
    case UInt8(ascii: "k"): 3
    case UInt8(ascii: "M"): 6
    case UInt8(ascii: "G"): 9
    case UInt8(ascii: "T"): 12
    case UInt8(ascii: "P"): 15
    case UInt8(ascii: "E"): 18
    default: nil
    }
  }

  private static func binaryPower(_ letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "K"): 1
    case UInt8(ascii: "M"): 2
    case UInt8(ascii: "G"): 3
    case UInt8(ascii: "T"): 4
    case UInt8(ascii: "P"): 5
    case UInt8(ascii: "E"): 6
    default: nil
    }
  }

  /// The shortest text that `parse` reads as exactly `value` bytes, a binary suffix being preferred where two are as short.
  /// `value` must not be negative.
  package static func format(_ value: Int64) -> String {
    guard value > 0 else { return "0" }
    let decimal = shortened(value, by: 1_000, ["", "k", "M", "G", "T", "P", "E"])
    let binary = shortened(value, by: 1_024, ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])
    return decimal.utf8.count < binary.utf8.count ? decimal : binary
  }

  private static func shortened(_ value: Int64, by step: Int64, _ suffixes: [String]) -> String {
    var rest = value
    var index = 0
    while rest % step == 0, index + 1 < suffixes.count {
      rest /= step
      index += 1
    }
    return ("\(rest)\(suffixes[index])" as Words).text
  }
}

/// A non-negative decimal number of at most a few hundred digits, held exactly: what is needed to multiply `1.1` by 2^60 and
/// round the result up, without a number type that is wide enough.
private struct Decimal {
  /// Digits, the most significant first.
  private var digits: [UInt8] = []
  /// How many of them stand before the decimal point; negative where zeros follow the point first.
  private var point = 0

  mutating func append(_ digit: UInt8, afterPoint: Bool) {
    digits.append(digit)
    if !afterPoint { point += 1 }
  }

  mutating func shift(by power: Int) {
    point += power
  }

  mutating func multiplyBy1024() {
    var carry = 0
    for index in digits.indices.reversed() {
      let product = Int(digits[index]) * 1_024 + carry
      digits[index] = UInt8(product % 10)
      carry = product / 10
    }
    while carry > 0 {
      digits.insert(UInt8(carry % 10), at: 0)
      point += 1
      carry /= 10
    }
  }

  /// The least integer that is not below the number, or nil where it exceeds `Int64.max`.
  var roundedUp: Int64? {
    guard let first = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
    // More than 19 digits before the point cannot fit, and bounding them here bounds the loop.
    guard point - first <= 19 else { return nil }
    var value: Int64 = 0
    for index in first..<max(first, point) {
      let digit = index < digits.count ? Int64(digits[index]) : 0
      let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = shifted.addingReportingOverflow(digit)
      guard !tooLarge, !overflow else { return nil }
      value = sum
    }
    let fraction = digits[min(digits.count, max(0, point))...]
    guard fraction.contains(where: { $0 != 0 }) else { return value }
    let (roundedUp, overflow) = value.addingReportingOverflow(1)
    return overflow ? nil : roundedUp
  }
}

/// Why a text is no count.
package enum CountError: Error, Sendable {
  case notACount
  case tooLarge

  package var message: String {
    switch self {
    case .notACount: "expected a whole number such as 64"
    case .tooLarge: "the number does not fit in 63 bits"
    }
  }
}

/// Whole numbers of things: decimal digits and nothing else.
package enum Count {
  package static func parse(_ text: String) throws(CountError) -> Int64 {
    let bytes = text.bytes
    guard !bytes.isEmpty else { throw .notACount }
    var value: Int64 = 0
    for byte in bytes {
      guard ASCII.isDigit(byte) else { throw .notACount }
      let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = shifted.addingReportingOverflow(Int64(byte - ASCII.zero))
      guard !tooLarge, !overflow else { throw .tooLarge }
      value = sum
    }
    return value
  }
}
