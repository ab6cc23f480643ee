import JSON

/// A line of the log files that docker's `json-file` driver writes:
/// `{"log":"text\n","stream":"stdout","time":"2026-11-21T09:00:00.123456789Z"}`.
///
/// Docker splits what a container writes at 16,384 bytes; a `log` without a line feed at its end is a part of a line, and
/// the next one of the same stream goes on with it (daemon/logger/copier.go and jsonfilelog of moby).
struct DockerLine {
  let stream: OutputStream
  /// Without its line end.
  let text: [UInt8]
  let isPartial: Bool

  /// The longest such line, near enough: each of 16,384 bytes can become an escape of six, and docker may add attributes.
  static let longest = 16_384 * 6 + 1024

  private static let beginning = #"{"log":"#
  private static let limits = JSONLimits(
    maximumBytes: longest, maximumDepth: 4, maximumMembers: 64, maximumValues: 256)

  init?(_ line: [UInt8]) {
    guard line.count <= Self.longest, line.starts(with: Self.beginning.utf8),
      let root = try? JSONParser.parse(line, limits: Self.limits), let members = root.value.members,
      let log = members.string("log"), members.string("time") != nil, let name = members.string("stream")
    else { return nil }
    if name.hasSameBytes(as: "stdout") {
      stream = .stdout
    } else if name.hasSameBytes(as: "stderr") {
      stream = .stderr
    } else {
      return nil
    }
    var text = Array(log.utf8)
    isPartial = text.last != UInt8(ascii: "\n")
    if !isPartial {
      text.removeLast()
      if text.last == UInt8(ascii: "\r") { text.removeLast() }
    }
    // Docker writes a line into each: what has more in it is none of its own.
    guard !text.contains(UInt8(ascii: "\n")) else { return nil }
    self.text = text
  }
}
