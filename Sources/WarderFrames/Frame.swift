/// One line of the log.
public struct Frame: Sendable, Hashable {
  /// Rises by one from frame to frame; the first is 0. A gap means that something was lost.
  public var sequence: UInt64
  /// When it was written.
  public var time: FrameTime
  /// What it says.
  public var body: FrameBody

  /// A frame by its parts.
  public init(sequence: UInt64, time: FrameTime, body: FrameBody) {
    self.sequence = sequence
    self.time = time
    self.body = body
  }
}

/// What a frame says.
public enum FrameBody: Sendable, Hashable {
  case start(StartFrame)
  /// Bytes that the script wrote, exactly.
  case output(OutputStream, [UInt8])
  case event(EventFrame)
  case artifact(ArtifactChunk)
  case exit(ExitFrame)
  /// A body that this reader does not know, by the name of its key: the frame comes from a newer Warder.
  case unknown(String)
}

extension FrameBody {
  /// The run that the frame is of, where it says so.
  var run: String? {
    switch self {
    case .start(let start): start.run
    case .exit(let exit): exit.run
    case .output, .event, .artifact, .unknown: nil
    }
  }
}

/// The script's two output streams.
public enum OutputStream: Sendable, Hashable, CaseIterable {
  case stdout
  case stderr
}

/// Something that happened while the script ran.
public struct EventFrame: Sendable, Hashable {
  /// What kind of event: `denied`, `heartbeat`, `truncated` and others. New kinds may appear at any time.
  public var type: String
  /// What else is to be said; no field is called `type`. In a frame at most `EventFrame.mostFields` are written.
  public var fields: [Field]

  /// An event of a kind.
  public init(_ type: String, _ fields: [Field] = []) {
    self.type = type
    self.fields = fields
  }

  /// The most fields that a frame has besides the type.
  public static let mostFields = 24
}

/// A part of a file that came back.
public struct ArtifactChunk: Sendable, Hashable {
  /// Which file.
  public var name: ArtifactName
  /// Where in the file the bytes belong.
  public var offset: Int64
  /// The part's contents.
  public var bytes: [UInt8]
  /// What the whole file is, in its last part; absent in the others.
  public var end: ArtifactEnd?

  /// A part of a file.
  public init(name: ArtifactName, offset: Int64, bytes: [UInt8], end: ArtifactEnd? = nil) {
    self.name = name
    self.offset = offset
    self.bytes = bytes
    self.end = end
  }
}

/// What the parts of a file must come to, put together.
public struct ArtifactEnd: Sendable, Hashable {
  /// The file's size.
  public var bytes: Int64
  /// SHA-256 of its contents, in lower-case hexadecimal.
  public var sha256: String

  /// A file's size and digest.
  public init(bytes: Int64, sha256: String) {
    self.bytes = bytes
    self.sha256 = sha256
  }
}
