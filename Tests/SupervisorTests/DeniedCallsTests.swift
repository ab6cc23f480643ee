import LinuxSystem
import RandomInput
import TaskModel
import Testing

@testable import Supervisor

private func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: UInt64(seconds * 1e9)) }

private func call(_ number: Int32, _ argument: UInt64 = 0, makesSockets: Bool = false) -> DenialKey {
  DenialKey(number: number, firstArgument: argument, makesSockets: makesSockets)
}

@Suite("The table of refused calls")
struct DeniedCallsTests {
  @Test("totals are exact, reports add up to them, and neither grows without bound", arguments: 0..<20)
  func properties(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = DeniedCalls()
    var expected: [String: UInt64] = [:]
    var reported: UInt64 = 0
    var events = 0
    var now = instant(1)
    let calls = 5_000
    let numbers = [3, 63, 64, 65, 500].randomElement(using: &generator)!
    for _ in 0..<calls {
      let key = call(Int32(generator.size(below: numbers)))
      expected["\(key.number)", default: 0] += 1
      table.count(key, thread: 7, at: now)
      if generator.size(below: 3) == 0 {
        let reports = table.takeReports(at: now)
        events += reports.count
        reported += reports.reduce(0) { $0 + $1.count }
        #expect(table.nextDue.map { $0 > now } ?? true, "seed \(seed)")
      }
      now = now.advanced(byNanoseconds: UInt64(generator.size(below: 20_000_000)))
    }
    let totals = table.totals
    #expect(totals.calls.count == min(expected.count, DeniedCalls.places), "seed \(seed)")
    for (key, count) in totals.calls { #expect(expected["\(key.number)"] == count, "seed \(seed)") }
    #expect(totals.calls.reduce(totals.others) { $0 + $1.count } == UInt64(calls), "seed \(seed)")
    #expect(zip(totals.calls, totals.calls.dropFirst()).allSatisfy { $0.count >= $1.count }, "seed \(seed)")
    // 50 s on average: at 0, 1, 3, 7, 15, 31 and 63 s at most, for each place and the common one.
    #expect(events <= (DeniedCalls.places + 1) * 7, "seed \(seed)")

    // What was not yet told is due some time, and then everything has been told.
    var rounds = 0
    while let due = table.nextDue, rounds < 200 {
      now = max(now, due)
      reported += table.takeReports(at: now).reduce(0) { $0 + $1.count }
      rounds += 1
    }
    #expect(reported == UInt64(calls), "seed \(seed)")
  }

  @Test("the first of a call is told at once, the next ones at growing intervals")
  func intervals() {
    var table = DeniedCalls()
    var times: [Double] = []
    for tick in 0..<20_000 {
      let now = instant(Double(tick) / 100)
      table.count(call(101), thread: Int32(tick), at: now)
      for report in table.takeReports(at: now) {
        times.append(Double(tick) / 100)
        #expect(report.thread == Int32(tick) && report.key == call(101))
      }
    }
    #expect(times == [0, 1, 3, 7, 15, 31, 63, 127, 191])
  }

  @Test("what is postponed is neither lost nor due before")
  func postponing() {
    var table = DeniedCalls()
    table.count(call(1), thread: 1, at: instant(0))
    table.postponeReports(until: instant(5))
    #expect(table.takeReports(at: instant(4)).isEmpty && table.nextDue == instant(5))
    #expect(table.takeReports(at: instant(5)) == [.init(key: call(1), thread: 1, count: 1)])
    table.postponeReports(until: instant(9))
    #expect(table.nextDue == nil)
  }

  @Test("sockets are told apart by the half of the register that the kernel looks at")
  func families() {
    func family(_ argument: UInt64) -> Int32 { call(41, argument, makesSockets: true).family }
    #expect(family(2) == 2 && family(0x1_0000_0002) == 2)
    #expect(family(45) == 45)
    // A million made-up families are one.
    for made in [46, 1000, 0xFFFF_FFFF, 0x8000_0000] as [UInt64] { #expect(family(made) == AddressFamily.count) }
    #expect(call(2, 2).family == -1)
  }
}
