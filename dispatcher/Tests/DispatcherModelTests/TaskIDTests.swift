import DispatcherModel
import Testing

@Suite struct TaskIDTests {
  @Test func laterOnesSortBehind() {
    var numbers = Numbers(state: 1)
    for _ in 0..<1000 {
      let time = Int64(numbers.below(4_000_000_000_000))
      let one = TaskID.make(milliseconds: time, random: numbers.next())
      let other = TaskID.make(milliseconds: time + 1, random: numbers.next())
      #expect(one < other && TaskID.isValid(one) && one.utf8.count <= 63)
    }
  }

  @Test func noPathIsOne() {
    for text in ["", "t-", "../x", "t-/x", "t-..", "t-A", "x-a", "t-" + String(repeating: "a", count: 62)] {
      #expect(!TaskID.isValid(text))
    }
  }
}
