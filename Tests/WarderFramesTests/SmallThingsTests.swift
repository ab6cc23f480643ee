import Foundation
import RandomInput
import Testing
import WarderFrames

@Suite struct SmallThingsTests {
  @Test func timestampsAreThoseOfACalendarLibrary() {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    var times: [Int64] = [0, 1, 951_782_399, 951_782_400, 951_868_799, 951_868_800, 4_107_542_399, 4_107_542_400]
    times = times.flatMap { [$0 * 1_000_000_000, $0 * 1_000_000_000 + 999_000_000] } + [.max]
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<5_000 { times.append(Int64.random(in: 0 ... .max, using: &generator)) }
    for time in times {
      // Whole milliseconds, so that the other library has nothing to round.
      let milliseconds = time / 1_000_000
      let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
      #expect(Timestamp.text(unixNanoseconds: time) == formatter.string(from: date), "\(time)")
    }
    #expect(Timestamp.text(unixNanoseconds: -5) == "1970-01-01T00:00:00.000Z")
    #expect(Timestamp.text(unixNanoseconds: 1_795_251_600_123_999_999) == "2026-11-21T09:00:00.123Z")
  }

  @Test func base64IsThatOfFoundation() {
    for seed in 0..<2_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let bytes = generator.bytes(count: generator.size(below: 100))
      var encoded: [UInt8] = []
      Base64.append(bytes.span, to: &encoded)
      #expect(String(decoding: encoded, as: UTF8.self) == Data(bytes).base64EncodedString(), "seed \(seed)")
      #expect(Base64.decode(encoded.span) == bytes, "seed \(seed)")
      #expect(encoded.count <= 400 && Base64.capacity(room: encoded.count) >= bytes.count)
      // Damaged, it is refused or means exactly what it says.
      let damaged = generator.mutate(encoded)
      if let decoded = Base64.decode(damaged.span) {
        #expect(Array(Data(decoded).base64EncodedString().utf8) == damaged, "seed \(seed)")
      }
    }
  }

  @Test(arguments: [
    "=", "A", "AA", "AAA", "AA==A", "A===", "AB==", "AAB=", "AA=A", "AA-_", "AAA ", "====", "AAAA=", "AAAA====",
  ])
  func base64Refused(text: String) {
    #expect(Base64.decode(text.utf8.span) == nil)
  }

  @Test func reasonsAndStatesHaveDistinctWordsThatReadBack() {
    for reason in Reason.allCases { #expect(Reason(text: reason.text) == reason) }
    #expect(Set(Reason.allCases.map(\.text)).count == Reason.allCases.count)
    #expect(Reason(text: "Exited") == .unrecognized)
    for state in IsolationLayer.State.allCases { #expect(IsolationLayer.State(text: state.text) == state) }
    #expect(IsolationLayer.State(text: "") == nil)
  }

  @Test func timesAreCutNotRounded() {
    #expect(FrameTime(nanoseconds: 1_999).microseconds == 1)
    #expect(FrameTime(nanoseconds: .max).duration == .microseconds(18_446_744_073_709_551))
    #expect(FrameTime(microseconds: 1) < FrameTime(microseconds: 2))
  }
}
