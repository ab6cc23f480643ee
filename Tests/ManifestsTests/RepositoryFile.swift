import Foundation

/// Files of the repository, by their paths from its top.
enum RepositoryFile {
  static func bytes(_ path: String) throws -> [UInt8] {
    let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: top.appendingPathComponent(path)))
  }
}
