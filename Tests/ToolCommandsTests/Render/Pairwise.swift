import RandomInput

/// A set of rows in which every pair of values of two parameters occurs: most faults of options need no more than two of them.
struct Pairwise {
  private(set) var rows: [[Int]] = []
  /// Pairs that must not meet.
  let forbidden: Set<Pair>

  /// Greedy, and the same every time: of fifty random rows the one that covers most of what is left.
  ///
  /// - Parameters:
  ///   - sizes: the number of values of each parameter; the first one is nothing.
  ///   - isAllowed: whether the values of a row go together. What does not must not do so because of two of them.
  init(_ sizes: [Int], isAllowed: ([Int]) -> Bool) {
    var left = Self.allPairs(sizes)
    forbidden = left.filter { pair in !isAllowed(Self.row(of: pair, among: sizes.map { _ in 0 })) }
    left.subtract(forbidden)
    var generator = SeededGenerator(seed: 11)
    while let wanted = left.min() {
      var best = Self.row(of: wanted, among: sizes.map { _ in 0 })
      var bestCount = Self.pairs(of: best).count { left.contains($0) }
      var tries = 0
      for _ in 0..<1000 where tries < 50 {
        let row = Self.row(of: wanted, among: sizes.map { Int.random(in: 0..<$0, using: &generator) })
        guard isAllowed(row) else { continue }
        tries += 1
        let count = Self.pairs(of: row).count { left.contains($0) }
        if count > bestCount { (best, bestCount) = (row, count) }
      }
      rows.append(best)
      left.subtract(Self.pairs(of: best))
    }
  }

  static func row(of pair: Pair, among values: [Int]) -> [Int] {
    var row = values
    row[pair.first] = pair.firstValue
    row[pair.second] = pair.secondValue
    return row
  }

  struct Pair: Hashable, Comparable {
    let first: Int
    let firstValue: Int
    let second: Int
    let secondValue: Int

    static func < (left: Pair, right: Pair) -> Bool {
      (left.first, left.second, left.firstValue, left.secondValue)
        < (right.first, right.second, right.firstValue, right.secondValue)
    }
  }

  static func pairs(of row: [Int]) -> Set<Pair> {
    var pairs: Set<Pair> = []
    for first in row.indices {
      for second in row.indices where second > first {
        pairs.insert(Pair(first: first, firstValue: row[first], second: second, secondValue: row[second]))
      }
    }
    return pairs
  }

  static func allPairs(_ sizes: [Int]) -> Set<Pair> {
    var pairs: Set<Pair> = []
    for first in sizes.indices {
      for second in sizes.indices where second > first {
        for firstValue in 0..<sizes[first] {
          for secondValue in 0..<sizes[second] {
            pairs.insert(Pair(first: first, firstValue: firstValue, second: second, secondValue: secondValue))
          }
        }
      }
    }
    return pairs
  }
}
