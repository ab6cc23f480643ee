import JSON

/// One line's bytes, as a frame.
///
/// Newer minor versions of the protocol may add members to any object, and bodies: what this reader does not know is
/// passed over. A line that lacks what this version demands, or has it in another shape, is no frame.
enum FrameParser {
  static let limits = JSONLimits(
    maximumBytes: FrameEncoder.longestLine, maximumDepth: 16, maximumMembers: 512, maximumValues: 4096)

  /// The frame that a line without its line end is, if it is one.
  static func frame(_ line: [UInt8]) -> Frame? {
    if let frame = output(line.span) { return frame }
    guard line.first == UInt8(ascii: "{"), let root = try? JSONParser.parse(line, limits: limits) else { return nil }
    guard case .object(let members) = root.value else { return nil }
    guard let sequence = members.count("seq"), let time = members.value("t")?.microseconds else { return nil }
    guard let body = body(members) else { return nil }
    return Frame(sequence: UInt64(sequence), time: FrameTime(microseconds: time), body: body)
  }

  /// The one body that the members have.
  private static func body(_ members: [JSONMember]) -> FrameBody? {
    var found: FrameBody?
    var unknown: String?
    for member in members {
      guard let key = Key(member.name) else {
        if !member.name.hasSameBytes(as: "seq"), !member.name.hasSameBytes(as: "t"), unknown == nil {
          unknown = member.name
        }
        continue
      }
      guard found == nil, let body = body(key, member.node.value) else { return nil }
      found = body
    }
    if found == nil, let unknown { return .unknown(unknown) }
    return found
  }

  private static func body(_ key: Key, _ value: JSONValue) -> FrameBody? {
    switch key {
    case .start: start(value).map { .start($0) }
    case .stdout: value.string.map { .output(.stdout, Array($0.utf8)) }
    case .stderr: value.string.map { .output(.stderr, Array($0.utf8)) }
    case .stdoutBase64: value.base64.map { .output(.stdout, $0) }
    case .stderrBase64: value.base64.map { .output(.stderr, $0) }
    case .event: event(value).map { .event($0) }
    case .artifact: artifact(value).map { .artifact($0) }
    case .exit: exit(value).map { .exit($0) }
    }
  }

  private enum Key: CaseIterable {
    case start, stdout, stderr, stdoutBase64, stderrBase64, event, artifact, exit

    init?(_ name: String) {
      guard let key = Key.allCases.first(where: { name.hasSameBytes(as: $0.text) }) else { return nil }
      self = key
    }

    private var text: String {
      switch self {
      case .start: "start"
      case .stdout: "stdout"
      case .stderr: "stderr"
      case .stdoutBase64: "stdout_b64"
      case .stderrBase64: "stderr_b64"
      case .event: "event"
      case .artifact: "artifact"
      case .exit: "exit"
      }
    }
  }
}

// MARK: - Reading values

extension [JSONMember] {
  func value(_ name: String) -> JSONValue? {
    first { $0.name.hasSameBytes(as: name) }?.node.value
  }

  func string(_ name: String) -> String? { value(name)?.string }

  func integer(_ name: String) -> Int64? { value(name)?.integer }

  /// A number that counts something: no negative one.
  func count(_ name: String) -> Int64? {
    guard let count = integer(name), count >= 0 else { return nil }
    return count
  }

  /// Whether the frame is of a run that only checked the script.
  var isCheck: Bool { string("mode")?.hasSameBytes(as: StartFrame.checkMode) ?? false }

  /// A count that may be absent and is 0 then; nil if it is there and is none.
  func countIfPresent(_ name: String) -> Int64? {
    value(name) == nil ? 0 : count(name)
  }
}

extension JSONValue {
  var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var integer: Int64? {
    if case .number(let number) = self { return number.integer }
    return nil
  }

  var members: [JSONMember]? {
    if case .object(let members) = self { return members }
    return nil
  }

  var elements: [JSONNode]? {
    if case .array(let nodes) = self { return nodes }
    return nil
  }

  var base64: [UInt8]? {
    guard let string else { return nil }
    return Base64.decode(string.utf8.span)
  }

  /// A number of seconds without sign or exponent, in microseconds; digits beyond the sixth are cut off.
  var microseconds: UInt64? {
    guard case .number(let number) = self else { return nil }
    var result: UInt64 = 0
    var decimals = -1
    for byte in number.text.utf8 {
      if byte == UInt8(ascii: ".") {
        decimals = 0
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      if decimals == 6 { continue }
      if decimals >= 0 { decimals += 1 }
      let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      result = sum
    }
    for _ in max(decimals, 0)..<6 {
      let (tens, overflow) = result.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      result = tens
    }
    return result
  }

  /// The value as a field has it; nil for arrays, objects and numbers that are no integers.
  var field: FieldValue? {
    switch self {
    case .string(let text): .string(text)
    case .number(let number): number.integer.map { .integer($0) }
    case .bool(let value): .bool(value)
    case .null: .null
    case .array, .object: nil
    }
  }
}
