import RandomInput
import Testing
import WarderFrames

/// Logs of several pods in one stream, and several logs one after the other.
@Suite struct SeveralLogsTests {
  private static func log(_ run: String, seed: UInt64, hasVerdict: Bool = true) -> SampleLog {
    var generator = SeededGenerator(seed: seed)
    return SampleLog(run: run, steps: 8, outputSize: 300, hasVerdict: hasVerdict, using: &generator)
  }

  /// `kubectl logs -f --prefix -l …` hands out lines of all pods as they come.
  @Test(arguments: 0..<40 as Range<UInt64>) func linesOfSeveralPodsAlternate(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let logs = (0..<3).map { Self.log("run\($0)", seed: seed * 3 + UInt64($0)) }
    var left = logs.map { $0.lines[...] }
    var stream: [UInt8] = []
    while let number = left.indices.filter({ !left[$0].isEmpty }).randomElement(using: &generator) {
      guard let line = left[number].popFirst() else { continue }
      let dress: LogDress = generator.oneIn(2) ? .prefix : .prefixAndTimestamps
      stream += generator.dressed(line, as: dress, pod: "pod-\(number)")
      if generator.oneIn(5) { stream += Array("[pod/other/sidecar] hello\n".utf8) }
    }
    let results = RunAssembler.results(ofLog: stream)
    #expect(results.count == 3, "seed \(seed)")
    for result in results {
      guard let number = logs.indices.first(where: { result.source == "pod/pod-\($0)/script" }) else {
        Issue.record("seed \(seed): \(result.source ?? "no source")")
        continue
      }
      #expect(result.isComplete && result.stdout == logs[number].stdout, "seed \(seed)")
      #expect(result.run == "run\(number)")
    }
  }

  private static func results(_ logs: [(name: String?, bytes: [UInt8])]) -> [RunResult] {
    var assembler = RunAssembler()
    for log in logs {
      assembler.beginLog(named: log.name)
      for item in decoded(log.bytes) { assembler.add(item) }
    }
    return assembler.results
  }

  @Test func everyLogHasItsOwnResults() {
    let one = Self.log("one", seed: 1)
    let two = Self.log("two", seed: 2, hasVerdict: false)
    let results = Self.results([("a", one.bytes), ("b", Array("noise\n".utf8)), ("c", two.bytes), ("d", [])])
    #expect(results.map(\.source) == ["a", "b", "c", "d"])
    #expect(results.map(\.isComplete) == [true, false, false, false])
    #expect(results.map(\.noiseLines) == [0, 1, 0, 0])
    #expect(results.map { $0.frameCount > 0 } == [true, false, true, false])
  }

  /// The rest of a log does not go on with another one's run, however well it would fit.
  @Test func aVerdictOfAnotherLogIsNotTaken() {
    let log = Self.log("one", seed: 3)
    let head = Array(log.lines.dropLast().joined())
    let end = log.lines[log.lines.count - 1]
    #expect(RunAssembler.results(ofLog: head + end).count == 1)
    let results = Self.results([("a", head), ("b", Array("x\n".utf8))])
    #expect(results[0].exit == nil && results[1].frameCount == 0)
    var unnamed = SampleLog(run: "one", steps: 3, hasVerdict: false, using: &Self.generator)
    unnamed.addVerdict(run: nil, using: &Self.generator)
    let parts = Self.results([
      ("a", Array(unnamed.lines.dropLast().joined())), ("b", unnamed.lines[unnamed.lines.count - 1]),
    ])
    #expect(parts.count == 2 && parts[0].exit == nil && parts[1].start == nil)
  }

  nonisolated(unsafe) private static var generator = SeededGenerator(seed: 9)

  @Test func aSecondCopyOfALogAddsNothing() {
    let log = Self.log("one", seed: 4)
    let other = Self.log("two", seed: 5)
    let results = Self.results([("a", log.bytes), ("b", other.bytes), ("c", log.bytes)])
    #expect(results.count == 2)
    #expect(results.allSatisfy { $0.isComplete } && results[0].duplicateFrames == log.lines.count)
    // In one stream as well.
    #expect(RunAssembler.results(ofLog: log.bytes + other.bytes + log.bytes).count == 2)
    // A copy that was made earlier has less, and what it has is the same.
    let early = Array(log.lines.prefix(3).joined())
    #expect(Self.results([("a", early), ("b", log.bytes)])[0].isComplete)
  }

  @Test func gapsAreNamed() {
    func result(without missing: Set<Int>, of count: Int) -> RunResult {
      let lines = (0..<count).filter { !missing.contains($0) }.map {
        "{\"seq\":\($0),\"t\":0,\"event\":{\"type\":\"x\"}}\n"
      }
      return RunAssembler.results(ofLog: Array(lines.joined().utf8))[0]
    }
    #expect(result(without: [], of: 5).gaps == [])
    #expect(result(without: [0, 1, 4, 7, 8], of: 10).gaps == [0...1, 4...4, 7...8])
    #expect(result(without: [0, 1, 4, 7, 8], of: 10).missingFrames == 5)
    // What follows the last frame nobody knows.
    #expect(result(without: [9], of: 10).gaps == [] && result(without: [9], of: 10).lastSequence == 8)
    let far = RunAssembler.results(ofLog: Array("{\"seq\":9223372036854775807,\"t\":0,\"stdout\":\"x\"}\n".utf8))[0]
    #expect(far.gaps == [0...UInt64(Int64.max) - 1] && far.missingFrames == UInt64(Int64.max))
  }

  @Test func lostBytesAreCounted() {
    let exit =
      #"{"seq":2,"t":0,"exit":{"reason":"exited","exit_code":0,"stdout":{"bytes":10,"frames":2,"dropped_bytes":3},"message":"m"}}"#
    let log = "{\"seq\":0,\"t\":0,\"stdout\":\"four\"}\n\(exit)\n"
    let result = RunAssembler.results(ofLog: Array(log.utf8))[0]
    #expect(result.lostBytes(of: .stdout) == 6 && result.lostBytes(of: .stderr) == nil)
    #expect(result.disagreements == ["stdout: 6 of 10 bytes are missing"])
  }
}
