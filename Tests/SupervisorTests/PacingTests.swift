import LinuxSystem
import Supervisor
import Testing

@Suite struct HeartbeatTests {
  private let start = Instant(nanoseconds: 1000)

  @Test func beatsAfterSilence() {
    var heartbeat = Heartbeat(intervalNanoseconds: 100, startedAt: start)
    #expect(heartbeat.nextDue == start.advanced(byNanoseconds: 100))
    #expect(!heartbeat.isDue(at: start.advanced(byNanoseconds: 99)))
    #expect(heartbeat.isDue(at: start.advanced(byNanoseconds: 100)))
    heartbeat.gaveSign(at: start.advanced(byNanoseconds: 60))
    #expect(!heartbeat.isDue(at: start.advanced(byNanoseconds: 100)))
    #expect(heartbeat.isDue(at: start.advanced(byNanoseconds: 160)))
  }

  @Test func zeroNeverBeats() {
    let heartbeat = Heartbeat(intervalNanoseconds: 0, startedAt: start)
    #expect(heartbeat.nextDue == nil)
    #expect(!heartbeat.isDue(at: Instant(nanoseconds: .max)))
  }
}

@Suite struct MergeRuleTests {
  private let start = Instant(nanoseconds: 0)

  @Test func littlePiecesAreCollectedOnceTheyAreMany() {
    var rule = MergeRule(startedAt: start)
    var firstPause: Int?
    for number in 1...300 where rule.pause(afterReading: 1, frames: 1, at: start) != nil {
      firstPause = firstPause ?? number
    }
    #expect(firstPause == MergeRule.framesPerSecond + 1)
  }

  @Test func plentyIsNeverLeftAlone() {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<1000 { #expect(rule.pause(afterReading: MergeRule.smallRead, frames: 9, at: start) == nil) }
    #expect(rule.pause(afterReading: 1, frames: 1, at: start) != nil)
    #expect(rule.pause(afterReading: MergeRule.plenty, frames: 9, at: start) == nil)
  }

  /// A writer of so many bytes a second, its pipe, and the rule between them, for a second of time that nobody waits for.
  /// - Returns: how long the writer had to wait for room, and the number of reads.
  private func simulate(bytesPerSecond: Double, pipe: Double) -> (waited: Double, reads: Int, longest: UInt64) {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<MergeRule.framesPerSecond { _ = rule.pause(afterReading: 1, frames: 1, at: start) }
    var now = 0.0
    var held = 1.0
    var waited = 0.0
    var reads = 0
    var longest: UInt64 = 0
    while now < 0.9 {
      let read = min(held, 65_536)
      held -= read
      reads += 1
      let at = Instant(nanoseconds: UInt64(now * 1e9))
      let due = rule.pause(afterReading: Int(max(1, read)), frames: 1 + Int(read / 7_900), at: at)
      let pause = due.map { $0.nanoseconds(since: at) } ?? 0
      longest = max(longest, pause)
      // A read and its frames take a while themselves.
      let step = Double(pause) / 1e9 + 2e-5
      let room = pipe - held
      let written = bytesPerSecond * step
      waited += max(0, written - room) / bytesPerSecond
      held = min(pipe, held + written)
      now += step
    }
    return (waited, reads, longest)
  }

  @Test(arguments: [2e4, 2e5, 1.5e6, 5e6, 2e7, 1.25e8, 5e8]) func nobodyWaitsAtAPipeThatCouldHoldMore(rate: Double) {
    let run = simulate(bytesPerSecond: rate, pipe: 65_280)
    // At the beginning the rule has to find the pace.
    #expect(run.waited < 0.01, "waited \(run.waited) s in \(run.reads) reads")
    #expect(run.longest <= MergeRule.longestPause)
    // A read for each two full frames, or fifty a second.
    #expect(Double(run.reads) < max(80, rate / 4_000), "\(run.reads) reads")
  }

  @Test func aWriterThatGetsFasterIsFollowed() {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<300 { _ = rule.pause(afterReading: 1, frames: 1, at: start) }
    #expect(rule.pause(afterReading: 1, frames: 1, at: start) == start.advanced(byNanoseconds: MergeRule.longestPause))
    // The pipe was full: from here on it is emptied as often as can be.
    #expect(rule.pause(afterReading: 65_280, frames: 9, at: start) == nil)
    #expect(
      rule.pause(afterReading: 80, frames: 1, at: start) == start.advanced(byNanoseconds: MergeRule.shortestPause))
  }

  @Test func aNewSecondStartsAnew() {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<300 { _ = rule.pause(afterReading: 1, frames: 1, at: start) }
    #expect(rule.pause(afterReading: 1, frames: 1, at: Instant(nanoseconds: 1_000_000_000)) == nil)
  }
}
