/// A file that came back.
public struct Artifact: Sendable, Hashable {
  /// The name that the script gave it: data, to be checked before it is used as a path (`ArtifactName.isSafePath`).
  public let name: ArtifactName
  /// The contents, up to the first gap.
  public internal(set) var bytes: [UInt8] = []
  /// Whether a part is missing that another one should have followed, or parts overlap.
  public internal(set) var hasGap = false
  /// What the log says that the file is; absent where its last part is missing.
  public internal(set) var end: ArtifactEnd?
  /// Whether the contents have the size and the digest that the log says.
  public internal(set) var isComplete = false

  /// Whether the end is there and the contents are not what it says, though no part is missing.
  var isDamaged: Bool { end != nil && !hasGap && !isComplete }

  fileprivate init(_ name: ArtifactName) {
    self.name = name
  }

  fileprivate mutating func add(_ chunk: ArtifactChunk) {
    guard !hasGap, end == nil, chunk.offset == Int64(bytes.count) else {
      hasGap = true
      isComplete = false
      return
    }
    bytes += chunk.bytes
    guard let end = chunk.end else { return }
    self.end = end
    isComplete =
      end.bytes == Int64(bytes.count) && SHA256Digest.hexadecimal(of: bytes).utf8.elementsEqual(end.sha256.utf8)
  }
}

/// Puts the parts of files together.
struct ArtifactCollector {
  private(set) var artifacts: [Artifact] = []
  private var indexByName: [ArtifactName: Int] = [:]

  mutating func add(_ chunk: ArtifactChunk) {
    let index = indexByName[chunk.name] ?? artifacts.count
    if index == artifacts.count {
      indexByName[chunk.name] = index
      artifacts.append(Artifact(chunk.name))
    }
    artifacts[index].add(chunk)
  }
}
