/// What a plain scalar of YAML means to Kubernetes: the rules of YAML 1.1 as kubectl and the API server's clients apply them
/// (sigs.k8s.io/yaml, goyaml.v2, resolve.go): `yes` and `on` are booleans, `010` is eight, a date is a string.
enum PlainScalar {
  static func value(of text: String) -> SourceValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
      return .number(text)
    default: break
    }
    guard let first = text.utf8.first, isDigit(first) || [0x2B, 0x2D, 0x2E].contains(first) else {
      return .string(text)
    }
    let bare = text.replacing("_", with: "")
    if let integer = integer(bare) { return .integer(integer) }
    return isFloat(bare) || isWholeNumber(bare) ? .number(bare) : .string(text)
  }

  /// Go's `strconv.ParseInt` with base 0.
  private static func integer(_ text: String) -> Int64? {
    var digits = Substring(text)
    var sign = ""
    if let first = digits.first, first == "-" || first == "+" {
      sign = first == "-" ? "-" : ""
      digits = digits.dropFirst()
    }
    guard let first = digits.utf8.first, isDigit(first) else { return nil }
    guard first == UInt8(ascii: "0"), digits.utf8.count > 1 else { return Int64(sign + digits) }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
      guard digits.hasPrefix(prefix) else { continue }
      return isAlphanumeric(digits.utf8.dropFirst(2).first) ? Int64(sign + digits.dropFirst(2), radix: radix) : nil
    }
    return Int64(sign + digits.dropFirst(), radix: 8)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text)
    if let first = rest.first, first == "-" || first == "+" { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isASCIIDigit)
    rest = rest.dropFirst(whole.count)
    if rest.first == "." {
      rest = rest.dropFirst()
      let fraction = rest.prefix(while: \.isASCIIDigit)
      guard !whole.isEmpty || !fraction.isEmpty else { return false }
      rest = rest.dropFirst(fraction.count)
    } else if whole.isEmpty {
      return false
    }
    if rest.isEmpty { return true }
    guard rest.first == "e" || rest.first == "E" else { return false }
    rest = rest.dropFirst()
    if let first = rest.first, first == "-" || first == "+" { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(\.isASCIIDigit)
  }

  /// An integer that does not fit in 64 bits is a number all the same.
  private static func isWholeNumber(_ text: String) -> Bool {
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : Substring(text)
    return !digits.isEmpty && digits.allSatisfy(\.isASCIIDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

  private static func isAlphanumeric(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return isDigit(byte) || 0x41...0x46 ~= byte || 0x61...0x66 ~= byte
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
