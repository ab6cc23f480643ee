import DispatcherModel
import Testing

@Suite struct LogIntakeTests {
  /// However the log is cut, whenever it comes again from its start, and whatever stands between its frames: each line comes
  /// out once, in order, as it was.
  @Test(arguments: 0..<200) func everyLineOnce(seed: UInt64) {
    var numbers = Numbers(state: seed)
    var lines: [[UInt8]] = []
    for run in 0...numbers.below(3) {
      lines += TestLog.lines("run\(run)", output: (0..<numbers.below(20)).map { "line \($0)" })
    }
    for _ in 0..<numbers.below(4) { lines.insert(Array("noise {\n".utf8), at: numbers.below(lines.count)) }
    let log = lines.flatMap { $0 }

    var intake = LogIntake()
    var taken: [LogLine] = []
    for attempt in 0...numbers.below(4) {
      if attempt > 0 { intake.restart() }
      let end = numbers.below(log.count + 1)
      var position = 0
      while position < end {
        let next = min(end, position + 1 + numbers.below(300))
        taken += intake.take(Array(log[position..<next]))
        position = next
      }
    }
    intake.restart()
    taken += intake.take(log)
    taken += intake.finish()

    let isFrame = { (line: [UInt8]) in line.starts(with: Array("{\"seq\"".utf8)) }
    #expect(taken.filter { $0.frame != nil }.map(\.bytes) == lines.filter(isFrame))
    // Noise that was there before a frame is counted once; what comes after a cut and before a new frame may be missed.
    #expect(taken.count { $0.frame == nil } <= lines.count { !isFrame($0) })
  }

  @Test func transportPrefixesAreTakenOff() {
    let line = TestLog.lines("run", output: [])[0]
    var intake = LogIntake()
    let taken = intake.take(Array("2026-11-21T09:00:00.123456789Z ".utf8) + line)
    #expect(taken.map(\.bytes) == [line])
    #expect(taken.first?.eventID == "run.0")
  }

  @Test func aLineThatIsTooLongIsNoFrameAndNoDanger() {
    var intake = LogIntake()
    var taken: [LogLine] = []
    for _ in 0..<1000 { taken += intake.take([UInt8](repeating: UInt8(ascii: "{"), count: 10_000)) }
    taken += intake.take([UInt8(ascii: "\n")] + TestLog.lines("run", output: [])[0])
    #expect(taken.map { $0.frame != nil } == [false, true])
    #expect(taken[0].bytes.count < 10_000)
  }

  @Test(arguments: 0..<50) func aReaderGoesOnBehindAnyFrame(seed: UInt64) {
    var numbers = Numbers(state: seed)
    let log = (0...numbers.below(3)).flatMap { TestLog.lines("run\($0)", output: ["a", "b", "c"]) }.flatMap { $0 }
    var intake = LogIntake()
    let lines = intake.take(log)
    for (place, line) in lines.enumerated() {
      var position = FeedPosition(after: line.eventID)
      #expect(lines.filter { position.passes($0) } == Array(lines[(place + 1)...]))
    }
    var stranger = FeedPosition(after: "other.3")
    #expect(lines.filter { stranger.passes($0) }.isEmpty)
    #expect(stranger.isWaiting)
    var beginner = FeedPosition(after: "nonsense")
    #expect(lines.filter { beginner.passes($0) } == lines)
  }
}
