package import LinuxSystem

/// Where frames go: a descriptor that may be slow, stalled or gone, and a bounded amount of bytes waiting for it.
///
/// Nothing here ever waits but `flush(until:)`, which has a bound: the deadline holds whatever the log's reader does.
package struct LogSink: ~Copyable {
  package private(set) var descriptor: Descriptor
  /// Whole lines, of which the first `written` bytes have gone out.
  private var pending: [UInt8] = []
  private var written = 0
  /// Why nothing more can be written: the reader is gone (EPIPE), the file is full. The error number.
  package private(set) var failure: Int32?
  /// Whether the descriptor can be waited for: a regular file cannot, and never needs to be.
  package let isPollable: Bool
  /// Set where the open file is shared with others and was switched to non-blocking for our sake.
  private let restoresBlocking: Bool

  /// Above this many waiting bytes, the script's output is left in its pipes and the script waits for the reader.
  package static let highWater = 256 * 1024

  /// Takes a copy of an open descriptor for the log.
  package init(duplicating raw: Int32) throws(SystemCallError) {
    var copy = try Descriptor.duplicate(raw)
    let kind = try copy.status().kind
    var restores = false
    switch kind {
    case .pipe, .terminal:
      // Non-blocking belongs to the open file, which a terminal or a shell's pipeline shares with others. Opened anew
      // it is our own. That fails where the file belongs to another user, or without /proc.
      if let own = try? Files.open("/proc/self/fd/\(raw)", [.write, .nonblocking]) {
        copy = own
      } else {
        restores = !copy.isNonblocking
        try copy.setNonblocking(true)
      }
      isPollable = true
    case .socket:
      restores = !copy.isNonblocking
      try copy.setNonblocking(true)
      isPollable = true
    case .regular, .characterDevice, .directory, .symbolicLink, .blockDevice:
      // Files and devices such as /dev/null take what they are given: there is nothing to wait for.
      isPollable = false
    }
    restoresBlocking = restores
    descriptor = copy
  }

  /// The number of bytes that wait to be written.
  package var pendingBytes: Int { pending.count - written }

  package var isCongested: Bool { pendingBytes > Self.highWater }

  /// Lets `write` append lines; `flush` sends them.
  package mutating func append(_ write: (inout [UInt8]) -> Void) {
    guard failure == nil else {
      // The lines are made all the same, so that counts and sequence numbers stay what they would have been.
      var discarded: [UInt8] = []
      write(&discarded)
      return
    }
    write(&pending)
  }

  /// Writes as much as can be written without waiting.
  package mutating func flush() {
    while failure == nil, written < pending.count {
      switch descriptor.write(pending, from: written) {
      case .bytes(let count): written += count
      case .wouldBlock:
        compact()
        return
      case .failed(let number):
        failure = number
      }
    }
    pending.removeAll(keepingCapacity: failure == nil)
    written = 0
  }

  /// Writes what is left, waiting for the reader until `deadline`.
  /// - Returns: whether everything has gone out.
  package mutating func flush(until deadline: Instant) -> Bool {
    while true {
      flush()
      guard failure == nil else { return false }
      guard pendingBytes > 0 else { return true }
      let left = deadline.nanoseconds(since: .now) / 1_000_000
      guard left > 0 else { return false }
      descriptor.waitUntilWritable(milliseconds: Int32(min(left, 1000)))
    }
  }

  /// Moves what is left to the front, once that is worth its while.
  private mutating func compact() {
    guard written > Self.highWater else { return }
    pending.removeFirst(written)
    written = 0
  }

  deinit {
    if restoresBlocking { try? descriptor.setNonblocking(false) }
  }
}
