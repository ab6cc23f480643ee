import RandomInput
import TaskModel

extension FuzzTarget {
  /// Sizes as Kubernetes writes them: what is read is a size, and what is written is read back.
  static let quantity = FuzzTarget(name: "quantity", share: 10) { generator in
    let text = generator.numericText(suffixes: [
      "", "n", "u", "m", "k", "M", "G", "E", "Ki", "Mi", "Gi", "Ei", "e3", "E-2", "i", "e",
    ])
    do throws(QuantityError) {
      let size = try Quantity.parse(text)
      if size < 0 { return "a negative size: \(text.debugDescription)" }
      let written = Quantity.format(size)
      let back = try? Quantity.parse(written)
      if back != size { return "\(text.debugDescription) is written as \(written), which is not the same" }
    } catch {
      if error.message.isEmpty { return "no message: \(text.debugDescription)" }
    }
    return nil
  }

  /// Whole numbers, against the standard library's.
  static let count = FuzzTarget(name: "count", share: 5) { generator in
    let text = generator.numericText(suffixes: ["", "", "", " ", "k"])
    let digitsOnly = !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    let expected = digitsOnly ? Int64(text) : nil
    return (try? Count.parse(text)) == expected ? nil : "read wrongly: \(text.debugDescription)"
  }
}

extension SeededGenerator {
  /// Something like a number with a unit, or several; long digits, odd places for signs and points, and damage.
  mutating func numericText(suffixes: [String]) -> String {
    var text = ""
    for _ in 0..<(oneIn(4) ? 1 + size(below: 4) : 1) {
      if oneIn(8) { text += oneIn(2) ? "-" : "+" }
      text += digits()
      if oneIn(4) { text += "." + digits() }
      text += suffixes[Int.random(in: 0..<suffixes.count, using: &self)]
    }
    if oneIn(6) { text = String(decoding: mutate(Array(text.utf8)), as: UTF8.self) }
    return text
  }

  private mutating func digits() -> String {
    if oneIn(10) {
      return ["9223372036854775807", "9223372036854775808", "0", "", "00"][Int.random(in: 0..<5, using: &self)]
    }
    return (0...size(below: oneIn(10) ? 120 : 12)).map { _ in String(Int.random(in: 0...9, using: &self)) }.joined()
  }
}
