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
    var start = max(0, bytes.count - capacity)
    // In pieces that end where the ring does: a fifth of the time under a flood went into single bytes.
    while start < bytes.count {
      let count = min(bytes.count - start, capacity - end)
      put(bytes.extracting(start..<start + count))
      start += count
      end = end + count == capacity ? 0 : end + count
    }
  }

  /// Stores what fits before the ring's end. As raw memory: Embedded Swift makes a loop over bytes of anything else, which
  /// was a tenth of the time under a flood.
  private mutating func put(_ bytes: Span<UInt8>) {
    // Safe: both ends lie in what the caller measured, and two arrays never overlap.
    unsafe bytes.withUnsafeBytes { source in
      if ring.count < capacity {
        ring.append(addingCapacity: source.count) { free in
          unsafe free.withUnsafeMutableBufferPointer { target, initializedCount in
            unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
            initializedCount = source.count
          }
        }
        return
      }
      unsafe ring.withUnsafeMutableBytes { ring in
        unsafe UnsafeMutableRawBufferPointer(rebasing: ring[end...]).copyMemory(from: source)
      }
    }
  }

  /// What is held, oldest byte first.
  package var bytes: [UInt8] {
    guard ring.count == capacity else { return ring }
    return Array(ring[end...]) + Array(ring[..<end])
  }
}
