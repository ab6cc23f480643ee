internal import CMessageDigest

/// SHA-256 (FIPS 180-4), by libmd: the BSDs' implementation, which Debian ships as a static archive.
package struct SHA256 {
  private var context = SHA2_CTX()

  package init() {
    unsafe SHA256Init(&context)
  }

  /// Takes more bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe SHA256Update(&context, $0.baseAddress, $0.count) }
  }

  /// The digest, 32 bytes; nothing may be added afterwards.
  package mutating func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe digest.withUnsafeMutableBufferPointer { unsafe SHA256Final($0.baseAddress, &context) }
    return digest
  }

  /// The digest of `bytes`: 32 bytes.
  package static func digest(of bytes: [UInt8]) -> [UInt8] {
    var digest = SHA256()
    digest.update(bytes.span)
    return digest.finish()
  }

  /// The digest of `bytes` as 64 lower-case hexadecimal digits.
  package static func hexadecimal(of bytes: [UInt8]) -> String { hexadecimal(digest(of: bytes)) }

  /// A digest as 64 lower-case hexadecimal digits.
  package static func hexadecimal(_ digest: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in digest { appendHexadecimal(byte, to: &text) }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Two lower-case digits.
package func appendHexadecimal(_ byte: UInt8, to text: inout [UInt8]) {
  for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
}
