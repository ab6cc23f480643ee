/// Makes a script's output harmless for a terminal.
///
/// Escape sequences can retitle a window, answer questions into the keyboard's queue, or hide lines; C1 controls
/// (U+0080–U+009F) are escape sequences of one character; bidirectional overrides make text read otherwise than it is
/// (CVE-2021-42574). Each becomes visible text; tab and newline stay.
package enum TerminalText {
  /// The bytes as text that a terminal shows and does not obey.
  package static func neutralized(_ bytes: [UInt8]) -> [UInt8] {
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count)
    // What is no UTF-8 becomes U+FFFD: a terminal would guess at it.
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if isHarmless(scalar) {
        shown.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else {
        shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
      }
    }
    return shown
  }

  /// A text as one line: a name with a newline in it must not make a line of its own.
  package static func oneLine(_ text: String) -> String {
    String(decoding: neutralized(Array(text.utf8)), as: UTF8.self).replacing("\n", with: "\\n")
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: true
    case 0x00...0x1F, 0x7F...0x9F: false
    // Marks, embeddings, overrides and isolates of the bidirectional algorithm; line and paragraph separators.
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: false
    default: true
    }
  }
}
