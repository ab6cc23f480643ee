internal import LinuxSystem

/// Makes few rules of many that together mean the same: masks that are neighbouring blocks of numbers become intervals.
package enum RuleMerging {
  package static func merged(_ rules: [SeccompCallRule]) -> [SeccompCallRule] {
    var merged = rules
    for argument in 0..<6 as Range<UInt8> { merged = Self.merged(merged, by: argument) }
    return merged.sorted { $0.order < $1.order }
  }

  private struct Key: Hashable {
    let answer: SeccompAnswer
    let others: [SeccompComparison]
  }

  /// Joins rules that differ in one argument only.
  private static func merged(_ rules: [SeccompCallRule], by argument: UInt8) -> [SeccompCallRule] {
    var order: [Key] = []
    var groups: [Key: [SeccompComparison?]] = [:]
    for rule in rules {
      let key = Key(answer: rule.answer, others: rule.comparisons.filter { $0.argument != argument })
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(rule.comparisons.first { $0.argument == argument })
    }
    return order.flatMap { key in
      demands(groups[key] ?? [], on: argument).map { demand in
        SeccompCallRule(
          key.answer, when: (key.others + (demand.map { [$0] } ?? [])).sorted { $0.argument < $1.argument })
      }
    }
  }

  /// The fewest comparisons for all of these together; nil stands for "whatever it is".
  private static func demands(_ given: [SeccompComparison?], on argument: UInt8) -> [SeccompComparison?] {
    let comparisons = given.compactMap { $0 }
    guard comparisons.count == given.count else { return [nil] }
    var blocks: [ClosedRange<UInt64>] = []
    var kept: [SeccompComparison?] = []
    for comparison in comparisons {
      if let block = block(comparison) { blocks.append(block) } else { kept.append(comparison) }
    }
    let intervals = joined(blocks)
    if intervals == [0...UInt64.max] { return [nil] }
    if intervals.count == 2, intervals[0].lowerBound == 0, intervals[1].upperBound == .max,
      intervals[1].lowerBound - intervals[0].upperBound == 2
    {
      return kept + [SeccompComparison(argument: argument, .notEqual, intervals[0].upperBound + 1)]
    }
    for interval in intervals {
      if interval.lowerBound == interval.upperBound {
        kept.append(SeccompComparison(argument: argument, .equal, interval.lowerBound))
      } else if interval.lowerBound == 0 {
        kept.append(SeccompComparison(argument: argument, .lessOrEqual, interval.upperBound))
      } else if interval.upperBound == .max {
        kept.append(SeccompComparison(argument: argument, .greaterOrEqual, interval.lowerBound))
      } else {
        kept += comparisons.filter { block($0).map { interval.contains($0.lowerBound) } ?? false }
      }
    }
    return kept
  }

  /// A comparison that is one block of consecutive numbers.
  private static func block(_ comparison: SeccompComparison) -> ClosedRange<UInt64>? {
    guard comparison.operation == .maskedEqual else { return comparison.range }
    let free = ~comparison.value
    // Ones at the lower end only.
    guard free & (free &+ 1) == 0 else { return nil }
    return comparison.second...comparison.second | free
  }

  private static func joined(_ blocks: [ClosedRange<UInt64>]) -> [ClosedRange<UInt64>] {
    var joined: [ClosedRange<UInt64>] = []
    for block in blocks.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, last.upperBound == .max || block.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, block.upperBound)
      } else {
        joined.append(block)
      }
    }
    return joined
  }
}

extension SeccompCallRule {
  /// Any order will do, as long as it is always the same.
  fileprivate var order: String {
    "\(answer.kernelValue) " + comparisons.map { "\($0.argument) \($0.operation) \($0.value) \($0.second)" }.joined()
  }
}
