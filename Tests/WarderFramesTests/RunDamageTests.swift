import RandomInput
import Testing
import WarderFrames

/// Logs of everything that a run can have, damaged in every way: what comes out never claims more than is there, no verdict
/// is another run's, and what is missing is said.
@Suite struct RunDamageTests {
  /// A log, and what its runs are in truth.
  struct Truth {
    var lines: [[UInt8]] = []
    /// By the runs' names.
    var logs: [String: SampleLog] = [:]
    var exits: [String: ExitFrame] = [:]
    let seed: UInt64

    init(seed: UInt64, runs: Int, steps: Int = 6, outputSize: Int = 200) {
      self.seed = seed
      var generator = SeededGenerator(seed: seed)
      for number in 0..<runs {
        let name = "run\(number)"
        var log = SampleLog(run: name, steps: steps, outputSize: outputSize, hasVerdict: false, using: &generator)
        log.addVerdict(run: name, using: &generator)
        logs[name] = log
        if case .exit(let exit)? = log.frames.last?.body { exits[name] = exit }
        lines += log.lines
      }
    }

    /// Holds the results of a damaged log against the truth.
    func check(_ log: [UInt8], _ comment: String) {
      check(RunAssembler.results(ofLog: log), comment)
    }

    /// The same of whole lines, which need not be decoded anew each time.
    func check(_ lines: [LogItem], _ comment: String) {
      check(Self.results(lines), comment)
    }

    static func results(_ lines: [LogItem]) -> [RunResult] {
      var assembler = RunAssembler()
      for item in lines { assembler.add(item) }
      return assembler.results
    }

    private func check(_ results: [RunResult], _ comment: String) {
      let comment: Comment = "seed \(seed), \(comment)"
      for result in results {
        guard let exit = result.exit else {
          #expect(
            result.reason == .lost && result.exitCode == nil && result.signal == nil && !result.isComplete, comment)
          continue
        }
        // The verdict is one that was written, and stands with the run that it was written on.
        guard let name = exit.run, exits[name] == exit, result.run == name else {
          Issue.record("a verdict that nobody gave: \(exit), \(comment)")
          continue
        }
        if let start = result.start { #expect(start.run == name, comment) }
        guard result.isComplete, let truth = logs[name] else {
          // What is missing has a name.
          let isNamed = result.missingFrames > 0 || !result.disagreements.isEmpty || result.leftOutFrames > 0
          #expect(isNamed, comment)
          #expect((result.missingFrames > 0) == !result.gaps.isEmpty, comment)
          continue
        }
        #expect(result.stdout == truth.stdout && result.stderr == truth.stderr, comment)
        #expect(result.artifacts.allSatisfy { $0.isComplete }, comment)
        #expect(result.frameCount == truth.frames.count && result.gaps.isEmpty, comment)
      }
      // A run of which there is anything is told of.
      #expect(results.count >= 1, comment)
    }
  }

  @Test(arguments: [1, 2], 0..<3 as Range<UInt64>) func cutAtEveryByte(runs: Int, seed: UInt64) {
    let truth = Truth(seed: seed, runs: runs, steps: 3, outputSize: 40)
    let log = Array(truth.lines.joined())
    let last = truth.lines[truth.lines.count - 1]
    for end in 0...log.count {
      let head = Array(log[..<end])
      truth.check(head, "the first \(end) bytes")
      // Whole but for its line feed, the verdict is whole.
      let results = RunAssembler.results(ofLog: head)
      let isWhole = end >= log.count - 1
      #expect((results.count == runs && results.allSatisfy { $0.isComplete }) == isWhole, "seed \(seed), \(end)")
      if end <= log.count - last.count { #expect(results.last?.exit?.run != "run\(runs - 1)", "seed \(seed), \(end)") }
    }
    for start in 1..<log.count where seed == 0 { truth.check(Array(log[start...]), "without the first \(start) bytes") }
  }

  @Test(arguments: [1, 2], 0..<25 as Range<UInt64>) func eachFrameLostTwiceOrElsewhere(runs: Int, seed: UInt64) {
    let truth = Truth(seed: seed, runs: runs)
    let lines = decoded(Array(truth.lines.joined()))
    for index in lines.indices {
      var lost = lines
      lost.remove(at: index)
      truth.check(lost, "without line \(index)")
      #expect(!Truth.results(lost).allSatisfy { $0.isComplete }, "seed \(seed), \(index)")

      var twice = lines
      twice.insert(lines[index], at: index)
      truth.check(twice, "line \(index) twice")
      let results = Truth.results(twice)
      #expect(results.count == runs && results.allSatisfy { $0.isComplete }, "seed \(seed), line \(index) twice")

      if index + 1 < lines.count {
        var swapped = lines
        swapped.swapAt(index, index + 1)
        truth.check(swapped, "lines \(index) and \(index + 1) swapped")
      }
      for place in lines.indices where seed < 5 {
        var moved = lines
        moved.insert(moved.remove(at: index), at: place)
        truth.check(moved, "line \(index) at \(place)")
      }
    }
  }

  /// Of a single run no order takes anything away, but where its beginning comes too late to be told from another run's.
  @Test(arguments: [1, 2], 0..<60 as Range<UInt64>) func anyOrderAndAnyLoss(runs: Int, seed: UInt64) {
    let truth = Truth(seed: seed, runs: runs)
    var generator = SeededGenerator(seed: seed ^ 0xD1CE)
    let all = decoded(Array(truth.lines.joined()))
    for round in 0..<20 {
      var lines = all.shuffled(using: &generator)
      truth.check(lines, "shuffled, round \(round)")
      for _ in 0...generator.size(below: 4) where !lines.isEmpty {
        lines.remove(at: Int.random(in: 0..<lines.count, using: &generator))
      }
      truth.check(lines, "shuffled with losses, round \(round)")
    }
    let reversed = Truth.results(all.reversed())
    if runs == 1 { #expect(reversed.count == 1 && reversed[0].isComplete, "seed \(seed)") }
  }
}
