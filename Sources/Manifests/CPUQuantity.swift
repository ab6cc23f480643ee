/// Amounts of CPU as Kubernetes writes them: `2`, `0.5`, `250m`.
package struct CPUQuantity: Sendable, Equatable {
  /// Thousandths of a processor, at least 1.
  package let millis: Int64
  package let text: String

  package init(_ text: String) throws(ManifestError) {
    let error = ManifestError("expected an amount of CPU such as 2, 0.5 or 250m, found \"\(text)\"")
    let isMilli = text.hasSuffix("m")
    let number = isMilli ? String(text.dropLast()) : text
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= (isMilli ? 1 : 2), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }) else {
      throw error
    }
    guard let whole = Int64(parts[0]), whole <= 1_000_000 else { throw error }
    var millis = isMilli ? whole : whole * 1000
    if parts.count == 2 {
      guard parts[1].utf8.count <= 3, let decimals = Int64(parts[1].padding(to: 3)) else { throw error }
      millis += decimals
    }
    guard millis > 0 else { throw error }
    self.millis = millis
    self.text = text
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

extension Substring {
  fileprivate func padding(to count: Int) -> String { String(self) + String(repeating: "0", count: count - self.count) }
}
