internal import LinuxSystem
internal import WarderFrames

/// One file on its way into the log: the one place through which the names and the bytes of files pass.
///
/// Secrets are replaced in both before anything else: offsets, size and digest are of what the log has.
struct ArtifactWriter {
  private let name: ArtifactName
  /// Nil where nothing is secret.
  private var redactor: StreamRedactor?
  private var digest = SHA256()
  /// What is not in a frame yet: the last part must bear the digest, so something is always kept back.
  private var pending: [UInt8] = []
  /// Where `pending` begins in the file.
  private var offset: Int64 = 0

  init(_ name: ArtifactName, _ redaction: Redaction) {
    self.name = ArtifactName(redaction.bytes(name.bytes)) ?? name
    redactor = redaction.makeStream()
  }

  /// The bytes that the log has, or will have with what is pending.
  var size: Int64 { offset + Int64(pending.count) }

  mutating func append(_ bytes: Span<UInt8>, log: inout FrameLog) {
    guard redactor != nil else { return add(bytes, log: &log) }
    var clean: [UInt8] = []
    redactor?.feed(bytes, into: &clean)
    add(clean.span, log: &log)
  }

  private mutating func add(_ bytes: Span<UInt8>, log: inout FrameLog) {
    digest.update(bytes)
    for index in bytes.indices { pending.append(bytes[index]) }
    // As many whole lines as there are, and never all of it.
    while pending.count > FrameEncoder.longestLine { write(end: nil, log: &log) }
  }

  /// Writes what is left, with size and digest of the whole.
  mutating func finish(log: inout FrameLog) {
    var clean: [UInt8] = []
    redactor?.finish(into: &clean)
    add(clean.span, log: &log)
    let end = ArtifactEnd(bytes: size, sha256: SHA256.hexadecimal(digest.finish()))
    repeat { write(end: end, log: &log) } while !pending.isEmpty
  }

  private mutating func write(end: ArtifactEnd?, log: inout FrameLog) {
    let taken = log.write(name, offset: offset, pending.span, end: end, at: .now)
    pending.removeFirst(taken)
    offset += Int64(taken)
  }
}
