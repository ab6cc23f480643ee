import Testing

@testable import ToolCommands

@Suite struct HumanNumbersTests {
  @Test(
    arguments: [
      (0, "0 ms"), (99, "99 ms"), (100, "0.1 s"), (1203, "1.2 s"), (59_949, "59.9 s"), (59_950, "1 min 00 s"),
      (125_400, "2 min 05 s"), (3_599_499, "59 min 59 s"), (3_599_500, "1 h 00 min"), (5_400_000, "1 h 30 min"),
      (-1, "0 ms"), (.max, "2562047788015 h 13 min"),
    ] as [(Int64, String)])
  func times(milliseconds: Int64, text: String) {
    #expect(HumanNumbers.time(milliseconds: milliseconds) == text)
  }

  @Test(
    arguments: [
      (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9_949_999, "9.9 MB"), (9_950_000, "10 MB"), (11_534_336, "12 MB"),
      (999_600, "1.0 MB"), (4_000_000_000, "4.0 GB"), (.max, "9223 PB"),
    ] as [(Int64, String)])
  func sizes(count: Int64, text: String) {
    #expect(HumanNumbers.bytes(count) == text)
  }

  @Test func counts() {
    #expect(HumanNumbers.count(1, "frame") == "1 frame")
    #expect(HumanNumbers.count(0, "frame") == "0 frames")
    #expect(HumanNumbers.count(1_234_567, "entry", "entries") == "1,234,567 entries")
    #expect(HumanNumbers.grouped(-1234) == "-1,234")
    #expect(HumanNumbers.grouped(UInt64.max) == "18,446,744,073,709,551,615")
    #expect(HumanNumbers.grouped(100) == "100")
  }
}
