/// A value and where it stands, so that whoever checks the meaning of a document can point at the place.
package struct JSONNode: Sendable {
  package let value: JSONValue
  /// Offset in bytes of the value's first byte, from the start of the document.
  package let offset: Int

  package init(value: JSONValue, offset: Int) {
    self.value = value
    self.offset = offset
  }
}

/// A JSON value (RFC 8259). Members of an object keep the order in which they were written.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONNode])
  case object([JSONMember])

  /// What the value is, with its article, for messages: `expected a string, found a number`.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A member of an object. Names are unique within their object.
package struct JSONMember: Sendable {
  package let name: String
  /// Offset in bytes of the name's opening quote.
  package let nameOffset: Int
  package let node: JSONNode

  package init(name: String, nameOffset: Int, node: JSONNode) {
    self.name = name
    self.nameOffset = nameOffset
    self.node = node
  }
}

/// A number, kept as it was written: no digit is lost to a binary fraction that nobody asked for.
package struct JSONNumber: Sendable {
  /// The literal exactly as it stands in the document: always of the form that RFC 8259 section 6 allows.
  package let text: String

  package init(text: String) {
    self.text = text
  }

  /// The value, where the literal has neither fraction nor exponent and fits; `1.0` and `1e3` have none.
  package var integer: Int64? {
    var negative = false
    var value: Int64 = 0
    for byte in text.utf8 {
      if byte == UInt8(ascii: "-") {
        negative = true
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      // Summed on the negative side, which reaches one further.
      let (tens, tensOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = tens.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
      guard !tensOverflow, !sumOverflow else { return nil }
      value = sum
    }
    if negative { return value }
    return value == Int64.min ? nil : -value
  }
}
