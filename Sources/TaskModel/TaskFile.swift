/// The second layer: `task.json` in the task directory, which asks and cannot allow.
package enum TaskFile {
  /// The file's name in the task directory.
  package static let name = "task.json"
  /// The largest file that is read, in bytes.
  package static let longest = 1 << 20

  /// Reads the file. Only request keys may stand in it; an authority key is refused by its name.
  ///
  /// - Parameter path: the file's path, for messages.
  package static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> ParsedLayer {
    let document = Document(path: path, bytes: bytes)
    var layer = ParsedLayer(.taskFile)
    for member in try document.members() {
      layer.append(try document.setting(member, layer: .taskFile, "a task file"))
    }
    return layer
  }
}
