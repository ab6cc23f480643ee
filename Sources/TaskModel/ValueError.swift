/// A value that does not fit its key; the caller knows where it stands.
struct ValueError: Error {
  let kind: ConfigurationError.Kind
  let problem: String

  @inline(never)
  init(_ kind: ConfigurationError.Kind, _ problem: Words) {
    self.kind = kind
    self.problem = problem.text
  }

  /// A text that is not of its grammar.
  @inline(never)
  static func malformed(expected: Words, found: String) -> ValueError {
    ValueError(.malformed, "expected \(expected.text), found \(quoted: found)")
  }

  @inline(never)
  static func malformed(expected: Words, found: [UInt8]) -> ValueError {
    malformed(expected: expected, found: String(repairing: found))
  }

  /// A JSON value of another type.
  @inline(never)
  static func wrongType(expected: Words, found: String) -> ValueError {
    ValueError(.wrongType, "expected \(expected.text), found \(found)")
  }
}
