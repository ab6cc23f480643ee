internal import LinuxSystem

extension SeccompCallRule {
  /// Whether there are arguments for which both rules hold. Arguments are independent, so each is looked at by itself.
  package func overlaps(_ other: SeccompCallRule) -> Bool {
    comparisons.allSatisfy { one in
      other.comparisons.allSatisfy { $0.argument != one.argument || one.canHold(with: $0) }
    }
  }
}

extension SeccompComparison {
  /// Whether some value satisfies both; they are about the same argument.
  func canHold(with other: SeccompComparison) -> Bool {
    if let only = onlyValue { return other.holds(forValue: only) }
    if let only = other.onlyValue { return holds(forValue: only) }
    switch (range, other.range) {
    case (let one?, let two?): return one.overlaps(two)
    case (let range?, nil): return other.canHold(within: range)
    case (nil, let range?): return canHold(within: range)
    case (nil, nil):
      guard operation == .maskedEqual, other.operation == .maskedEqual else {
        // One excludes a single value, and the other has more than one.
        return true
      }
      return (second ^ other.second) & value & other.value == 0
    }
  }

  private func holds(forValue found: UInt64) -> Bool {
    SeccompComparison(argument: 0, operation, value, second: second).holds(for: [found])
  }

  /// The value that alone satisfies it.
  private var onlyValue: UInt64? {
    switch operation {
    case .equal: value
    case .maskedEqual: value == .max ? second : nil
    default: range.flatMap { $0.lowerBound == $0.upperBound ? $0.lowerBound : nil }
    }
  }

  /// What satisfies it, where that is an interval; an empty one satisfies nothing and is not made, see `isImpossible`.
  var range: ClosedRange<UInt64>? {
    switch operation {
    case .equal: value...value
    case .less: value == 0 ? nil : 0...value - 1
    case .lessOrEqual: 0...value
    case .greaterOrEqual: value...UInt64.max
    case .greater: value == .max ? nil : value + 1...UInt64.max
    case .notEqual, .maskedEqual: nil
    }
  }

  /// For `notEqual` and `maskedEqual`.
  private func canHold(within range: ClosedRange<UInt64>) -> Bool {
    guard operation == .maskedEqual else { return range != value...value }
    return smallestMatch(from: range.lowerBound).map { $0 <= range.upperBound } ?? false
  }

  /// The smallest value from `start` on whose bits under the mask are right.
  private func smallestMatch(from start: UInt64) -> UInt64? {
    let (mask, bits) = (value, second)
    if start & mask == bits { return start }
    // It has the bits of `start` above some place, a one where `start` has a zero, and is as small as may be below.
    for place in 0..<64 as Range<UInt64> {
      let one: UInt64 = 1 << place
      let below = one - 1
      let above = ~(below | one)
      guard start & one == 0, mask & one == 0 || bits & one != 0, (start ^ bits) & mask & above == 0 else { continue }
      return start & above | one | bits & below
    }
    return nil
  }

  /// Whether every value satisfies it.
  var isEmptyDemand: Bool {
    switch operation {
    case .maskedEqual: value == 0 && second == 0
    case .notEqual, .equal: false
    case .less, .lessOrEqual, .greaterOrEqual, .greater: range == 0...UInt64.max
    }
  }

  /// Whether no value does.
  var isImpossible: Bool { operation == .less && value == 0 || operation == .greater && value == .max }
}
