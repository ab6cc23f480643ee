import Foundation
import TestSupport

/// The size of a picture in the Portable Network Graphics format (ISO/IEC 15948), of which signature, order, lengths and
/// checksums of all chunks were found right.
struct PNG: Equatable {
  let width: UInt32
  let height: UInt32

  init(width: UInt32, height: UInt32) {
    self.width = width
    self.height = height
  }

  init(_ data: Data) throws {
    let bytes = [UInt8](data)
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw TestSupportError("this is no PNG: \(bytes.prefix(8))")
    }
    var kinds: [String] = []
    var size: (UInt32, UInt32)?
    var position = 8
    while position < bytes.count {
      guard bytes.count - position >= 12 else { throw TestSupportError("a chunk is cut off at \(position)") }
      let length = Int(Self.number(bytes, position))
      guard bytes.count - position >= 12 + length else { throw TestSupportError("a chunk is cut off at \(position)") }
      let checked = bytes[(position + 4)..<(position + 8 + length)]
      guard Self.checksum(checked) == Self.number(bytes, position + 8 + length) else {
        throw TestSupportError("the checksum of the chunk at \(position) is wrong")
      }
      kinds.append(String(decoding: checked.prefix(4), as: UTF8.self))
      if kinds == ["IHDR"] { size = (Self.number(bytes, position + 8), Self.number(bytes, position + 12)) }
      position += 12 + length
    }
    guard let size, kinds.contains("IDAT"), kinds.last == "IEND" else {
      throw TestSupportError("these chunks make no picture: \(kinds)")
    }
    self.init(width: size.0, height: size.1)
  }

  /// Four bytes, the highest first.
  private static func number(_ bytes: [UInt8], _ position: Int) -> UInt32 {
    bytes[position..<(position + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// CRC-32 as in annex D of the standard.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }
}
