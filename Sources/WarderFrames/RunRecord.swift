import JSON

/// The frames of one run as they come in, in any order.
struct RunRecord: Sendable {
  /// What a frame costs besides its payload.
  static let costPerFrame = 64
  /// How far a frame may come before its time: a `start` frame that comes after later ones is still theirs if those
  /// begin within so many.
  private static let reorderWindow: UInt64 = 64

  /// One frame. Output is `count` bytes of `payload` from `start` on, everything else is number `start` of `others`.
  private struct Entry: Sendable {
    let sequence: UInt64
    let time: FrameTime
    let kind: Kind
    let start: Int
    let count: Int

    enum Kind: Sendable {
      case stdout, stderr, other
    }
  }

  private var entries: [Entry] = []
  private var indexBySequence: [UInt64: Int] = [:]
  private var payload: [UInt8] = []
  private var others: [FrameBody] = []
  private var isInOrder = true
  /// Index of the entry with the highest sequence number.
  private var highest = 0
  private var lowestSequence = UInt64.max
  private var start: StartFrame?
  private var exit: ExitFrame?
  private var exitSequence: UInt64?
  private var duplicates = 0
  private var leftOut = 0
  var noiseLines = 0
  let source: String?

  init(source: String?) {
    self.source = source
  }

  /// What its frames call it.
  private var run: String? { start?.run ?? exit?.run }

  /// Whether a verdict was taken.
  var hasVerdict: Bool { exit != nil }

  /// Whether a frame can belong to this run.
  func accepts(_ frame: Frame) -> Bool {
    if entries.isEmpty { return true }
    let name = frame.body.run
    if let name, let run, !name.hasSameBytes(as: run) { return false }
    if let index = indexBySequence[frame.sequence] { return isSame(entries[index], frame) }
    if case .start = frame.body {
      guard start == nil, frame.sequence < lowestSequence else { return false }
      // One that bears the verdict's name comes late, however late it comes.
      return run != nil && name != nil || exit == nil && lowestSequence - frame.sequence <= Self.reorderWindow
    }
    if let exitSequence, frame.sequence > exitSequence { return false }
    let last = entries[highest]
    if frame.sequence > last.sequence { return frame.time >= last.time || frame.isDyingWord }
    // Nothing comes after a verdict.
    if case .exit = frame.body { return false }
    return frame.time <= last.time || exitSequence == last.sequence && last.time.microseconds == 0
  }

  enum Addition {
    case added, duplicate, leftOut
  }

  /// Takes a frame that `accepts` accepted.
  mutating func add(_ frame: Frame, room: inout Int) -> Addition {
    if indexBySequence[frame.sequence] != nil {
      duplicates += 1
      return .duplicate
    }
    let cost = Self.costPerFrame + frame.body.payloadCount
    switch frame.body {
    case .start(let body): start = body
    case .exit(let body):
      exit = body
      exitSequence = frame.sequence
    default:
      if room < cost {
        leftOut += 1
        return .leftOut
      }
    }
    room -= cost
    if !entries.isEmpty, frame.sequence < entries[highest].sequence {
      isInOrder = false
    } else {
      highest = entries.count
    }
    lowestSequence = min(lowestSequence, frame.sequence)
    indexBySequence[frame.sequence] = entries.count
    append(frame)
    return .added
  }

  /// Counts a frame for which there is no room, not even for telling whose it is.
  mutating func leaveOut() {
    leftOut += 1
  }

  private mutating func append(_ frame: Frame) {
    let kind: Entry.Kind
    var start = payload.count
    var count = 0
    if case .output(let stream, let bytes) = frame.body {
      kind = stream == .stdout ? .stdout : .stderr
      count = bytes.count
      payload += bytes
    } else {
      kind = .other
      start = others.count
      others.append(frame.body)
    }
    entries.append(Entry(sequence: frame.sequence, time: frame.time, kind: kind, start: start, count: count))
  }

  private func isSame(_ entry: Entry, _ frame: Frame) -> Bool {
    guard entry.time == frame.time else { return false }
    switch (entry.kind, frame.body) {
    case (.stdout, .output(.stdout, let bytes)), (.stderr, .output(.stderr, let bytes)):
      return payload[entry.start..<(entry.start + entry.count)] == bytes[...]
    case (.other, let body): return others[entry.start] == body
    default: return false
    }
  }

  // MARK: - The result

  /// The run as far as it is known.
  var result: RunResult {
    var result = RunResult(start: start, exit: exit, source: source)
    result.noiseLines = noiseLines
    result.duplicateFrames = duplicates
    result.leftOutFrames = leftOut
    result.frameCount = entries.count
    if !entries.isEmpty {
      result.lastSequence = entries[highest].sequence
      // Counted as far as the verdict, or as the log goes: how much followed, nobody knows.
      let gaps = entries[highest].sequence - UInt64(entries.count - 1)
      result.missingFrames = gaps - min(gaps, UInt64(leftOut))
    }
    var artifacts = ArtifactCollector()
    result.stdout.reserveCapacity(entries.reduce(0) { $0 + ($1.kind == .stdout ? $1.count : 0) })
    result.stderr.reserveCapacity(entries.reduce(0) { $0 + ($1.kind == .stderr ? $1.count : 0) })
    var expected: UInt64 = 0
    for entry in isInOrder ? entries : entries.sorted(by: { $0.sequence < $1.sequence }) {
      if entry.sequence > expected { result.gaps.append(expected...(entry.sequence - 1)) }
      // The highest number of all is no reason to fail.
      expected = entry.sequence &+ 1
      switch entry.kind {
      case .stdout: result.stdout += payload[entry.start..<(entry.start + entry.count)]
      case .stderr: result.stderr += payload[entry.start..<(entry.start + entry.count)]
      case .other: result.take(others[entry.start], at: entry.time, artifacts: &artifacts)
      }
    }
    result.artifacts = artifacts.artifacts
    return result
  }
}

extension Frame {
  /// Whether it comes from the handler of the supervisor's own faults, which has no clock.
  fileprivate var isDyingWord: Bool {
    if case .exit(let verdict) = body { return verdict.reason == .internalError && time.microseconds == 0 }
    return false
  }
}

extension FrameBody {
  /// About how many bytes the body holds besides small things.
  fileprivate var payloadCount: Int {
    switch self {
    case .output(_, let bytes): bytes.count
    case .artifact(let chunk): chunk.bytes.count + chunk.name.bytes.count
    case .start, .event, .exit, .unknown: 256
    }
  }
}
