/// What became of one run, as far as its log tells.
public struct RunResult: Sendable, Hashable {
  /// Where the log's lines come from, as far as somebody said so: `pod/name/container` with `kubectl logs --prefix`, or what
  /// `RunAssembler.beginLog(named:)` called the log.
  public let source: String?
  /// What ran; absent if it never got so far, or if the log's beginning is lost.
  public let start: StartFrame?
  /// The verdict; absent if the log ends without one.
  public let exit: ExitFrame?
  /// What the script wrote to its standard output, as far as the log has it.
  public internal(set) var stdout: [UInt8] = []
  /// What the script wrote to its standard error, as far as the log has it.
  public internal(set) var stderr: [UInt8] = []
  /// Files that came back, in the order of their first parts.
  public internal(set) var artifacts: [Artifact] = []
  /// Everything else that happened.
  public internal(set) var events: [Event] = []
  /// Frames that were written and are not in the log: gaps in the sequence. Without a verdict there may be more.
  public internal(set) var missingFrames: UInt64 = 0
  /// The sequence numbers of which there is no frame, in their order: which frames are missing, or were left out.
  public internal(set) var gaps: [ClosedRange<UInt64>] = []
  /// Frames that the log had more than once.
  public internal(set) var duplicateFrames = 0
  /// Frames that the log has of this run, each counted once.
  public internal(set) var frameCount = 0
  /// The highest sequence number that the log has; absent without any frame.
  public internal(set) var lastSequence: UInt64?
  /// Frames of kinds that this reader does not know.
  public internal(set) var unknownFrames = 0
  /// Frames that this reader had no room for.
  public internal(set) var leftOutFrames = 0
  /// Lines of the log that are no frames.
  public internal(set) var noiseLines = 0
  private var hasTruncationEvent = false

  init(start: StartFrame?, exit: ExitFrame?, source: String?) {
    self.source = source
    self.start = start
    self.exit = exit
  }

  /// How the run ended: what the verdict says, or `lost`.
  public var reason: Reason { exit?.reason ?? .lost }

  /// The random name of this start of the container, from its first or its last frame.
  public var run: String? { start?.run ?? exit?.run }

  /// The script's own exit status; absent when it never ran, a signal ended it, or nobody knows.
  public var exitCode: Int64? { exit?.exitCode }

  /// Name of the signal that ended the script.
  public var signal: String? { exit?.signal }

  /// Whether output is missing that the script wrote: a limit was reached, or this reader had no room.
  public var isTruncated: Bool {
    hasTruncationEvent || leftOutFrames > 0 || (exit?.stdout?.droppedBytes ?? 0) > 0
      || (exit?.stderr?.droppedBytes ?? 0) > 0
  }

  /// Whether everything that was written to the log is here: there is a verdict, no frame is missing, and the verdict's
  /// totals are those of the output received. Output that was dropped under a limit does not make it incomplete, but
  /// truncated.
  public var isComplete: Bool {
    exit != nil && missingFrames == 0 && leftOutFrames == 0 && disagreements.isEmpty && isProtocolKnown
  }

  /// Whether the log is of a protocol that this reader knows.
  public var isProtocolKnown: Bool {
    (start?.protocolNumber ?? StartFrame.currentProtocol) <= StartFrame.currentProtocol
  }

  /// Whether the script was only checked and never ran: then the output is that of its runtime's check.
  public var isCheck: Bool { start?.isCheck ?? exit?.isCheck ?? false }

  /// How many bytes of a stream the verdict counts and the log does not have; nil where there is no verdict to tell. Output
  /// that was dropped under a limit never was in the log and is not among them.
  public func lostBytes(of stream: OutputStream) -> Int64? {
    guard let totals = stream == .stdout ? exit?.stdout : exit?.stderr else { return nil }
    return max(0, totals.bytes - Int64((stream == .stdout ? stdout : stderr).count))
  }

  /// Where the verdict's totals, or the digests of files, differ from what was received, a sentence for each.
  public var disagreements: [String] {
    var found = [
      Self.disagreement("stdout", received: stdout, exit?.stdout),
      Self.disagreement("stderr", received: stderr, exit?.stderr),
    ].compactMap { $0 }
    if let totals = exit?.artifacts {
      var files: Int64 = 0
      var bytes: Int64 = 0
      for artifact in artifacts where artifact.isComplete {
        files += 1
        bytes += Int64(artifact.bytes.count)
      }
      if totals.files != files || totals.bytes != bytes {
        found.append(
          "artifacts: the verdict counts \(totals.files) files of \(totals.bytes) bytes, "
            + "the log has \(files) whole ones of \(bytes) bytes")
      }
    }
    // A verdict of Warder's own failure has no totals at all.
    if let exit, exit.artifacts == nil, exit.stdout != nil, !artifacts.isEmpty {
      found.append("artifacts: the verdict counts none, the log has \(artifacts.count)")
    }
    for artifact in artifacts where !artifact.isComplete {
      let problem = artifact.isDamaged ? "its contents are not those that were recorded" : "parts of it are missing"
      found.append("artifact \(artifact.name.text): \(problem)")
    }
    return found
  }

  private static func disagreement(_ name: String, received: [UInt8], _ totals: StreamTotals?) -> String? {
    guard let totals, totals.bytes != Int64(received.count) else { return nil }
    let missing = totals.bytes - Int64(received.count)
    return missing > 0
      ? "\(name): \(missing) of \(totals.bytes) bytes are missing"
      : "\(name): the verdict counts \(totals.bytes) bytes, the log has \(received.count)"
  }

  /// Takes a frame that is not output.
  mutating func take(_ body: FrameBody, at time: FrameTime, artifacts: inout ArtifactCollector) {
    switch body {
    case .event(let frame):
      if frame.type.utf8.elementsEqual("truncated".utf8) { hasTruncationEvent = true }
      events.append(Event(time: time, frame: frame))
    case .artifact(let chunk): artifacts.add(chunk)
    case .unknown: unknownFrames += 1
    case .start, .exit, .output: break
    }
  }

  /// An event and when it happened.
  public struct Event: Sendable, Hashable {
    /// Since the start.
    public let time: FrameTime
    /// What happened.
    public let frame: EventFrame

    /// An event at a time.
    public init(time: FrameTime, frame: EventFrame) {
      self.time = time
      self.frame = frame
    }
  }
}
