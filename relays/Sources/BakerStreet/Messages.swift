internal import JSON

/// What is published while a task runs: `TaskProgress` in Baker Street's packages/shared/src/types.ts, with members besides.
package struct ProgressMessage: Sendable {
  package enum Kind: String, Sendable { case log, milestone }

  package var kind: Kind
  package var message: String
  /// Of a log the stream, of a milestone what is behind it.
  package var detail: String?
  /// The frame's number; a gap means that something was left out.
  package var sequence: UInt64?
  /// The output exactly, where it is no UTF-8 and `message` has U+FFFD in its place.
  package var exactBytes: [UInt8]?

  package init(
    _ kind: Kind, _ message: String, detail: String? = nil, sequence: UInt64? = nil, exactBytes: [UInt8]? = nil
  ) {
    self.kind = kind
    self.message = message
    self.detail = detail
    self.sequence = sequence
    self.exactBytes = exactBytes
  }

  package func json(task: String, timestamp: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("taskId", task)
    writer.member("timestamp", timestamp)
    writer.member("type", kind.rawValue)
    writer.member("message", message)
    if let detail { writer.member("detail", detail) }
    if let sequence {
      writer.key("seq")
      writer.unsigned(sequence)
    }
    if let exactBytes { writer.member("b64", Base64Text.encode(exactBytes)) }
    writer.endObject()
    return writer.bytes
  }
}

/// What is published at the end, once: `TaskResult` in the same place.
package struct ResultMessage: Sendable {
  package enum Status: String, Sendable { case completed, failed, timeout }

  package var status: Status
  package var result: String?
  package var error: String?
  package var durationMilliseconds: Int64 = 0
  package var filesChanged: [String] = []
  /// The verdict's own words, see docs/log-format.md.
  package var reason: String
  package var exitCode: Int64?
  /// How often the connection was lost, and the messages that found no room meanwhile.
  package var interruptions = 0
  package var leftOutMessages = 0

  package init(_ status: Status, reason: String, error: String? = nil) {
    self.status = status
    self.reason = reason
    self.error = error
  }

  package func json(task: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("taskId", task)
    writer.member("status", status.rawValue)
    if let result { writer.member("result", result) }
    if let error { writer.member("error", error) }
    writer.key("durationMs")
    writer.integer(durationMilliseconds)
    writer.key("filesChanged")
    writer.beginArray()
    for file in filesChanged { writer.string(file) }
    writer.endArray()
    writer.member("reason", reason)
    if let exitCode {
      writer.key("exitCode")
      writer.integer(exitCode)
    }
    if interruptions > 0 {
      writer.key("interruptions")
      writer.integer(interruptions)
    }
    if leftOutMessages > 0 {
      writer.key("leftOutMessages")
      writer.integer(leftOutMessages)
    }
    writer.endObject()
    return writer.bytes
  }

  /// The same in a message that the server takes: the beginning of long output is left out, and it is said how much.
  package func json(task: String, limit: Int) -> [UInt8] {
    var shorter = self
    var bytes = shorter.json(task: task)
    var kept = Array((result ?? "").utf8)
    let whole = kept.count
    while bytes.count > limit {
      if kept.count > 64 {
        kept.removeFirst(kept.count / 2 + 1)
        // Not within a character.
        while let first = kept.first, first & 0xC0 == 0x80 { kept.removeFirst() }
        shorter.result = "[\(whole - kept.count) bytes left out]\n" + String(decoding: kept, as: UTF8.self)
      } else if !shorter.filesChanged.isEmpty {
        shorter.filesChanged.removeLast(shorter.filesChanged.count / 2 + 1)
      } else {
        shorter.result = nil
        shorter.error = shorter.error.map { String(decoding: $0.utf8.prefix(200), as: UTF8.self) }
        return shorter.json(task: task)
      }
      bytes = shorter.json(task: task)
    }
    return bytes
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: StaticString, _ value: String) {
    key(name)
    string(value)
  }
}

/// RFC 4648, with padding.
enum Base64Text {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let group = (0..<3).map { index + $0 < bytes.count ? UInt32(bytes[index + $0]) : 0 }
      let word = group[0] << 16 | group[1] << 8 | group[2]
      for place in 0..<4 {
        let isPadding = index + place > bytes.count
        text.append(isPadding ? UInt8(ascii: "=") : digits[Int(word >> (18 - 6 * UInt32(place)) & 63)])
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }
}
