/// Puts the frames of a log together into the results of the runs that it tells of.
///
/// A log usually has one run. It has several when a container was started again into the same log, when `kubectl logs
/// --prefix` merges those of several pods, or when logs were put one after the other; they are told apart by the `run` of
/// their `start` and `exit` frames and by the source of their lines, and where neither says it, by sequence numbers and
/// times that go back. Frames that come twice count once, and frames that come late are put in their place.
public struct RunAssembler: Sendable {
  private var runs: [RunRecord] = []
  private var room: Int
  /// The run that frames of a source go on with. Lines without a source have none of their own, the empty one.
  private var currentBySource: [String: Int] = [:]
  private var indexByRun: [String: Int] = [:]
  /// The run that the log's last frame went to; nil as long as the log had none.
  private var last: Int?
  /// Lines that are no frames, before there is a run to count them with.
  private var noiseBefore = 0
  private var logName: String?
  private var hasBegunLog = false

  /// An assembler at a log's beginning.
  ///
  /// - Parameter maximumBytes: how much output, artifacts and bookkeeping (64 bytes a frame) to keep in memory. What
  ///   comes after is left out, and the results say that they are not complete.
  public init(maximumBytes: Int = 64 << 20) {
    room = maximumBytes
  }

  /// What became of an item: which run it belongs to, as the number of its result.
  public enum Placement: Sendable, Hashable {
    /// The frame is a new one of that run.
    case added(run: Int)
    /// The frame was there before.
    case duplicate(run: Int)
    /// There was no room for the frame.
    case leftOut(run: Int)
    /// The line is no frame.
    case noise
  }

  /// Takes the log's next item.
  ///
  /// - Parameters:
  ///   - item: the item.
  ///   - source: where its line comes from, if a `FrameDecoder` found that out.
  /// - Returns: where it was put.
  @discardableResult
  public mutating func add(_ item: LogItem, from source: String? = nil) -> Placement {
    switch item {
    case .frame(let frame): return add(frame, source: source)
    case .noise:
      if let index = currentBySource[source ?? ""] ?? last {
        runs[index].noiseLines += 1
      } else {
        noiseBefore += 1
      }
      return .noise
    }
  }

  /// Says that what follows is another log. It has runs of its own; only where a `start` frame names a run that is known
  /// already, such as in a second copy of a log, its frames are that run's.
  ///
  /// - Parameter name: what to call the log: the results' `source`, where their lines name none.
  public mutating func beginLog(named name: String? = nil) {
    if let nothing = runWithoutFrames { runs.append(nothing) }
    currentBySource = [:]
    last = nil
    noiseBefore = 0
    logName = name
    hasBegunLog = true
  }

  /// What is known so far, a result for every run, in the log's order: at a log's end, how the runs ended. Noise before
  /// the first frame counts with the first run; a log without any frame has one result, which is lost.
  public var results: [RunResult] {
    let results = runs.map { $0.result }
    if let nothing = runWithoutFrames { return results + [nothing.result] }
    return results.isEmpty ? [RunRecord(source: nil).result] : results
  }

  /// What stands for a log that had no frames so far.
  private var runWithoutFrames: RunRecord? {
    guard last == nil, hasBegunLog || noiseBefore > 0 else { return nil }
    var nothing = RunRecord(source: logName)
    nothing.noiseLines = noiseBefore
    return nothing
  }

  /// How many runs there are so far.
  public var runCount: Int { runs.count }

  /// What is known so far of one run.
  public func result(ofRun index: Int) -> RunResult { runs[index].result }

  /// Where a run's lines come from, as its result has it.
  public func source(ofRun index: Int) -> String? { runs[index].source }

  /// The run that the log's last frame belongs to; nil where the log had none.
  public var lastRun: Int? { last }

  /// Whether the verdict on a run is there.
  public func hasVerdict(onRun index: Int) -> Bool { runs[index].hasVerdict }

  /// The results of a whole log.
  public static func results(ofLog log: [UInt8], maximumBytes: Int = 64 << 20) -> [RunResult] {
    var decoder = FrameDecoder()
    var assembler = RunAssembler(maximumBytes: maximumBytes)
    decoder.feed(log.span) { assembler.add($0, from: $1) }
    decoder.finish { assembler.add($0, from: $1) }
    return assembler.results
  }

  private mutating func add(_ frame: Frame, source: String?) -> Placement {
    guard let index = run(of: frame, source: source) else {
      let index = last ?? runs.count - 1
      runs[index].leaveOut()
      return .leftOut(run: index)
    }
    if last == nil {
      runs[index].noiseLines += noiseBefore
      noiseBefore = 0
    }
    // A verdict that comes late does not bring its run back.
    if last == nil || currentBySource[source ?? ""] == index { last = index }
    let addition = runs[index].add(frame, room: &room)
    if let name = frame.body.run, indexByRun[name] == nil { indexByRun[name] = index }
    switch addition {
    case .added: return .added(run: index)
    case .duplicate: return .duplicate(run: index)
    case .leftOut: return .leftOut(run: index)
    }
  }

  /// The run that a frame belongs to, which may be a new one; nil where there is no room for another run.
  private mutating func run(of frame: Frame, source: String?) -> Int? {
    let key = source ?? ""
    if let current = currentBySource[key], runs[current].accepts(frame) { return current }
    if let name = frame.body.run, let known = indexByRun[name], runs[known].accepts(frame) {
      if case .start = frame.body { currentBySource[key] = known }
      return known
    }
    if !runs.isEmpty, room < RunRecord.costPerFrame { return nil }
    runs.append(RunRecord(source: source ?? logName))
    currentBySource[key] = runs.count - 1
    return runs.count - 1
  }
}
