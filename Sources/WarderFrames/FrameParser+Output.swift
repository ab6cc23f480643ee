internal import CScan
import JSON

/// Frames of output in exactly the form in which `FrameEncoder` writes them: `{"seq":5,"t":1.000042,"stdout":"text"}`.
///
/// They are nearly all of a log. What has this form means the same to the parser of JSON, which takes everything else: other
/// members, other white space, pairs of surrogates.
extension FrameParser {
  /// The frame that a line without its line end is, or nil where the parser of JSON has to say.
  static func output(_ line: Span<UInt8>) -> Frame? {
    guard line.count <= limits.maximumBytes else { return nil }
    var cursor = Cursor()
    guard cursor.skip(#"{"seq":"#, in: line), let sequence = cursor.number(in: line),
      cursor.skip(#","t":"#, in: line), let seconds = cursor.number(in: line),
      cursor.skip(".", in: line), let microseconds = cursor.sixDigits(in: line), cursor.skip(#","std"#, in: line)
    else { return nil }
    let stream: OutputStream
    if cursor.skip(#"out":""#, in: line) {
      stream = .stdout
    } else if cursor.skip(#"err":""#, in: line) {
      stream = .stderr
    } else {
      return nil
    }
    let start = cursor.index
    cursor.index = line.count - 2
    guard start <= cursor.index, cursor.skip(#""}"#, in: line),
      let bytes = string(line.extracting(start..<line.count - 2))
    else { return nil }
    let time = FrameTime(microseconds: seconds * 1_000_000 + microseconds)
    return Frame(sequence: sequence, time: time, body: .output(stream, bytes))
  }

  /// What the inside of a JSON string stands for.
  private static func string(_ text: Span<UInt8>) -> [UInt8]? {
    guard UTF8Scan(text).end == text.count else { return nil }
    var bytes: [UInt8] = []
    var isWhole = text.count == 0
    bytes.append(addingCapacity: text.count) { free in
      // Safe: what the count takes in was stored, and the function in C stores no more than it reads.
      unsafe free.withUnsafeMutableBufferPointer { target, initializedCount in
        unsafe text.withUnsafeBufferPointer { source in
          guard let first = source.baseAddress, let target = target.baseAddress else { return }
          isWhole = unsafe cs_unescape(first, source.count, target, &initializedCount) == source.count
        }
      }
    }
    return isWhole ? bytes : nil
  }

  /// Where in the line the reading is. Numbers are those that JSON allows, and so short that nothing overflows.
  private struct Cursor {
    var index = 0

    mutating func skip(_ text: StaticString, in line: Span<UInt8>) -> Bool {
      let count = text.utf8CodeUnitCount
      guard line.count - index >= count else { return false }
      for offset in 0..<count where unsafe line[index + offset] != text.utf8Start[offset] { return false }
      index += count
      return true
    }

    mutating func number(in line: Span<UInt8>) -> UInt64? {
      let start = index
      let value = digits(atMost: 12, in: line)
      let count = index - start
      return count == 0 || count > 1 && line[start] == UInt8(ascii: "0") ? nil : value
    }

    mutating func sixDigits(in line: Span<UInt8>) -> UInt64? {
      let start = index
      let value = digits(atMost: 6, in: line)
      return index - start == 6 ? value : nil
    }

    private mutating func digits(atMost most: Int, in line: Span<UInt8>) -> UInt64 {
      var value: UInt64 = 0
      let end = min(line.count, index + most)
      while index < end, line[index] >= UInt8(ascii: "0"), line[index] <= UInt8(ascii: "9") {
        value = value * 10 + UInt64(line[index] - UInt8(ascii: "0"))
        index += 1
      }
      return value
    }
  }
}
