import LinuxSystem
import RandomInput
import Testing

@testable import ToolCommands

@Suite("Conditions that can hold together")
struct OverlapTests {
  /// Small numbers, so that every value can be tried: the highest bits are free in every mask that is generated, and so only
  /// repeat what the low ones do.
  private func comparison(_ generator: inout SeededGenerator) -> SeccompComparison {
    let operation = generator.one(of: SeccompComparison.Operation.allCases)
    let value = UInt64.random(in: 0...15, using: &generator)
    return SeccompComparison(
      argument: 0, operation, value,
      second: operation == .maskedEqual ? UInt64.random(in: 0...15, using: &generator) & value : 0)
  }

  @Test("what is said of two comparisons is what trying every value says", arguments: 0..<2000)
  func pairs(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let (one, other) = (comparison(&generator), comparison(&generator))
    guard !one.isImpossible, !other.isImpossible else { return }
    let tried = (0..<64 as Range<UInt64>).contains { one.holds(for: [$0]) && other.holds(for: [$0]) }
    #expect(one.canHold(with: other) == tried, "\(one.text), \(other.text)")
    #expect(other.canHold(with: one) == tried)
  }

  @Test func edges() {
    let all = SeccompComparison(argument: 0, .greaterOrEqual, 0)
    #expect(all.isEmptyDemand)
    #expect(SeccompComparison(argument: 0, .lessOrEqual, .max).isEmptyDemand)
    #expect(SeccompComparison(argument: 0, .greater, .max).isImpossible)
    let top = SeccompComparison(argument: 0, .maskedEqual, 1 << 63, second: 1 << 63)
    #expect(!top.canHold(with: SeccompComparison(argument: 0, .less, 1 << 63)))
    #expect(top.canHold(with: SeccompComparison(argument: 0, .lessOrEqual, 1 << 63)))
    // Different arguments never stand in each other's way.
    let first = SeccompCallRule(.allow, when: [SeccompComparison(argument: 0, .equal, 1)])
    let second = SeccompCallRule(.trap, when: [SeccompComparison(argument: 1, .equal, 2)])
    #expect(first.overlaps(second))
  }
}
