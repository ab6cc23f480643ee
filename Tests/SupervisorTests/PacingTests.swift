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
    let later = start.advanced(byNanoseconds: 500)
    #expect(
      rule.pause(afterReading: 1, frames: 1, at: later)
        == later.advanced(byNanoseconds: MergeRule.pauseNanoseconds))
  }

  @Test func aFullBufferIsNeverLeftAlone() {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<1000 { #expect(rule.pause(afterReading: MergeRule.smallRead, frames: 9, at: start) == nil) }
  }

  @Test func aNewSecondStartsAnew() {
    var rule = MergeRule(startedAt: start)
    for _ in 0..<300 { _ = rule.pause(afterReading: 1, frames: 1, at: start) }
    #expect(rule.pause(afterReading: 1, frames: 1, at: Instant(nanoseconds: 1_000_000_000)) == nil)
  }
}
