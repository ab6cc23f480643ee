/// The last bytes of a stream, in a ring that never grows.
package struct TailBuffer {
  private var ring: [UInt8]
  private let capacity: Int
  private var end = 0
  /// Every byte that went through.
  package private(set) var totalBytes: UInt64 = 0

  package init(capacity: Int) {
    self.capacity = capacity
    ring = []
  }

  /// The number of bytes held.
  package var count: Int { ring.count }

  /// The number of bytes that were held once and are no more.
  package var lostBytes: UInt64 { totalBytes - UInt64(count) }

  package mutating func append(_ bytes: Span<UInt8>) {
    totalBytes += UInt64(bytes.count)
    // Only the last `capacity` bytes can stay.
    let start = max(0, bytes.count - capacity)
    for index in start..<bytes.count {
      if ring.count < capacity {
        ring.append(bytes[index])
      } else {
        ring[end] = bytes[index]
      }
      end = end + 1 == capacity ? 0 : end + 1
    }
  }

  /// What is held, oldest byte first.
  package var bytes: [UInt8] {
    guard ring.count == capacity else { return ring }
    return Array(ring[end...]) + Array(ring[..<end])
  }
}
