/// The table of user ids of a user namespace, user_namespaces(7).
package enum UserMap {
  /// Whether every id is itself: `0 0 4294967295`. A table that is empty or cannot be read counts as such.
  package static func isWhole(_ table: Span<UInt8>) -> Bool {
    var numbers: [UInt64] = []
    var digits = 0
    for index in table.indices {
      if ASCII.isDigit(table[index]) {
        digits += 1
        continue
      }
      if digits > 0, let number = KernelText.number(table.extracting((index - digits)..<index)) {
        numbers.append(number)
      }
      digits = 0
    }
    return numbers.isEmpty || numbers == [0, 0, 4_294_967_295]
  }
}
