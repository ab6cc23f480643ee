package import WarderFrames

/// What Integr8sCode's layout needs of a run, taken from its frames as they come.
package struct ExecutorRun: Sendable {
  /// What the reader asks of the log: all of it in the newest file (the kubelet rotates at 10 MiB, and about 40 bytes are put
  /// before each line), and the last 10,000 lines, headers and remarks included.
  package static let budget = BoundedText.Budget(bytes: 7 << 20, lines: 9_900)

  private var decoder = FrameDecoder()
  private var stdout = StreamText()
  private var stderr = StreamText()
  private var nextSequence: UInt64 = 0
  /// Frames that were written and did not come.
  package private(set) var missingFrames: UInt64 = 0
  package private(set) var exit: ExitFrame?

  /// A stream's bytes on their way to text.
  private struct StreamText: Sendable {
    var repair = TextRepair()
    var text = BoundedText(ExecutorRun.budget)

    mutating func append(_ bytes: [UInt8]) {
      var repaired: [UInt8] = []
      repaired.reserveCapacity(bytes.count)
      repair.feed(bytes, into: &repaired)
      text.append(repaired)
    }

    mutating func flush() {
      var rest: [UInt8] = []
      repair.finish(into: &rest)
      text.append(rest)
    }

    mutating func leaveOut(bytes: UInt64) {
      flush()
      text.leaveOut(bytes: bytes)
    }
  }

  package init() {}

  /// Takes the frames' next bytes, in pieces of any size.
  package mutating func feed(_ bytes: Span<UInt8>) {
    var frames: [Frame] = []
    decoder.feed(bytes) { item in
      if case .frame(let frame) = item { frames.append(frame) }
    }
    for frame in frames { take(frame) }
  }

  /// Says that there are no more frames, and lays the run out.
  package mutating func finish() -> ExecutorOutput {
    stdout.flush()
    stderr.flush()
    var remarks = BoundedText(Self.budget)
    for remark in verdictRemarks { remarks.append(Array("warder: \(remark)\n".utf8)) }
    return ExecutorOutput(stdout: stdout.text, stderr: stderr.text, remarks: remarks.pieces[0], exit: exit)
  }

  private mutating func take(_ frame: Frame) {
    if frame.sequence > nextSequence { missingFrames += frame.sequence - nextSequence }
    nextSequence = frame.sequence &+ 1
    switch frame.body {
    case .output(.stdout, let bytes): stdout.append(bytes)
    case .output(.stderr, let bytes): stderr.append(bytes)
    case .event(let event): take(event)
    case .exit(let verdict): exit = verdict
    case .start, .artifact, .unknown: break
    }
  }

  private mutating func take(_ event: EventFrame) {
    guard event.type.utf8.elementsEqual("truncated".utf8) else { return }
    var bytes: UInt64 = 0
    var isStdout = true
    for field in event.fields {
      if field.name.utf8.elementsEqual("dropped_bytes".utf8), case .integer(let count) = field.value {
        bytes = UInt64(max(0, count))
      } else if field.name.utf8.elementsEqual("stream".utf8), case .string(let stream) = field.value {
        isStdout = stream.utf8.elementsEqual("stdout".utf8)
      }
    }
    if isStdout { stdout.leaveOut(bytes: bytes) } else { stderr.leaveOut(bytes: bytes) }
  }

  /// What the user of the platform has to know and cannot see in the two streams.
  private var verdictRemarks: [String] {
    var remarks: [String] = []
    if missingFrames > 0 { remarks.append("parts of the output were lost on their way (\(missingFrames))") }
    switch exit?.reason {
    case nil: remarks.append("the supervisor was killed from outside; what it had said so far is above")
    case .exited?, .signaled?: break
    default: remarks.append(exit?.message ?? "")
    }
    return remarks
  }
}
