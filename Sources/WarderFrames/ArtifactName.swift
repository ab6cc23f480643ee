/// The name that the script gave a file, relative to its artifact directory: any bytes but none, exactly as they were.
/// It is data from an untrusted script: check it before using it as a path.
public struct ArtifactName: Sendable, Hashable {
  /// The name's bytes: at least one, at most `longest`.
  public let bytes: [UInt8]

  /// The longest name, PATH_MAX of Linux.
  public static let longest = 4096

  /// A name of given bytes.
  ///
  /// - Returns: nil for an empty name and for one longer than `longest`.
  public init?(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, bytes.count <= Self.longest else { return nil }
    self.bytes = bytes
  }

  /// The name for people, with U+FFFD for what is no UTF-8.
  public var text: String {
    String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the name can be used as a path beneath a directory: relative, every component a proper name (none empty, `.` or
  /// `..`, none above 255 bytes), UTF-8, and without control characters, which a terminal or a script that lists the
  /// directory would stumble over. It says nothing about what is there already: a link in the directory still leads
  /// elsewhere.
  public var isSafePath: Bool {
    guard String(validating: bytes, as: UTF8.self) != nil else { return false }
    var length = 0
    var dots = 0
    for byte in bytes + [UInt8(ascii: "/")] {
      switch byte {
      case UInt8(ascii: "/"):
        if length == 0 || length > 255 || dots == length && length <= 2 { return false }
        length = 0
        dots = 0
      case 0..<0x20, 0x7F: return false
      default:
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    return true
  }
}
