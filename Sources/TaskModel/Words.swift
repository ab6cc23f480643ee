/// A text in the making, written as a string literal with interpolations.
///
/// Ordinary interpolation puts some 200 bytes of code inline for each piece, and the messages of this module have hundreds
/// of pieces; here a piece is one call. Besides, what was found in somebody's input has a form of its own (`quoted:`), so
/// that no message repeats raw control characters.
package struct Words: ExpressibleByStringInterpolation, Sendable {
  package let text: String

  package init(stringLiteral text: String) {
    self.text = text
  }

  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
  }

  @inline(never)
  package static func + (left: Words, right: Words) -> Words {
    Words(stringLiteral: left.text + right.text)
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {}

    @inline(never)
    package mutating func appendLiteral(_ literal: String) {
      text += literal
    }

    @inline(never)
    package mutating func appendInterpolation(_ text: String) {
      self.text += text
    }

    @inline(never)
    package mutating func appendInterpolation(_ number: Int64) {
      text += "\(number)"
    }

    package mutating func appendInterpolation(_ number: Int) {
      appendInterpolation(Int64(number))
    }

    package mutating func appendInterpolation(_ number: Int32) {
      appendInterpolation(Int64(number))
    }

    /// Found text, as `Text.quoted` writes it.
    package mutating func appendInterpolation(quoted found: String) {
      appendInterpolation(Text.quoted(found))
    }

    package mutating func appendInterpolation(quoted found: [UInt8]) {
      appendInterpolation(Text.quoted(found))
    }

    /// Items with commas between them.
    package mutating func appendInterpolation(list items: [String]) {
      appendInterpolation(Text.joined(items))
    }
  }
}
