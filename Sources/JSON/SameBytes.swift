/// Strings compared as bytes. `String ==` compares by canonical equivalence, which is not what keys and names want
/// and which links 50 KB of Unicode tables into a small static binary.
extension String {
  /// Whether both are the same sequence of UTF-8 bytes. `"é"` as one scalar and as two is not the same.
  package func hasSameBytes(as other: String) -> Bool {
    order(comparedWith: other) == 0
  }

  /// Whether this is the same sequence of UTF-8 bytes as a literal.
  package func hasSameBytes(as other: StaticString) -> Bool {
    hasSameBytes(as: other.description)
  }

  /// Negative, zero or positive as this string's UTF-8 bytes come before, equal or come after the other's.
  package func order(comparedWith other: String) -> Int {
    let mine = utf8.span
    let theirs = other.utf8.span
    let shared = min(mine.count, theirs.count)
    var index = 0
    while index < shared {
      let difference = Int(mine[index]) - Int(theirs[index])
      if difference != 0 { return difference }
      index += 1
    }
    return mine.count - theirs.count
  }
}
