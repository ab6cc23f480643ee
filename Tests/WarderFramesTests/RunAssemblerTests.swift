import Foundation
import RandomInput
import Testing
import WarderFrames

/// What a reader makes of whole, damaged and mixed logs.
@Suite struct RunAssemblerTests {
  static func log(seed: UInt64, run: String = "9f1c", hasVerdict: Bool = true) -> SampleLog {
    var generator = SeededGenerator(seed: seed)
    return SampleLog(run: run, steps: 8, hasVerdict: hasVerdict, using: &generator)
  }

  static func results(_ lines: [[UInt8]]) -> [RunResult] {
    RunAssembler.results(ofLog: Array(lines.joined()))
  }

  @Test func aWholeLog() {
    for seed in 0..<100 as Range<UInt64> {
      let log = Self.log(seed: seed)
      let results = Self.results(log.lines)
      #expect(results.count == 1, "seed \(seed)")
      let result = results[0]
      #expect(result.stdout == log.stdout && result.stderr == log.stderr, "seed \(seed)")
      #expect(result.isComplete && result.missingFrames == 0 && result.noiseLines == 0, "seed \(seed)")
      #expect(result.duplicateFrames == 0 && result.disagreements.isEmpty, "seed \(seed)")
      #expect(.start(result.start ?? log.emptyStart) == log.frames[0].body)
      guard case .exit(let exit) = log.frames[log.frames.count - 1].body else { continue }
      #expect(result.exit == exit && result.reason == exit.reason && result.exitCode == exit.exitCode)
      let events = log.frames.compactMap { frame -> EventFrame? in
        if case .event(let event) = frame.body { return event }
        return nil
      }
      #expect(result.events.map(\.frame) == events)
    }
  }

  @Test func eachFrameLost() {
    for seed in 0..<12 as Range<UInt64> {
      let log = Self.log(seed: seed)
      for index in log.lines.indices {
        var lines = log.lines
        lines.remove(at: index)
        let result = Self.results(lines)[0]
        let comment: Comment = "seed \(seed), without frame \(index) of \(log.lines.count)"
        #expect(!result.isComplete, comment)
        if index == log.lines.count - 1 {
          #expect(result.reason == .lost && result.exitCode == nil && result.missingFrames == 0, comment)
        } else {
          #expect(result.missingFrames == 1 && result.exit != nil, comment)
        }
        if case .output(_, let bytes) = log.frames[index].body, !bytes.isEmpty {
          #expect(result.disagreements.count == 1, comment)
        }
      }
    }
  }

  @Test func eachFrameTwiceOrLate() {
    for seed in 0..<12 as Range<UInt64> {
      let log = Self.log(seed: seed)
      let expected = Self.results(log.lines)[0]
      for index in log.lines.indices {
        var twice = log.lines
        twice.insert(log.lines[index], at: Int(seed) % 2 == 0 ? index : log.lines.count)
        let result = Self.results(twice)
        #expect(result.count == 1 && result[0].duplicateFrames == 1 && result[0].isComplete, "seed \(seed), \(index)")
        #expect(result[0].stdout == expected.stdout && result[0].exit == expected.exit)
        var late = log.lines
        let line = late.remove(at: index)
        // A start after a verdict is another run's.
        let last = index == 0 ? late.count - 1 : late.count
        late.insert(line, at: min(last, index + 1 + Int(seed) % 5))
        #expect(Self.results(late) == [expected], "seed \(seed), \(index)")
      }
    }
  }

  @Test func aLogWhoseBeginningOrEndIsGone() {
    for seed in 0..<30 as Range<UInt64> {
      let log = Self.log(seed: seed)
      for cut in 1..<log.lines.count {
        let tail = Self.results(Array(log.lines[cut...]))
        #expect(tail.count == 1 && tail[0].missingFrames == UInt64(cut) && !tail[0].isComplete, "seed \(seed), \(cut)")
        #expect(tail[0].start == nil && tail[0].exit != nil)
        let head = Self.results(Array(log.lines[..<cut]))
        #expect(head.count == 1 && head[0].reason == .lost && !head[0].isComplete, "seed \(seed), \(cut)")
        #expect(head[0].start != nil && log.stdout.starts(with: head[0].stdout))
      }
    }
  }

