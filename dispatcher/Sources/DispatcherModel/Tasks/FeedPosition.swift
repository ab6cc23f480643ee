internal import WarderFrames

/// Where a reader is in a log, who comes again and says which frame was its last.
package struct FeedPosition: Sendable {
  private let run: String
  private let sequence: UInt64
  /// Whether the reader's last frame has not come by yet.
  package private(set) var isWaiting: Bool

  /// - Parameter eventID: `RUN.SEQ`; what is no such name is as good as none.
  package init(after eventID: String?) {
    if let eventID, let dot = eventID.lastIndex(of: "."), let sequence = UInt64(eventID[eventID.index(after: dot)...]) {
      run = String(eventID[..<dot])
      self.sequence = sequence
      isWaiting = true
    } else {
      run = ""
      sequence = 0
      isWaiting = false
    }
  }

  /// Whether the reader does not have the line yet.
  package mutating func passes(_ line: LogLine) -> Bool {
    guard isWaiting else { return true }
    guard let frame = line.frame, (line.run ?? "") == run else { return false }
    if frame.sequence == sequence { isWaiting = false }
    if frame.sequence > sequence {
      isWaiting = false
      return true
    }
    return false
  }
}
