@testable import LinuxSystem

/// How a value is looked for in a table: the least of what the translation of an instruction costs, and of the steps through
/// it that the kernel takes for every number.
indirect enum SeccompLayoutSearch {
  case found(Int)
  /// Greater than `last` or not.
  case divided(last: UInt32, above: SeccompLayoutSearch, below: SeccompLayoutSearch)
  /// Single values among others that are all answered alike.
  case singles([SeccompLayout.Piece], others: SeccompLayoutSearch)

  /// Values beside each other that lead to the same.
  struct Run {
    let first: UInt32
    let last: UInt32
    let node: Int
    /// For how many numbers the kernel comes here.
    let steps: Int
    /// Nothing of its own has to be written for it.
    let isAnswer: Bool
  }

  // An instruction takes some 100 ns to translate, a step through it 2.5. A test with neither way right behind it is two
  // of the instructions that are translated (bpf_convert_filter in net/core/filter.c).
  private static let instructionCost = 40
  private static let jumpCost = 20

  /// - Parameter runs: beside each other and in their order.
  static func cheapest(_ runs: [Run]) -> SeccompLayoutSearch {
    var best: [[(cost: Int, search: SeccompLayoutSearch)]] = runs.map { [(0, .found($0.node))] }
    for length in 1..<max(1, runs.count) {
      for start in 0..<(runs.count - length) {
        let end = start + length
        let steps = runs[start...end].reduce(0) { $0 + $1.steps }
        var least: (cost: Int, search: SeccompLayoutSearch) = (.max, .found(runs[start].node))
        for last in start..<end {
          let below = best[start][last - start]
          let above = best[last + 1][end - last - 1]
          let isLeaf = last == start && end == last + 1 && runs[start].isAnswer && runs[end].isAnswer
          let cost = instructionCost + (isLeaf ? jumpCost : 0) + steps + below.cost + above.cost
          if cost < least.cost {
            least = (cost, .divided(last: runs[last].last, above: above.search, below: below.search))
          }
        }
        if let singles = singles(runs[start...end]) {
          let cost = singles.count * (instructionCost + steps) + jumpCost
          if cost < least.cost { least = (cost, .singles(singles, others: .found(runs[start].node))) }
        }
        best[start].append(least)
      }
    }
    return best[0][runs.count - 1].search
  }

  private static func singles(_ runs: ArraySlice<Run>) -> [SeccompLayout.Piece]? {
    guard runs.count % 2 == 1, let first = runs.first else { return nil }
    var singles: [SeccompLayout.Piece] = []
    for (place, run) in runs.enumerated() {
      if place % 2 == 0 {
        guard run.node == first.node else { return nil }
      } else {
        guard run.first == run.last else { return nil }
        singles.append(SeccompLayout.Piece(first: run.first, node: run.node))
      }
    }
    return singles.isEmpty ? nil : singles
  }
}
