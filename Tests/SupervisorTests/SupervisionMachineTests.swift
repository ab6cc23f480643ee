import LinuxSystem
import RandomInput
import Supervisor
import TaskModel
import Testing

/// The state machine, driven with plain values.
@Suite struct SupervisionMachineTests {
  private static let second: UInt64 = 1_000_000_000
  private static let start = Instant(nanoseconds: 5 * second)
  private static let timing = SupervisionMachine.Timing(
    timeout: 10 * second, grace: 2 * second, heldPipes: second / 4, kill: second, drain: second)

  private static func at(_ seconds: Double) -> Instant {
    start.advanced(byNanoseconds: UInt64(seconds * Double(second)))
  }

  private func machine(grace: UInt64? = nil) -> SupervisionMachine {
    var timing = Self.timing
    if let grace { timing.grace = grace }
    return SupervisionMachine(timing: timing, startedAt: Self.start)
  }

  @Test func anEndByItselfIsFollowedByAKillOfWhatIsLeft() {
    var machine = machine()
    #expect(machine.handle(.mainEnded(.exited(3)), at: Self.at(1)) == [])
    #expect(machine.handle(.pipesClosed, at: Self.at(1)) == [.killTree])
    #expect(machine.handle(.treeEmpty, at: Self.at(1)) == [])
    #expect(machine.isFinished)
    #expect(machine.mainEnd == .exited(3))
    #expect(machine.intervention == nil)
  }

  @Test func heldPipesAreWaitedForAndNotForLong() {
    var machine = machine()
    _ = machine.handle(.mainEnded(.exited(0)), at: Self.at(1))
    #expect(machine.nextDue == Self.at(1.25))
    #expect(machine.handle(.due, at: Self.at(1.2)) == [], "not due yet")
    #expect(machine.handle(.due, at: Self.at(1.25)) == [.killTree])
    _ = machine.handle(.treeEmpty, at: Self.at(1.3))
    #expect(!machine.isFinished, "what is in the pipes is still to be read")
    _ = machine.handle(.pipesClosed, at: Self.at(1.4))
    #expect(machine.isFinished)
  }

  @Test func aClosedPipeIsNotTheEndOfTheScript() {
    var machine = machine()
    #expect(machine.handle(.pipesClosed, at: Self.at(1)) == [])
    #expect(!machine.isKilling)
    #expect(machine.nextDue == Self.at(10), "the deadline stands")
    #expect(machine.handle(.mainEnded(.exited(0)), at: Self.at(2)) == [.killTree], "nobody holds a pipe")
  }

  @Test func theDeadlineGivesGraceAndThenKills() {
    var machine = machine()
    #expect(
      machine.handle(.due, at: Self.at(10)) == [.announce(.intervention(.timeout)), .terminateTree])
    #expect(machine.nextDue == Self.at(12))
    #expect(machine.handle(.due, at: Self.at(12)) == [.killTree])
    _ = machine.handle(.mainEnded(.signaled(9)), at: Self.at(12))
    #expect(machine.intervention == .timeout)
  }

  @Test func withoutGraceTheDeadlineKillsAtOnce() {
    var machine = machine(grace: 0)
    #expect(machine.handle(.due, at: Self.at(10)) == [.announce(.intervention(.timeout)), .killTree])
  }

  @Test func aScriptThatEndsInItsGraceIsStillTimedOut() {
    var machine = machine()
    _ = machine.handle(.due, at: Self.at(10))
    _ = machine.handle(.mainEnded(.exited(0)), at: Self.at(10.5))
    #expect(machine.nextDue == Self.at(10.75), "its children get no more than held pipes do")
    #expect(machine.handle(.due, at: Self.at(10.75)) == [.killTree])
    #expect(machine.intervention == .timeout)
    #expect(machine.mainEnd == .exited(0))
  }

  @Test func theFirstCauseStands() {
    var machine = machine()
    _ = machine.handle(.cancellation(signal: 15), at: Self.at(1))
    #expect(machine.handle(.cancellation(signal: 2), at: Self.at(1.1)) == [])
    #expect(machine.handle(.limitExceeded(.outputLimit(.standardOutputLimit)), at: Self.at(1.2)) == [])
    #expect(machine.intervention == .cancelled(signal: 15))
  }

  @Test func whatAMachineRunsOutOfDoesNotWaitForTheGrace() {
    for limit in [Intervention.memoryLimit, .processLimit, .diskLimit] {
      var machine = machine()
      _ = machine.handle(.cancellation(signal: 15), at: Self.at(1))
      #expect(machine.handle(.limitExceeded(limit), at: Self.at(1.1)) == [.killTree])
      #expect(machine.intervention == .cancelled(signal: 15))
    }
  }

  @Test func aCancellationAfterTheEndChangesNothing() {
    var machine = machine()
    _ = machine.handle(.mainEnded(.exited(0)), at: Self.at(1))
    #expect(machine.handle(.cancellation(signal: 15), at: Self.at(1.1)) == [])
    #expect(machine.intervention == nil)
  }

  @Test func aLimitKillsWithoutGrace() {
    var machine = machine()
    let limit = Intervention.outputLimit(.standardErrorLimit)
    #expect(
      machine.handle(.limitExceeded(limit), at: Self.at(1)) == [.announce(.intervention(limit)), .killTree])
  }

  @Test func theKillIsRepeatedAndBounded() {
    var machine = machine()
    _ = machine.handle(.limitExceeded(.memoryLimit), at: Self.at(1))
    var rounds = 0
    var now = Self.at(1)
    var announced: [SupervisionMachine.Effect] = []
    while let due = machine.nextDue, now < Self.at(9), machine.isKilling, announced.isEmpty {
      now = due
      let effects = machine.handle(.due, at: now)
      if effects == [.killTree] { rounds += 1 } else { announced = effects }
    }
    #expect(rounds > 100)
    #expect(announced == [.announce(.survivors)])
    #expect(now == Self.at(2), "a second after the first kill")
    #expect(machine.hasSurvivors)
  }

  /// Whatever happens in whatever order, the end comes in time, and never without a kill before it.
  @Test(arguments: 0..<500) func everySequenceEndsInTime(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var machine = machine(grace: random.oneIn(4) ? 0 : Self.timing.grace)
    var now = Self.start
    var killed = false
    var intervention: Intervention?
    let latest = Self.at(10 + 2 + 0.25 + 1 + 1)
    while !machine.isFinished {
      guard let due = machine.nextDue else {
        Issue.record("an unfinished machine waits for nothing")
        return
      }
      // Either something happens before the next instant, or the instant comes, sometimes late.
      var event = SupervisionMachine.Event.due
      if random.oneIn(2) {
        let span = due.nanoseconds(since: now)
        now = now.advanced(byNanoseconds: span == 0 ? 0 : UInt64.random(in: 0..<span, using: &random))
        event = Self.events.randomElement(using: &random) ?? .due
      } else {
        now = max(now, due)
      }
      for effect in machine.handle(event, at: now) where effect == .killTree { killed = true }
      if let intervention { #expect(machine.intervention == intervention, "the first cause stands") }
      intervention = machine.intervention
      #expect(now <= latest, "seed \(seed)")
      if now > latest { return }
    }
    #expect(killed, "nothing may survive: seed \(seed)")
    #expect(machine.nextDue == nil)
  }

  private static let events: [SupervisionMachine.Event] = [
    .mainEnded(.exited(0)), .mainEnded(.signaled(11)), .cancellation(signal: 15), .pipesClosed, .treeEmpty, .due,
    .limitExceeded(.outputLimit(.standardOutputLimit)),
  ]
}
