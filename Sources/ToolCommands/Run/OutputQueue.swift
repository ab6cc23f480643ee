internal import Foundation

/// Bytes on their way to this process's output streams, in order. Written only as far as nobody has to wait: a reader that
/// takes its time must not keep signals from being heard.
struct OutputQueue {
  private struct Piece {
    let descriptor: Int32
    var bytes: ArraySlice<UInt8>
  }

  /// What is left to be written at a time: a pipe that is ready takes so much without waiting (PIPE_BUF, pipe(7)).
  private static let portion = 4096
  /// With more than this waiting, nothing more is read from the engine.
  private static let most = 1 << 20

  private var pieces: [Piece] = []
  private var first = 0
  private(set) var waitingBytes = 0
  /// Streams whose reader is gone.
  private(set) var closed: Set<Int32> = []

  var isEmpty: Bool { first == pieces.count }
  var isFull: Bool { waitingBytes > Self.most }
  /// The stream that is to be written to next.
  var nextDescriptor: Int32? { isEmpty ? nil : pieces[first].descriptor }

  mutating func append(_ bytes: [UInt8], to descriptor: Int32) {
    guard !bytes.isEmpty, !closed.contains(descriptor) else { return }
    if first == pieces.count {
      pieces.removeAll(keepingCapacity: true)
      first = 0
    }
    waitingBytes += bytes.count
    pieces.append(Piece(descriptor: descriptor, bytes: bytes[...]))
  }

  /// Writes a portion to the next stream, which is ready.
  mutating func writePortion() {
    guard !isEmpty else { return }
    let piece = pieces[first]
    let written = piece.bytes.prefix(Self.portion).withUnsafeBytes { write(piece.descriptor, $0.baseAddress, $0.count) }
    if written > 0 {
      pieces[first].bytes.removeFirst(written)
      waitingBytes -= written
      if pieces[first].bytes.isEmpty { first += 1 }
    } else if written < 0, errno != EINTR, errno != EAGAIN {
      close(piece.descriptor)
    }
  }

  /// Forgets what was meant for a stream that takes nothing any more.
  mutating func close(_ descriptor: Int32) {
    closed.insert(descriptor)
    pieces = pieces[first...].filter { $0.descriptor != descriptor }
    first = 0
    waitingBytes = pieces.reduce(0) { $0 + $1.bytes.count }
  }
}
