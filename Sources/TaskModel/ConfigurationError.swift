/// A configuration that cannot be used. It ends the task before it starts (`invalid_task`, or a usage error where a person
/// typed the command line).
package struct ConfigurationError: Error, Sendable {
  package enum Kind: UInt8, Sendable {
    /// The file is not JSON, or not UTF-8.
    case syntax
    /// A key, variable or flag that does not exist.
    case unknownName
    /// Given twice in one layer.
    case duplicate
    /// A JSON value of another type than the key has.
    case wrongType
    /// The text is none of the key's grammar.
    case malformed
    /// Beyond what the key allows anywhere.
    case outOfRange
    /// Beyond what this image allows.
    case exceedsCeiling
    /// Beyond what the trust level allows.
    case exceedsTrust
    /// The key may not be set by this layer.
    case notPermittedHere
    /// A value or a required part is missing.
    case missing
    /// Two values that exclude each other.
    case conflict
  }

  package let kind: Kind
  package let origin: ConfigurationOrigin
  /// What is wrong, what was expected and what was found, without the place.
  package let problem: String

  package init(_ kind: Kind, at origin: ConfigurationOrigin, _ problem: Words) {
    self.kind = kind
    self.origin = origin
    self.problem = problem.text
  }

  /// A value that does not fit the key that `origin` gives it to.
  init(_ error: ValueError, at origin: ConfigurationOrigin) {
    kind = error.kind
    self.origin = origin
    problem = error.problem
  }

  /// One sentence with the place in front.
  package var message: String { Text.joined([origin.text, problem], ": ") }
}
