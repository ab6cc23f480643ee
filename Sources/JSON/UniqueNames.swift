/// Finds a name that was there before. Kept sorted, so that no choice of names makes it slow: a hash table would be
/// at the mercy of a document written against it.
struct UniqueNames {
  /// Indices of the members seen so far, in the order of their names' bytes.
  private var sorted: [Int32] = []

  /// Notes the name of the member about to become number `index` of `members`.
  ///
  /// - Returns: false if one of the members has the same name.
  mutating func insert(_ name: String, at index: Int, into members: [JSONMember]) -> Bool {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      let order = members[Int(sorted[middle])].name.order(comparedWith: name)
      if order == 0 { return false }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    sorted.insert(Int32(truncatingIfNeeded: index), at: low)
    return true
  }
}
