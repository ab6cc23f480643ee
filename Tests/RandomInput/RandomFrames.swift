package import WarderFrames

/// Random frames, random output, and whole logs of them.
extension SeededGenerator {
  package mutating func integer() -> Int64 {
    oneIn(8) ? Int64.random(in: 0 ... .max, using: &self) : Int64.random(in: 0...100_000, using: &self)
  }

  package mutating func name() -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz_0123456789")
    return String((0...Int.random(in: 0...19, using: &self)).map { _ in letters[Int.random(in: 0..<37, using: &self)] })
  }

  package mutating func fields(below count: Int) -> [Field] {
    var fields: [Field] = []
    for _ in 0..<size(below: count) {
      let name = name()
      if name == "type" || name == "state" || fields.contains(where: { $0.name == name }) { continue }
      switch Int.random(in: 0..<4, using: &self) {
      case 0: fields.append(Field(name, .integer(oneIn(4) ? -integer() : integer())))
      case 1: fields.append(Field(name, .string(text(scalars: size(below: 20)))))
      case 2: fields.append(Field(name, .bool(Bool.random(using: &self))))
      default: fields.append(Field(name, .null))
      }
    }
    return fields
  }

  package mutating func startFrame(run: String = "9f1c") -> StartFrame {
    var layers: [IsolationLayer] = []
    for _ in 0..<size(below: StartFrame.mostLayers) {
      let name = name()
      if layers.contains(where: { $0.name == name }) { continue }
      let states = IsolationLayer.State.allCases
      layers.append(
        IsolationLayer(
          name, states[Int.random(in: 0..<states.count, using: &self)], details: fields(below: StartFrame.mostDetails)))
    }
    var frame = StartFrame(
      version: "0.1.0", id: oneIn(2) ? text(scalars: size(below: 40)) : nil, run: run, runtime: "python",
      script: .init(
        path: "/task/" + text(scalars: size(below: 20)), bytes: integer(),
        sha256: String(repeating: "0123456789abcdef", count: 4)),
      limits: fields(below: 20), isolation: layers,
      withheldEnvironment: (0..<size(below: 20)).map { _ in text(scalars: size(below: 20)) },
      withheldOthers: oneIn(3) ? integer() : 0, startedAt: "2026-11-21T09:00:00.000Z")
    frame.isCheck = oneIn(6)
    if oneIn(3) { frame.trust = "read-only" }
    return frame
  }

  /// An event: one of the types that readers treat in their own way, or any other.
  package mutating func event() -> EventFrame {
    switch Int.random(in: 0..<6, using: &self) {
    case 0: EventFrame("heartbeat")
    case 1: EventFrame("truncated", [Field("stream", "stdout"), Field("dropped_bytes", integer())])
    case 2:
      EventFrame(
        "denied",
        [
          Field("syscall", "socket"), Field("family", "AF_INET"), Field("errno", "EPERM"), Field("pid", 7),
          Field("count", integer()),
        ])
    default: EventFrame(name(), fields(below: 10))
    }
  }

  /// A verdict that agrees with itself: only a script that ran has a status, and only one that a signal ended a signal.
  package mutating func exitFrame(stdout: StreamTotals?, stderr: StreamTotals?) -> ExitFrame {
    let reasons: [Reason] = [
      .exited, .signaled, .timeout, .cpuLimit, .memoryLimit, .processLimit, .diskLimit, .outputLimit, .syscallViolation,
      .cancelled, .checked, .launchFailed, .invalidTask, .isolationUnavailable, .internalError,
    ]
    let reason = reasons[Int.random(in: 0..<reasons.count, using: &self)]
    let neverRan =
      reason == .launchFailed || reason == .invalidTask || reason == .isolationUnavailable || reason == .checked
    let hasStatus = reason == .exited || reason != .signaled && !neverRan && oneIn(2)
    let hasSignal = reason == .signaled || !hasStatus && !neverRan && oneIn(2)
    var frame = ExitFrame(
      reason: reason, exitCode: hasStatus ? Int64.random(in: 0...255, using: &self) : nil,
      signal: hasSignal ? "SIGRTMIN+3" : nil, durationMilliseconds: integer(), cpuUserMilliseconds: integer(),
      cpuSystemMilliseconds: integer(), maximumResidentBytes: integer(), processesKilled: integer(), stdout: stdout,
      stderr: stderr,
      denied: (0..<size(below: ExitFrame.mostDenied)).map {
        DeniedCall(syscall: "call\($0)", family: oneIn(3) ? "AF_\($0)" : nil, count: max(1, integer()))
      },
      deniedOthers: oneIn(3) ? integer() : 0, message: "m" + text(scalars: size(below: 60)))
    frame.isCheck = reason == .checked || oneIn(8)
    return frame
  }

  /// What scripts write: text of all kinds, bytes of all kinds, and both in turn. No run of one kind is longer than
  /// `scale` bytes or characters.
  package mutating func scriptOutput(scale: Int = 20_000) -> [UInt8] {
    var output: [UInt8] = []
    for _ in 0..<size(below: 12) {
      switch Int.random(in: 0..<9, using: &self) {
      case 0: output += bytes(count: size(below: min(scale, 300)))
      case 1: output += Array(text(scalars: size(below: min(scale, 300))).utf8)
      case 2: output += Array(repeating: UInt8(ascii: "x"), count: size(below: scale))
      case 3: output += Array(repeating: UInt8.random(in: .min ... .max, using: &self), count: size(below: scale))
      case 4: output += Array(String(repeating: String(scalar()), count: size(below: scale / 5)).utf8)
      case 5: output += Array("plain line of text, as most scripts write them\n".utf8)
      case 6: output += mutate(Array(text(scalars: size(below: min(scale, 100))).utf8))
      case 7: output += Array("é€😀".utf8).prefix(Int.random(in: 1...8, using: &self))
      default: output += [UInt8(ascii: "\n")]
      }
    }
    return output
  }
}

