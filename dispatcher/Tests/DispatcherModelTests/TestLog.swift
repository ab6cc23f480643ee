import WarderFrames

/// Frames of runs as their lines.
struct TestLog {
  static func start(_ run: String) -> StartFrame {
    StartFrame(
      version: "0.1.0", run: run, runtime: "python",
      script: .init(path: "/task/script.py", bytes: 1, sha256: String(repeating: "0", count: 64)), limits: [],
      isolation: [],
      startedAt: "2026-11-21T09:00:00.000Z")
  }

  /// A run with its verdict.
  static func lines(_ run: String, output: [String]) -> [[UInt8]] {
    var encoder = FrameEncoder()
    var log: [UInt8] = []
    let time = FrameTime(microseconds: 1)
    encoder.start(start(run), at: time, into: &log)
    // Events stand for output: they are encoded without a framer.
    for text in output { encoder.event(EventFrame("note", [Field("text", text)]), at: time, into: &log) }
    var exit = ExitFrame(
      reason: .exited, exitCode: 3, durationMilliseconds: 5, message: "the script exited with status 3")
    exit.run = run
    encoder.exit(exit, at: time, into: &log)
    return log.split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
  }
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
