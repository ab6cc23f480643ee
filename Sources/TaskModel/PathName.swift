/// Checks on the text of paths; nothing here looks at a file system.
package enum PathName {
  /// The longest path that the kernel takes, without its NUL: PATH_MAX - 1, limits.h(0p).
  package static let longest = 4_095
  /// The longest component, NAME_MAX.
  package static let longestComponent = 255

  /// Whether every component between slashes is a proper name: none empty, `.` or `..`, none too long, no NUL.
  static func isPlain(_ path: [UInt8]) -> Bool {
    guard path.count <= longest, !path.contains(0) else { return false }
    for component in Text.pieces(of: path, separatedBy: ASCII.slash) {
      guard !component.isEmpty, component.count <= longestComponent, component != [ASCII.dot],
        component != [ASCII.dot, ASCII.dot]
      else { return false }
    }
    return true
  }

  /// Whether `path` names something inside the task directory: relative, plain, and without a component that begins with two
  /// dots. Kubernetes keeps such names for itself (`..data` and the timestamped directory that it points at).
  package static func isInsideTask(_ path: [UInt8]) -> Bool {
    guard isPlain(path) else { return false }
    return !Text.pieces(of: path, separatedBy: ASCII.slash).contains { isKubernetesOwn($0) }
  }

  /// Whether a name in a ConfigMap volume is one of Kubernetes' own links and directories.
  package static func isKubernetesOwn(_ name: [UInt8]) -> Bool {
    name.count >= 2 && name[0] == ASCII.dot && name[1] == ASCII.dot
  }

  /// What follows the last slash.
  package static func lastComponent(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: ASCII.slash) else { return path }
    return String(decoding: path.utf8[path.utf8.index(after: slash)...], as: UTF8.self)
  }

  /// Whether `path` is `directory` or lies beneath it. Both are absolute and plain, without a slash at the end (but `/`).
  package static func lies(_ path: [UInt8], within directory: [UInt8]) -> Bool {
    if directory == [ASCII.slash] { return true }
    guard path.count >= directory.count, path[..<directory.count] == directory[...] else { return false }
    return path.count == directory.count || path[directory.count] == ASCII.slash
  }
}
