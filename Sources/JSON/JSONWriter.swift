/// Writes JSON into a buffer that can be used again and again. Commas and colons are its business; that every object
/// and array is closed, and that every member has a name, is the caller's.
package struct JSONWriter: Sendable {
  /// What was written so far.
  package var bytes: [UInt8]

  /// Whether the next element needs a comma before it.
  private var followsElement = false
  private var followsKey = false
  private var depth = 0
  private let isIndented: Bool

  /// - Parameters:
  ///   - bytes: what to append to, left as it is; handing over a buffer keeps its capacity in use.
  ///   - indented: a line for every element, two spaces a level, for people; else no white space at all.
  package init(appendingTo bytes: [UInt8] = [], indented: Bool = false) {
    self.bytes = bytes
    isIndented = indented
  }

  /// Gives the buffer back and leaves an empty one, so that nobody holds it twice and has to copy it.
  package mutating func takeBytes() -> [UInt8] {
    let taken = bytes
    bytes = []
    return taken
  }

  // MARK: - Containers

  package mutating func beginObject() { begin(UInt8(ascii: "{")) }

  package mutating func endObject() { end(UInt8(ascii: "}")) }

  package mutating func beginArray() { begin(UInt8(ascii: "[")) }

  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// The name of the member whose value comes next.
  package mutating func key(_ name: String) {
    string(name)
    bytes.append(UInt8(ascii: ":"))
    if isIndented { bytes.append(UInt8(ascii: " ")) }
    followsElement = false
    followsKey = true
  }

  /// The name of the member whose value comes next.
  package mutating func key(_ name: StaticString) { key(name.description) }

  // MARK: - Values

  package mutating func null() { raw("null") }

  package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  package mutating func integer(_ value: Int64) {
    separate()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.appendDecimal(value.magnitude)
  }

  package mutating func integer(_ value: Int) { integer(Int64(value)) }

  package mutating func unsigned(_ value: UInt64) {
    separate()
    bytes.appendDecimal(value)
  }

  /// A string, whole.
  package mutating func string(_ text: String) {
    string(utf8: text.utf8.span)
  }

  /// A string given as bytes that are known to be valid UTF-8.
  package mutating func string(utf8 text: Span<UInt8>) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    _ = JSONEscape.append(text, room: text.count * JSONEscape.longest, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }

  /// A string whose escaped form, without its quotes, has at most `room` bytes: what does not fit is cut off at a
  /// character's end and `…` stands for it.
  package mutating func string(_ text: String, room: Int) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    let start = bytes.count
    let span = text.utf8.span
    if JSONEscape.append(span, room: room, to: &bytes) < span.count {
      bytes.removeLast(bytes.count - start)
      _ = JSONEscape.append(span, room: max(0, room - Self.ellipsis.utf8.count), to: &bytes)
      bytes.append(contentsOf: Self.ellipsis.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let ellipsis = "…"

  /// A value that is JSON already.
  package mutating func raw(_ json: String) {
    separate()
    bytes.append(contentsOf: json.utf8)
  }

  // MARK: - Separators

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    followsElement = false
    depth += 1
  }

  private mutating func end(_ bracket: UInt8) {
    depth -= 1
    if followsElement { newLine() }
    bytes.append(bracket)
    followsElement = true
  }

  /// What comes before an element: nothing, a comma, a line's beginning.
  private mutating func separate() {
    if followsKey {
      followsKey = false
    } else {
      if followsElement { bytes.append(UInt8(ascii: ",")) }
      if depth > 0 { newLine() }
    }
    followsElement = true
  }

  private mutating func newLine() {
    guard isIndented else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }
}

extension [UInt8] {
  /// Appends a number in decimal digits.
  package mutating func appendDecimal(_ value: UInt64) {
    let start = count
    var rest = value
    repeat {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest != 0
    self[start...].reverse()
  }

  /// Appends the last `digits` decimal digits of a number, zeros in front.
  package mutating func appendDecimal(_ value: UInt64, digits: Int) {
    let start = count
    var rest = value
    for _ in 0..<digits {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    self[start...].reverse()
  }
}
