import RandomInput
import Testing

@testable import TaskModel

@Suite struct WallDurationTests {
  @Test(arguments: [
    ("0", Duration.zero), ("0s", .zero), ("500ms", .milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
    ("1h30m", .seconds(5_400)), ("1h1m1s1ms", .milliseconds(3_661_001)), ("90s", .seconds(90)), ("007s", .seconds(7)),
    ("9223372036854775807ms", .milliseconds(Int64.max)),
  ])
  func reads(_ text: String, _ duration: Duration) throws {
    #expect(try WallDuration.parse(text) == duration)
  }

  @Test(arguments: [
    "", " ", "30", "5", "00", "s", "-5s", "+5s", "1.5s", ".5s", "1,5s", "5 s", " 5s", "5s ", "5S", "5min", "5d", "1us",
    "30s1m", "1s1s", "1ms1s", "1h1h", "5m3", "1e3s", "٣s", "9223372036854775808ms", "9223372036854776s",
    "99999999999999999999999h",
  ])
  func refuses(_ text: String) {
    #expect(throws: DurationError.self) { try WallDuration.parse(text) }
  }

  @Test(arguments: [
    ("30", "expected a unit (h, m, s or ms) after \"30\", as in 30s"),
    ("5min", "expected one of the units h, m, s, ms, found \"min\""),
    ("1m1h", "expected each unit at most once and in the order h, m, s, ms, as in 1h30m"),
  ])
  func saysWhatItExpected(_ text: String, _ message: String) {
    do {
      _ = try WallDuration.parse(text)
      Issue.record("\(text) was accepted")
    } catch {
      #expect(error.message == message)
    }
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.milliseconds(1), "1ms"), (.milliseconds(1_500), "1s500ms"), (.seconds(90), "1m30s"),
    (.seconds(1_800), "30m"), (.seconds(7_200), "2h"), (.seconds(-1), "0s"), (.microseconds(1_999), "1ms"),
  ])
  func writes(_ duration: Duration, _ text: String) {
    #expect(WallDuration.format(duration) == text)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let milliseconds = Int64.random(in: 0...Int64.max, using: &random) >> Int64(random.number(0...62))
      let duration = Duration.milliseconds(milliseconds)
      #expect(try WallDuration.parse(WallDuration.format(duration)) == duration)
    }
  }

  /// Whatever is accepted is a sequence of numbers and units, and adding the parts up gives the same.
  @Test func acceptsNothingButNumbersWithUnits() {
    var random = SeededGenerator(seed: 2)
    let pieces = ["0", "1", "59", "600", "h", "m", "s", "ms", "us", "-", ".", " ", "", "é", "\0"]
    var accepted = 0
    for _ in 0..<50_000 {
      let text = (0..<random.number(0...6)).map { _ in random.pick(pieces) }.joined()
      guard let duration = try? WallDuration.parse(text) else { continue }
      accepted += 1
      guard text != "0" else { continue }
      var total = Duration.zero
      for match in text.matches(of: /([0-9]+)(ms|[hms])/) {
        let number = Int64(match.1) ?? 0
        switch match.2 {
        case "h": total += .seconds(3_600 * number)
        case "m": total += .seconds(60 * number)
        case "s": total += .seconds(number)
        default: total += .milliseconds(number)
        }
      }
      #expect(text.wholeMatch(of: /([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?/) != nil, "\(text)")
      #expect(duration == total, "\(text)")
    }
    #expect(accepted > 100)
  }

  @Test func countsMillisecondsToTheEnds() {
    #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == Int64.max)
    #expect(Duration.seconds(Int64.max).wholeMilliseconds == Int64.max)
    #expect(Duration.seconds(Int64.min).wholeMilliseconds == Int64.min)
    #expect(Duration.microseconds(999).wholeMilliseconds == 0)
  }
}
