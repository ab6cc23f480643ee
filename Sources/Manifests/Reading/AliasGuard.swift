/// Refuses what the YAML parser would unfold by itself: it compares the names of each map, and a name that is an alias of
/// aliases of aliases takes for ever (Yams 6.2, `checkDuplicates`). Values are unfolded by us, and counted.
///
/// By the look of it, before it is parsed: many anchors, and a name that is not a plain word. Nobody writes such a manifest; a
/// script in one that looks so can be given as binaryData.
enum AliasGuard {
  private static let mostAnchors = 16

  static func looksLikeBomb(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.contains(UInt8(ascii: "*")) else { return false }
    var anchors = 0
    var hasOddName = false
    for index in bytes.indices where startsToken(bytes, index) {
      switch bytes[index] {
      case UInt8(ascii: "&") where isWord(bytes, index + 1): anchors += 1
      case UInt8(ascii: "?") where isBlank(bytes, index + 1): hasOddName = true
      case UInt8(ascii: "*") where isWord(bytes, index + 1):
        var end = index + 1
        while isWord(bytes, end) { end += 1 }
        while end < bytes.count, bytes[end] == 0x20 { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: ":") { hasOddName = true }
      default: break
      }
      if anchors > mostAnchors, hasOddName { return true }
    }
    return anchors > mostAnchors && (hasOddName || hasFlowName(bytes))
  }

  /// `]:`, `] :`, `}:` and `} :` end a name that is a list or a map.
  private static func hasFlowName(_ bytes: [UInt8]) -> Bool {
    for index in bytes.indices where bytes[index] == UInt8(ascii: "]") || bytes[index] == UInt8(ascii: "}") {
      var end = index + 1
      while end < bytes.count, bytes[end] == 0x20 { end += 1 }
      if end < bytes.count, bytes[end] == UInt8(ascii: ":") { return true }
    }
    return false
  }

  private static func startsToken(_ bytes: [UInt8], _ index: Int) -> Bool {
    index == 0 || [0x20, 0x0A, 0x09, 0x5B, 0x7B, 0x2C].contains(bytes[index - 1])
  }

  private static func isWord(_ bytes: [UInt8], _ index: Int) -> Bool {
    guard index < bytes.count else { return false }
    let byte = bytes[index]
    return 0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte || byte == 0x5F || byte == 0x2D
  }

  private static func isBlank(_ bytes: [UInt8], _ index: Int) -> Bool {
    index >= bytes.count || [0x20, 0x0A, 0x09].contains(bytes[index])
  }
}
