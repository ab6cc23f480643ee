/// Sixteen bytes looked at together. The operations are those of two 64-bit words side by side, which every processor
/// has as vector instructions and which Swift compiles to them in every mode (comparisons of vectors of bytes come out
/// as loops, measured at 60 MB/s); a property of a byte is a mark in its top bit, the other bits mean nothing.
typealias ByteBlock = SIMD2<UInt64>

extension ByteBlock {
  /// The same byte sixteen times.
  @inline(__always)
  init(each byte: UInt8) {
    self.init(repeating: UInt64(byte) &* 0x0101_0101_0101_0101)
  }

  /// Moves each byte's bits up: its bit `7 - bits` becomes its mark.
  @inline(__always)
  func raised(_ bits: UInt64) -> ByteBlock {
    self &<< ByteBlock(repeating: bits)
  }

  /// Whether any byte is marked.
  @inline(__always)
  var isMarked: Bool {
    (x | y) & 0x8080_8080_8080_8080 != 0
  }

  /// The number of the first marked byte, 0–15, if any is.
  @inline(__always)
  var firstMark: Int {
    let low = UInt64(littleEndian: x) & 0x8080_8080_8080_8080
    let high = UInt64(littleEndian: y) & 0x8080_8080_8080_8080
    return low != 0 ? low.trailingZeroBitCount >> 3 : 8 + high.trailingZeroBitCount >> 3
  }
}
