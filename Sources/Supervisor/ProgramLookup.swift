internal import LinuxSystem
internal import TaskModel

/// Finds a runtime's program as a shell would.
enum ProgramLookup {
  /// The path of an executable regular file.
  /// - Parameters:
  ///   - name: with a "/" in it a path, taken as it is; else a name to be looked up.
  ///   - searchPath: directories separated by colons; relative ones are passed over, because the script's working
  ///     directory would be searched for them.
  static func find(_ name: String, in searchPath: String) throws(LaunchError) -> String {
    if name.utf8.contains(UInt8(ascii: "/")) {
      guard (try? Files.exists(name)) != false else {
        throw LaunchError("the runtime's program \(name) does not exist in this image")
      }
      return name
    }
    var start = searchPath.utf8.startIndex
    while start <= searchPath.utf8.endIndex {
      let end = searchPath.utf8[start...].firstIndex(of: UInt8(ascii: ":")) ?? searchPath.utf8.endIndex
      let directory = searchPath[start..<end]
      if directory.utf8.first == UInt8(ascii: "/") {
        let candidate = ("\(String(directory))/\(name)" as Words).text
        if Files.isExecutable(candidate) { return candidate }
      }
      guard end < searchPath.utf8.endIndex else { break }
      start = searchPath.utf8.index(after: end)
    }
    throw LaunchError(
      "the runtime's program \(name) was not found in this image (PATH is \(searchPath)); "
        + "install it, or name another runtime in the image's policy")
  }
}
