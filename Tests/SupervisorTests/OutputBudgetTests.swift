import RandomInput
import Supervisor
import Testing
import WarderFrames

extension OutputBudget {
  /// What becomes of a chunk: as many bytes as there is room for go out, the others into the tail.
  fileprivate mutating func admit(_ count: Int, of stream: OutputStream, logCharge: UInt64) -> Int {
    let admitted = room(for: count, of: stream, logCharge: logCharge)
    relayed(admitted, of: stream)
    if admitted < count { heldBack(count - admitted, of: stream) }
    return admitted
  }
}

@Suite struct OutputBudgetTests {
  @Test func belowTheLimitEverythingGoesOutOrWaitsInTheTail() {
    var budget = OutputBudget(
      standardOutputLimit: 1000, standardErrorLimit: 10, logLimit: 1 << 20, keepsTails: true)
    #expect(budget.admit(400, of: .stdout, logCharge: 0) == 400)
    // Half of a small limit is kept for the end.
    #expect(budget.admit(200, of: .stdout, logCharge: 0) == 100)
    #expect(budget.admit(1, of: .stdout, logCharge: 0) == 0, "order is kept once a byte was held back")
    #expect(budget.account(of: .stdout).tailCapacity == 500)
    #expect(!budget.account(of: .stdout).exceedsLimit)
    #expect(budget.admit(5, of: .stderr, logCharge: 0) == 5, "the streams do not share a limit")
  }

  @Test func withoutTailsTheWholeLimitGoesOut() {
    var budget = OutputBudget(
      standardOutputLimit: 1000, standardErrorLimit: 10, logLimit: 1 << 20, keepsTails: false)
    #expect(budget.admit(1500, of: .stdout, logCharge: 0) == 1000)
    #expect(budget.account(of: .stdout).exceedsLimit)
  }

  @Test func aFullLogHoldsBackBothStreams() {
    var budget = OutputBudget(
      standardOutputLimit: 1 << 30, standardErrorLimit: 1 << 30, logLimit: 1 << 20, keepsTails: true)
    let full = (1 << 20) - OutputBudget.logReserve
    #expect(budget.admit(10, of: .stdout, logCharge: full - 1) == 10)
    #expect(budget.admit(10, of: .stdout, logCharge: full) == 0)
    #expect(budget.admit(10, of: .stderr, logCharge: full) == 0)
    #expect(budget.roomForTails(logCharge: full) == OutputBudget.logReserve / 4 * 3)
    #expect(budget.roomForTails(logCharge: 1 << 21) == 0)
  }

  @Test func zeroKeepsNothing() {
    var budget = OutputBudget(standardOutputLimit: 0, standardErrorLimit: 0, logLimit: 1 << 20, keepsTails: true)
    #expect(budget.admit(1, of: .stdout, logCharge: 0) == 0)
    #expect(budget.account(of: .stdout).tailCapacity == 0)
  }

  /// What is relayed and what the tail keeps never exceed the limit, and what goes out is a prefix of the output.
  @Test(arguments: 0..<200) func nothingExceedsTheLimit(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limit = UInt64(random.size(below: 300_000))
    let keepsTails = random.oneIn(2)
    var budget = OutputBudget(
      standardOutputLimit: limit, standardErrorLimit: 0, logLimit: 1 << 30, keepsTails: keepsTails)
    var written: UInt64 = 0
    var relayed: UInt64 = 0
    var ended = false
    for _ in 0..<50 {
      let count = random.size(below: 20_000)
      let admitted = budget.admit(count, of: .stdout, logCharge: 0)
      if ended { #expect(admitted == 0) }
      if admitted < count { ended = true }
      written += UInt64(count)
      relayed += UInt64(admitted)
      let tail = keepsTails ? UInt64(budget.account(of: .stdout).tailCapacity) : 0
      #expect(relayed + tail <= limit)
      #expect(budget.account(of: .stdout).exceedsLimit == (written > limit))
    }
    #expect(budget.account(of: .stdout).received == written)
  }
}

@Suite struct TailBufferTests {
  @Test(arguments: 0..<200) func keepsTheLastBytes(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let capacity = random.size(below: 40)
    var tail = TailBuffer(capacity: capacity)
    var all: [UInt8] = []
    for _ in 0..<20 {
      let bytes = random.bytes(count: random.size(below: 60))
      tail.append(bytes.span)
      all += bytes
      #expect(tail.bytes == Array(all.suffix(capacity)), "seed \(seed)")
      #expect(tail.totalBytes == UInt64(all.count))
      #expect(tail.lostBytes == UInt64(max(0, all.count - capacity)))
    }
  }
}
