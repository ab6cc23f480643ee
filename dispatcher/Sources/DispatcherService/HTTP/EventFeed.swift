internal import DispatcherModel
internal import Foundation
internal import Hummingbird
internal import NIOCore
internal import WarderFrames

/// A task's events to one reader, as server-sent events: read from the archive's log, so that however slow the reader is
/// nobody else waits and nothing is kept for it.
struct EventFeed: Sendable {
  let id: String
  let dispatcher: Dispatcher
  let archive: Archive
  /// `RUN.SEQ` of the last frame that the reader has.
  let lastEventID: String?

  private static let portion = 64 << 10
  private static let silence = Duration.seconds(15)

  func write(to writer: inout any ResponseBodyWriter) async throws {
    let changes = await dispatcher.changes(of: id)
    var notices = Notices(changes, silence: Self.silence).makeAsyncIterator()
    var position = FeedPosition(after: lastEventID)
    var intake = LogIntake()
    var offset: off_t = 0
    var lastState: [UInt8] = []
    while await notices.next() != nil {
      guard let task = await dispatcher.task(id) else { break }
      let state = task.json()
      if state != lastState, task.state != .finished || lastState.isEmpty {
        try await writer.write(Self.event("state", id: nil, state))
        lastState = state
      }
      // Asked for before the log is read: then nothing comes after it.
      let isOver = task.state == .finished
      var hasRead = false
      while let bytes = read(at: offset) {
        offset += off_t(bytes.count)
        for line in intake.take(bytes) where position.passes(line) { try await send(line, to: &writer) }
        hasRead = true
      }
      if isOver {
        if position.isWaiting {
          // The reader's last frame is of no run that this log has: it gets everything.
          position = FeedPosition(after: nil)
          intake = LogIntake()
          offset = 0
          while let bytes = read(at: offset) {
            offset += off_t(bytes.count)
            for line in intake.take(bytes) { try await send(line, to: &writer) }
          }
        }
        try await writer.write(Self.event("result", id: nil, task.json(result: archive.result(of: id))))
        break
      }
      if !hasRead { try await writer.write(ByteBuffer(string: ": \n\n")) }
    }
  }

  private func send(_ line: LogLine, to writer: inout any ResponseBodyWriter) async throws {
    guard let frame = line.frame else { return }
    try await writer.write(Self.event(frame.body.eventName, id: line.eventID, line.bytes.dropLast()))
  }

  /// The next bytes of the log; nil at its end.
  private func read(at offset: off_t) -> [UInt8]? {
    let file = open(archive.log(of: id), O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: Self.portion)
    let count = pread(file, &buffer, buffer.count, offset)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// The data is JSON, which has no line ends.
  private static func event(_ name: String, id: String?, _ data: some Sequence<UInt8>) -> ByteBuffer {
    var buffer = ByteBuffer(string: "event: \(name)\n")
    if let id { buffer.writeString("id: \(id)\n") }
    buffer.writeString("data: ")
    buffer.writeBytes(data)
    buffer.writeString("\n\n")
    return buffer
  }
}
