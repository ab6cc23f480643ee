/// Which task this is, and the subjects that tell of it.
package struct TaskIdentity: Sendable {
  package let id: String

  /// - Parameter id: becomes a part of subjects, in which `.` separates and `*` and `>` match anything (NATS, "Subject-Based
  ///   Messaging"): another's messages could be forged with them.
  package init(_ id: String) throws(Refusal) {
    let isPlain = id.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isPlain, 1...128 ~= id.utf8.count else {
      throw Refusal(
        "TASK_ID: expected 1 to 128 letters, digits, - and _, found \(id.isEmpty ? "nothing" : Self.quoted(id))")
    }
    self.id = id
  }

  package var progressSubject: String { "bakerst.tasks.\(id).progress" }
  package var resultSubject: String { "bakerst.tasks.\(id).result" }

  /// Only what a terminal takes as it is.
  private static func quoted(_ text: String) -> String {
    let shown = text.utf8.prefix(60).map { 0x20...0x7E ~= $0 ? String(UnicodeScalar($0)) : "\\x" + hexadecimal($0) }
    return "\"" + shown.joined() + (text.utf8.count > 60 ? "…" : "") + "\""
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.utf8.count == 1 ? "0" + digits : digits
  }
}

/// Why a task cannot be run here: one sentence.
package struct Refusal: Error {
  package let message: String
  package init(_ message: String) { self.message = message }
}
