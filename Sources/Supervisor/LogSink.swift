package import LinuxSystem

/// Where frames go: a descriptor that may be slow, stalled or gone, and a bounded amount of bytes waiting for it.
///
/// Nothing here ever waits: the deadline holds whatever the log's reader does.
package struct LogSink: ~Copyable {
  /// As the configuration calls it: `fd:1`, a path.
  package let name: String
  package private(set) var descriptor: Descriptor
  /// Whole lines, of which the first `written` bytes have gone out.
  private var pending: [UInt8] = []
  private var written = 0
  /// Whether what went out before `pending` begins ends within a line.
  private var isMidLine = false
  /// Bytes of lines that came when nothing could be written any more.
  private var discardedBytes: UInt64 = 0
  /// Why nothing more is written.
  package private(set) var failure: Failure?
  /// Whether the descriptor can be waited for: a regular file cannot, and never needs to be.
  package let isPollable: Bool
  /// Set where the open file is shared with others and was switched to non-blocking for our sake.
  private let restoresBlocking: Bool
  /// Whether the reader's pipe was made larger, or cannot be.
  private var pipeIsLarge = false
  /// When something was last taken, or nothing was waiting.
  private var lastProgress: Instant

  package enum Failure: Equatable, Sendable {
    /// The reader is gone (EPIPE), the file system full: the error number.
    case error(Int32)
    /// Nobody read for so long that it was given up.
    case stalled

    package var reason: String {
      switch self {
      case .error(let number): errorReason(number)
      case .stalled: "nobody read it"
      }
    }
  }

  /// Above this many waiting bytes, the script's output is left in its pipes and the script waits for the reader.
  package static let highWater = 64 * 1024

  /// No place at all.
  package static var none: LogSink {
    LogSink(name: "", descriptor: .none, isPollable: false, restoresBlocking: false)
  }

  init(name: String, descriptor: consuming Descriptor, isPollable: Bool, restoresBlocking: Bool) {
    self.name = name
    self.descriptor = descriptor
    self.isPollable = isPollable
    self.restoresBlocking = restoresBlocking
    lastProgress = .now
  }

  /// The number of bytes that wait to be written.
  package var pendingBytes: Int { pending.count - written }

  /// Whether there is a place, and lines still go there.
  package var isLive: Bool { descriptor.isOpen && failure == nil }

  package var isCongested: Bool { isLive && pendingBytes > Self.highWater }

  /// Bytes of the log that have not gone out, and may never.
  package var missingBytes: UInt64 { UInt64(pendingBytes) + discardedBytes }

  /// Whether the loop should say when something can be written: the rest of a line too that was begun before the end.
  package var wantsToWrite: Bool {
    guard isPollable, pendingBytes > 0 else { return false }
    if case .error = failure { return false }
    return true
  }

  /// Lets `lines` append lines; `flush` sends them.
  package mutating func append(_ lines: (inout [UInt8]) -> Void) {
    guard isLive else {
      // The lines are made all the same, so that counts and sequence numbers stay what they would have been.
      var discarded: [UInt8] = []
      lines(&discarded)
      if descriptor.isOpen { discardedBytes += UInt64(discarded.count) }
      return
    }
    lines(&pending)
  }

  /// Takes lines that were made already.
  package mutating func append(_ lines: [UInt8]) {
    guard isLive else {
      if descriptor.isOpen { discardedBytes += UInt64(lines.count) }
      return
    }
    pending.append(contentsOf: lines)
  }

  /// Writes as much as can be written without waiting.
  package mutating func flush(at now: Instant) {
    if case .error = failure { return }
    while written < pending.count {
      switch descriptor.write(pending, from: written) {
      case .bytes(let count):
        written += count
        lastProgress = now
        // What does not fit into the reader's pipe makes two turns of one; where it is none, nothing comes of it. See
        // pipe(7), F_SETPIPE_SZ.
        if written < pending.count, !pipeIsLarge {
          pipeIsLarge = true
          _ = descriptor.growPipe(toBytes: 512 * 1024)
        }
      case .wouldBlock:
        compact()
        return
      case .failed(let number):
        failure = .error(number)
        discardedBytes += UInt64(pendingBytes)
        pending = []
        written = 0
        return
      }
    }
    pending.removeAll(keepingCapacity: failure == nil)
    written = 0
    isMidLine = false
    lastProgress = now
  }

  /// When to give the place up if it has taken nothing until then; nil where it keeps up.
  package func stallDue(after nanoseconds: UInt64) -> Instant? {
    isCongested ? lastProgress.advanced(byNanoseconds: nanoseconds) : nil
  }

  /// Lets go of every line that has not begun to go out, and takes no more.
  package mutating func giveUp() {
    guard failure == nil else { return }
    failure = .stalled
    var end = written
    if written > 0 ? pending[written - 1] != Self.lineEnd : isMidLine {
      while end < pending.count, pending[end] != Self.lineEnd { end += 1 }
      end = min(end + 1, pending.count)
    }
    discardedBytes += UInt64(pending.count - end)
    pending.removeLast(pending.count - end)
  }

  private static let lineEnd = UInt8(ascii: "\n")

  /// Moves what is left to the front, once that is worth its while.
  private mutating func compact() {
    guard written > Self.highWater else { return }
    isMidLine = pending[written - 1] != Self.lineEnd
    pending.removeFirst(written)
    written = 0
  }

  deinit {
    if restoresBlocking { try? descriptor.setNonblocking(false) }
  }
}
