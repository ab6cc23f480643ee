internal import JSON

/// Where the directory lies whose files come back: a path relative to one of the two places that every script may write to.
///
/// Nothing else is allowed: what a script cannot write to holds somebody else's files, and those must not come back.
package struct ArtifactLocation: Sendable, Equatable {
  package enum Base: UInt8, Sendable {
    /// The fresh directory that the script runs in.
    case workDirectory
    case temporaryDirectory
  }

  package let base: Base
  /// At least one component, none of them empty, `.` or `..`.
  package let components: [[UInt8]]

  /// The variable that tells the script the directory's path.
  package static let variable = "WARDER_ARTIFACTS"

  private static let temporaryPrefix = "/tmp/"
  private static let off = "off"

  /// The location that a value of the key `artifacts` names; nil for `off`, and for what is no such value.
  init?(_ text: String) {
    guard !text.hasSameBytes(as: Self.off), let (base, path) = Self.parts(of: text) else { return nil }
    self.base = base
    components = path.pieces(separatedBy: ASCII.slash)
  }

  static func isValid(_ text: String) -> Bool {
    text.hasSameBytes(as: off) || parts(of: text) != nil
  }

  /// The directory's absolute path.
  package func path(workDirectory: String, temporaryDirectory: String) -> String {
    let parent = base == .workDirectory ? workDirectory : temporaryDirectory
    return parent + "/" + relativePath
  }

  /// The path below its base.
  package var relativePath: String {
    Text.joined(components.map { String(repairing: $0) }, "/")
  }

  private static func parts(of text: String) -> (Base, [UInt8])? {
    let bytes = text.bytes
    let isBeneathTemporary = bytes.begin(with: temporaryPrefix)
    let path = isBeneathTemporary ? bytes.part(temporaryPrefix.utf8.count, bytes.count) : bytes
    // An absolute path that lies elsewhere begins with an empty component.
    guard PathName.isPlain(path), !path.containControls() else { return nil }
    return (isBeneathTemporary ? .temporaryDirectory : .workDirectory, path)
  }
}
