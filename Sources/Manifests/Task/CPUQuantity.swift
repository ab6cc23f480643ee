internal import TaskModel

/// Amounts of CPU as Kubernetes writes them: `2`, `0.5`, `250m`.
package struct CPUQuantity: Sendable, Equatable {
  /// Thousandths of a processor, at least 1; a part of one is rounded up, as the API server does.
  package let millis: Int64
  package let text: String

  /// No machine has more than a million processors.
  private static let most: Int64 = 1_000_000_000

  package init(_ text: String) throws(ManifestError) {
    guard let thousandfold = Self.thousandfold(text), let millis = try? Quantity.parse(thousandfold),
      (1...Self.most).contains(millis)
    else {
      throw ManifestError("expected an amount of CPU such as 2, 0.5 or 250m, found \"\(text)\"")
    }
    self.millis = millis
    self.text = text
  }

  /// The quantity that is a thousand times as much: the next suffix, or an exponent greater by three.
  private static func thousandfold(_ text: String) -> String? {
    let number = text.prefix { "0123456789.+".contains($0) }
    let suffix = text.dropFirst(number.count)
    let suffixes = ["n", "u", "m", "", "k", "M", "G"]
    if let index = suffixes.firstIndex(of: String(suffix)), index + 1 < suffixes.count {
      return number + suffixes[index + 1]
    }
    guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()), abs(exponent) < 100 else {
      return nil
    }
    return "\(number)e\(exponent + 3)"
  }
}
