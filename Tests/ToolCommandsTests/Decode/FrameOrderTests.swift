import RandomInput
import Testing
import WarderFrames

@testable import ToolCommands

@Suite struct FrameOrderTests {
  private static func frame(_ number: UInt64) -> Frame {
    Frame(sequence: number, time: FrameTime(microseconds: 0), body: .unknown("x"))
  }

  private static func order(_ numbers: [UInt64], window: Int = 64) -> (released: [UInt64], tooLate: Int) {
    var order = FrameOrder(window: window)
    var released: [UInt64] = []
    for number in numbers { released += order.add(frame(number)).map(\.sequence) }
    released += order.finish().map(\.sequence)
    return (released, order.tooLate)
  }

  /// In order nothing waits.
  @Test func framesInOrderComeAtOnce() {
    var order = FrameOrder()
    for number in 0..<1000 as Range<UInt64> { #expect(order.add(Self.frame(number)).map(\.sequence) == [number]) }
    #expect(order.finish().isEmpty)
  }

  @Test(arguments: 0..<100 as Range<UInt64>) func whatIsNotTooLateIsPutInItsPlace(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let count = generator.size(below: 60) + 1
    let numbers = (0..<UInt64(count)).filter { _ in !generator.oneIn(5) }.shuffled(using: &generator)
    let (released, tooLate) = Self.order(numbers)
    #expect(released == numbers.sorted() && tooLate == 0, "seed \(seed)")
    // With any window: in order, and nothing is forgotten without being counted.
    let narrow = Self.order(numbers, window: generator.size(below: 5))
    #expect(narrow.released == narrow.released.sorted() && narrow.released.count + narrow.tooLate == numbers.count)
  }

  @Test func aGapHoldsUpOnlySoMany() {
    var order = FrameOrder(window: 2)
    #expect(order.add(Self.frame(0)).count == 1)
    #expect(order.add(Self.frame(2)).isEmpty && order.add(Self.frame(3)).isEmpty)
    #expect(order.add(Self.frame(4)).map(\.sequence) == [2, 3, 4])
    #expect(order.add(Self.frame(1)).isEmpty && order.tooLate == 1)
  }
}
