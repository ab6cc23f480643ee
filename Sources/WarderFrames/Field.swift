/// A named value: a limit, a detail of an isolation layer, a property of an event. Order is kept.
///
/// Names are the program's own words. A frame has only those that `isName` accepts and that stand once.
public struct Field: Sendable, Hashable {
  /// What is named: one of the program's own words.
  public var name: String
  /// What it is.
  public var value: FieldValue

  /// A field of any kind.
  public init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }

  /// A text.
  public init(_ name: String, _ value: String) {
    self.init(name, .string(value))
  }

  /// A number.
  public init(_ name: String, _ value: Int64) {
    self.init(name, .integer(value))
  }

  /// Whether a frame can have a field, limit or layer of this name: 1 to 32 characters of ASCII, neither space,
  /// quote nor backslash, so that a list of names has a known length.
  public static func isName(_ name: String) -> Bool {
    guard name.utf8.count >= 1, name.utf8.count <= 32 else { return false }
    for byte in name.utf8 {
      guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return false }
    }
    return true
  }
}

/// What a field can hold.
///
/// Strings are Unicode. Whoever has bytes that are not (a file's name, an argument) makes a string of them with
/// `String(decoding:as:)`, which puts U+FFFD for what is no UTF-8; a script's output and the names of its artifacts
/// are not treated so, they are exact.
public enum FieldValue: Sendable, Hashable {
  case string(String)
  case integer(Int64)
  case bool(Bool)
  case null
}