/// A log as a run writes it, and what it should be read as.
package struct SampleLog {
  package var lines: [[UInt8]] = []
  package var frames: [Frame] = []
  package var stdout: [UInt8] = []
  package var stderr: [UInt8] = []
  private var artifacts = ArtifactTotals()
  private var encoder = FrameEncoder()
  private var time = FrameTime(microseconds: 0)

  package var bytes: [UInt8] { Array(lines.joined()) }

  /// A whole run: start, output, events and artifacts, verdict.
  ///
  /// - Parameters:
  ///   - steps: more than so many things do not happen in between.
  ///   - outputSize: bounds what is written at a time, as `scriptOutput(scale:)` does.
  package init(
    run: String = "9f1c", steps: Int = 12, outputSize: Int = 20_000, hasVerdict: Bool = true,
    using generator: inout SeededGenerator
  ) {
    let start = generator.startFrame(run: run)
    add(.start(start)) { $0.start(start, at: $1, into: &$2) }
    for _ in 0..<generator.size(below: steps) {
      time = FrameTime(microseconds: time.microseconds + UInt64(generator.size(below: 5_000_000)))
      addRandomBody(outputSize: outputSize, using: &generator)
    }
    if hasVerdict { addVerdict(run: generator.oneIn(6) ? nil : run, using: &generator) }
  }

  /// Ends the log with a verdict that agrees with it.
  ///
  /// - Parameter run: what the verdict calls the run.
  package mutating func addVerdict(run: String?, using generator: inout SeededGenerator) {
    var exit = generator.exitFrame(stdout: totals(of: .stdout), stderr: totals(of: .stderr))
    exit.run = run
    if artifacts.files > 0 || generator.oneIn(3) {
      exit.artifacts = artifacts
      exit.artifacts?.refused = generator.oneIn(2) ? generator.integer() : 0
    }
    add(.exit(exit)) { $0.exit(exit, at: $1, into: &$2) }
  }

  private mutating func addRandomBody(outputSize: Int, using generator: inout SeededGenerator) {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0:
      let event = generator.event()
      add(.event(event)) { $0.event(event, at: $1, into: &$2) }
    case 1:
      // The number makes the name another one each time.
      let bytes = generator.bytes(count: generator.size(below: 20)) + Array("\(artifacts.files)".utf8)
      guard let name = ArtifactName(bytes) else { return }
      let contents = generator.bytes(count: generator.size(below: 1000))
      let middle = Int.random(in: 0...contents.count, using: &generator)
      let first = ArtifactChunk(name: name, offset: 0, bytes: Array(contents[..<middle]))
      let end = ArtifactEnd(bytes: Int64(contents.count), sha256: SHA256Digest.hexadecimal(of: contents))
      let last = ArtifactChunk(name: name, offset: Int64(middle), bytes: Array(contents[middle...]), end: end)
      for chunk in [first, last] { add(.artifact(chunk)) { $0.artifact(chunk, at: $1, into: &$2) } }
      artifacts.files += 1
      artifacts.bytes += end.bytes
    default:
      let stream: OutputStream = generator.oneIn(3) ? .stderr : .stdout
      add(generator.scriptOutput(scale: outputSize), to: stream)
    }
  }

  /// Adds one line, whose frame is known.
  package mutating func add(_ body: FrameBody, _ write: (inout FrameEncoder, FrameTime, inout [UInt8]) -> Void) {
    frames.append(Frame(sequence: encoder.nextSequence, time: time, body: body))
    var line: [UInt8] = []
    write(&encoder, time, &line)
    lines.append(line)
  }

  /// Adds a script's output, in as many lines as it takes; their frames are what the lines say.
  package mutating func add(_ output: [UInt8], to stream: OutputStream) {
    if stream == .stdout { stdout += output } else { stderr += output }
    var framer = OutputFramer(stream)
    var written: [UInt8] = []
    _ = framer.feed(output.span, at: time, through: &encoder, into: &written)
    framer.flush(at: time, through: &encoder, into: &written)
    for line in written.split(separator: UInt8(ascii: "\n")) {
      lines.append(Array(line) + [UInt8(ascii: "\n")])
      var decoder = FrameDecoder()
      for case .frame(let frame) in decoder.feed(lines[lines.count - 1]) { frames.append(frame) }
    }
  }

  private func totals(of stream: OutputStream) -> StreamTotals {
    var totals = StreamTotals(redactions: Int64(frames.count % 3))
    for case .output(stream, let bytes) in frames.map(\.body) {
      totals.bytes += Int64(bytes.count)
      totals.frames += 1
    }
    return totals
  }
}

/// Everything that a decoder makes of a log fed at once.
package func decoded(_ log: [UInt8]) -> [LogItem] {
  var decoder = FrameDecoder()
  return decoder.feed(log) + decoder.finish()
}

package func frames(_ items: [LogItem]) -> [Frame] {
  items.compactMap { item in
    if case .frame(let frame) = item { return frame }
    return nil
  }
}

package func noise(_ items: [LogItem]) -> [Noise] {
  items.compactMap { item in
    if case .noise(let noise) = item { return noise }
    return nil
  }
}
