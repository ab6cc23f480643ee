/// Numbers in the text files of the kernel: cgroup files, `/proc`. Strictly: a number is decimal digits and nothing else, and
/// what is not understood is nil, never zero.
///
/// These are read up to a thousand times a second, so nothing here allocates.
package enum KernelText {
  /// Digits that fit in 64 bits.
  package static func number(_ digits: Span<UInt8>) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for index in digits.indices {
      guard ASCII.isDigit(digits[index]) else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = product.addingReportingOverflow(UInt64(digits[index] - ASCII.zero))
      guard !tooLarge, !overflow else { return nil }
      value = sum
    }
    return value
  }

  /// The number of a file that holds nothing else but its newline.
  package static func onlyNumber(in text: Span<UInt8>) -> UInt64? {
    guard text.count > 1, text[text.count - 1] == ASCII.newline else { return nil }
    return number(text.extracting(0..<(text.count - 1)))
  }

  /// The number of the line `key number`, as in `memory.stat` and `memory.events`.
  package static func number(of key: String, in text: Span<UInt8>) -> UInt64? {
    let key = key.utf8.span
    var start = 0
    for index in text.indices where text[index] == ASCII.newline {
      let line = text.extracting(start..<index)
      start = index + 1
      guard line.count > key.count, line[key.count] == ASCII.space else { continue }
      var isSame = true
      for position in key.indices where key[position] != line[position] {
        isSame = false
        break
      }
      if isSame { return number(line.extracting((key.count + 1)..<line.count)) }
    }
    return nil
  }

  /// The number in the field of that index among those that blanks separate; the first newline ends the last one.
  package static func number(inField wanted: Int, of text: Span<UInt8>) -> UInt64? {
    var field = 0
    var start = 0
    for index in 0...text.count {
      let isEnd = index == text.count || text[index] == ASCII.newline
      guard isEnd || text[index] == ASCII.space else { continue }
      if field == wanted { return number(text.extracting(start..<index)) }
      if isEnd { return nil }
      field += 1
      start = index + 1
    }
    return nil
  }
}

/// A limit of a cgroup.
package enum CgroupLimit: Equatable, Sendable {
  case bytes(UInt64)
  case none

  /// Reads a limit's file: `max` or, in version 1, a number that no machine reaches (the greatest number of pages that fits
  /// in a signed 64-bit number of bytes) stands for none.
  package init?(_ text: Span<UInt8>) {
    if text.count == 4, text[0] == UInt8(ascii: "m"), text[1] == UInt8(ascii: "a"), text[2] == UInt8(ascii: "x"),
      text[3] == ASCII.newline
    {
      self = .none
      return
    }
    guard let number = KernelText.onlyNumber(in: text) else { return nil }
    self = number >= 1 << 62 ? .none : .bytes(number)
  }
}
