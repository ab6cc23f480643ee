/// Puts the frames of a log together into the results of the runs that it tells of.
///
/// A log usually has one run. It has several when a container was started again into the same log, or when logs were
/// put one after the other; they are told apart by the `run` of their `start` frames, and where that was lost by
/// sequence numbers and times that go back. Frames that come twice count once, and frames that come late are put in
/// their place.
public struct RunAssembler: Sendable {
  private var runs: [RunRecord] = []
  private var room: Int

  /// An assembler at a log's beginning.
  ///
  /// - Parameter maximumBytes: how much output, artifacts and bookkeeping (64 bytes a frame) to keep in memory. What
  ///   comes after is left out, and the results say that they are not complete.
  public init(maximumBytes: Int = 64 << 20) {
    room = maximumBytes
  }

  /// Takes the log's next item.
  public mutating func add(_ item: LogItem) {
    switch item {
    case .frame(let frame): add(frame)
    case .noise: current { $0.noiseLines += 1 }
    }
  }

  /// What is known so far, a result for every run, in the log's order: at a log's end, how the runs ended. Noise before
  /// the first frame counts with the first run; a log without any frame has one result, which is lost.
  public var results: [RunResult] {
    runs.isEmpty ? [RunRecord().result] : runs.map { $0.result }
  }

  /// The results of a whole log.
  public static func results(ofLog log: [UInt8], maximumBytes: Int = 64 << 20) -> [RunResult] {
    var decoder = FrameDecoder()
    var assembler = RunAssembler(maximumBytes: maximumBytes)
    decoder.feed(log.span) { assembler.add($0) }
    decoder.finish { assembler.add($0) }
    return assembler.results
  }

  private mutating func add(_ frame: Frame) {
    if let last = runs.last, !last.accepts(frame) {
      if room < RunRecord.costPerFrame {
        current { $0.leaveOut() }
        return
      }
      runs.append(RunRecord())
    }
    var room = room
    current { $0.add(frame, room: &room) }
    self.room = room
  }

  private mutating func current(_ change: (inout RunRecord) -> Void) {
    if runs.isEmpty { runs.append(RunRecord()) }
    change(&runs[runs.count - 1])
  }
}