  @Test func severalRunsInOneLog() {
    for seed in 0..<40 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let logs = (0..<3).map { number in
        SampleLog(run: "run\(number)", steps: 6, hasVerdict: !generator.oneIn(3), using: &generator)
      }
      let results = Self.results(logs.flatMap(\.lines))
      #expect(results.count == 3, "seed \(seed)")
      for (result, log) in zip(results, logs) {
        #expect(result.stdout == log.stdout && result.stderr == log.stderr, "seed \(seed)")
        #expect(.start(result.start ?? log.emptyStart) == log.frames[0].body)
        #expect((result.exit != nil) == result.isComplete)
      }
    }
  }

  @Test func aSecondRunWhoseBeginningIsGone() {
    let first = Self.log(seed: 50, run: "one")
    let second = Self.log(seed: 51, run: "two")
    let results = Self.results(first.lines + second.lines.dropFirst())
    #expect(results.count == 2)
    #expect(results[0].isComplete && results[0].stdout == first.stdout)
    #expect(results[1].start == nil && results[1].missingFrames == 1 && results[1].stdout == second.stdout)
  }

  @Test func noiseAndNothing() {
    let log = Self.log(seed: 60)
    let noise = Array("what is this\n".utf8)
    #expect(Self.results([noise] + log.lines + [noise, noise])[0].noiseLines == 3)
    let nothing = Self.results([noise])
    #expect(nothing.count == 1 && nothing[0].reason == .lost && nothing[0].noiseLines == 1 && !nothing[0].isComplete)
    #expect(RunAssembler.results(ofLog: []).map(\.reason) == [.lost])
  }

  @Test func aTaskThatNeverStartedIsComplete() {
    let line =
      #"{"seq":0,"t":0.001000,"exit":{"reason":"invalid_task","duration_ms":0,"message":"there is no script"}}"#
    let result = Self.results([Array("\(line)\n".utf8)])[0]
    #expect(result.isComplete && result.reason == .invalidTask && result.exitCode == nil && result.start == nil)
  }

  @Test func theDyingWordOfASupervisorHasNoTime() {
    let log = Self.log(seed: 62, hasVerdict: false)
    let word = #"{"seq":\#(log.frames.count),"t":0.000000,"exit":{"reason":"internal_error","message":"signal 11"}}"#
    // What was being written may be cut by it.
    let bytes = log.bytes + Array("{\"seq\":\n\(word)\n".utf8)
    let results = RunAssembler.results(ofLog: bytes)
    #expect(results.count == 1 && results[0].reason == .internalError && results[0].isComplete)
    #expect(results[0].stdout == log.stdout && results[0].noiseLines == 1)
    // A frame that comes after it all the same is still the run's.
    let late = Array(log.lines.dropLast().joined()) + Array("\(word)\n".utf8) + log.lines[log.lines.count - 1]
    #expect(RunAssembler.results(ofLog: late).count == 1)
  }

  @Test func truncationIsNotIncompleteness() {
    let exit =
      #""exit":{"reason":"exited","exit_code":0,"duration_ms":1,"stdout":{"bytes":1,"frames":1,"dropped_bytes":9},"message":"m"}"#
    let lines = [#"{"seq":0,"t":0,"stdout":"x"}"#, "{\"seq\":1,\"t\":0,\(exit)}"].map { Array("\($0)\n".utf8) }
    let result = Self.results(lines)[0]
    #expect(result.isComplete && result.isTruncated)
    let event = [#"{"seq":0,"t":0,"event":{"type":"truncated","stream":"stdout","dropped_bytes":9}}"#].map {
      Array("\($0)\n".utf8)
    }
    #expect(Self.results(event)[0].isTruncated)
  }

  @Test func aNewerProtocolIsNotTrusted() {
    var log = Self.log(seed: 61)
    log.lines[0] = Array(
      String(decoding: log.lines[0], as: UTF8.self).replacing("\"protocol\":1,", with: "\"protocol\":2,").utf8)
    let result = Self.results(log.lines)[0]
    #expect(result.start?.protocolNumber == 2 && !result.isProtocolKnown && !result.isComplete)
  }

  @Test func memoryIsBounded() {
    var assembler = RunAssembler(maximumBytes: 10_000)
    var encoder = FrameEncoder()
    for number in 0..<5_000 as Range<UInt64> {
      var line: [UInt8] = []
      encoder.event(
        EventFrame("flood", [Field("number", Int64(number))]), at: FrameTime(microseconds: number), into: &line)
      for item in decoded(line) { assembler.add(item) }
      // Even frames that can belong to no known run make no new one.
      assembler.add(.frame(Frame(sequence: number, time: FrameTime(microseconds: 0), body: .unknown("x"))))
    }
    let results = assembler.results
    #expect(results.count < 200)
    #expect(results.reduce(0) { $0 + $1.leftOutFrames } > 9_000)
    #expect(results.allSatisfy { !$0.isComplete })
    let last = results[results.count - 1]
    #expect(last.isTruncated && last.leftOutFrames > 0)
  }

  @Test func artifactsAndTheirGaps() throws {
    let name = try #require(ArtifactName(Array("plot.png".utf8)))
    var assembler = RunAssembler()
    let parts: [(Int64, [UInt8])] = [(0, [1, 2]), (2, [3]), (5, [6]), (3, [4])]
    for (number, part) in parts.enumerated() {
      let chunk = ArtifactChunk(name: name, offset: part.0, bytes: part.1)
      assembler.add(.frame(Frame(sequence: UInt64(number), time: FrameTime(microseconds: 0), body: .artifact(chunk))))
    }
    let artifacts = assembler.results[0].artifacts
    #expect(artifacts.count == 1 && artifacts[0].bytes == [1, 2, 3] && artifacts[0].hasGap)
  }

  @Test func theResultAsJSON() throws {
    for seed in 0..<60 as Range<UInt64> {
      let log = Self.log(seed: seed, hasVerdict: seed % 4 != 0)
      let result = Self.results(log.lines)[0]
      for indented in [false, true] {
        let json = Data(result.json(indented: indented))
        let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any], "seed \(seed)")
        for (name, bytes) in [("stdout", log.stdout), ("stderr", log.stderr)] {
          let text = try #require(object[name] as? String)
          #expect(text == String(decoding: bytes, as: UTF8.self), "seed \(seed)")
          if let encoded = object["\(name)_b64"] as? String {
            #expect(Data(base64Encoded: encoded) == Data(bytes), "seed \(seed)")
          } else {
            #expect(Array(text.utf8) == bytes, "seed \(seed)")
          }
        }
        #expect(object["reason"] as? String == result.reason.text)
        #expect(object["complete"] as? Bool == result.isComplete)
        #expect(object["truncated"] as? Bool == result.isTruncated)
        #expect((object["exit_code"] as? Int).map { Int64($0) } == result.exitCode)
        #expect(object["signal"] as? String == result.signal)
        #expect((object["artifacts"] as? [Any])?.count == result.artifacts.count)
        #expect((object["events"] as? [Any])?.count == result.events.count)
        #expect(object["missing_frames"] as? Int == 0 && object["noise_lines"] as? Int == 0)
      }
    }
  }
}

extension SampleLog {
  /// A start that no log has, to compare with where there is none.
  var emptyStart: StartFrame {
    StartFrame(
      version: "", run: "", runtime: "", script: .init(path: "", bytes: 0, sha256: ""), limits: [], isolation: [],
      startedAt: "")
  }
}
