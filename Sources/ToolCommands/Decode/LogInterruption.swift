internal import Foundation

/// Ctrl-C while a log is followed: reading ends, and what is known is still said. A second one ends the process at once.
struct LogInterruption {
  enum Waited {
    case ready, timedOut, interrupted
  }

  /// Readable from the signal on.
  private let readEnd: Int32
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  /// Takes SIGINT and SIGTERM over.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    Self.writeEnd = ends[1]
    for number in [SIGINT, SIGTERM] {
      // Only what signal-safety(7) allows.
      signal(number) { number in
        var byte: UInt8 = 1
        _ = write(LogInterruption.writeEnd, &byte, 1)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Waits until a descriptor has something to read (none where it is -1), the time is over (none where it is negative), or
  /// the signal comes.
  static func wait(for descriptor: Int32, _ interruption: LogInterruption?, milliseconds: Int32) -> Waited {
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: interruption?.readEnd ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let count = poll(&polled, nfds_t(polled.count), milliseconds)
      if count < 0, errno == EINTR { continue }
      if polled[1].revents != 0 { return .interrupted }
      return count == 0 ? .timedOut : .ready
    }
  }
}
