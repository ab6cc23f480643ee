internal import WarderFrames

/// What `warder decode` exits with: how much of the log is there. How the script ended does not matter.
enum DecodeStatus: Int32, Comparable {
  case complete = 0
  /// Every run has its verdict, and something else is missing, damaged or could not be written.
  case incomplete = 1
  /// A run has no verdict.
  case lost = 2
  /// A log has no frame at all.
  case noFrames = 3

  init(of result: RunResult) {
    if result.exit != nil {
      self = result.isComplete ? .complete : .incomplete
    } else {
      self = result.hasFrames ? .lost : .noFrames
    }
  }

  static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

extension RunResult {
  /// Whether the log had anything of the run.
  var hasFrames: Bool {
    start != nil || exit != nil || frameCount > 0
  }
}
