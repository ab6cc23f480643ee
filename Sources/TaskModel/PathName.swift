/// Checks on the text of paths; nothing here looks at a file system.
package enum PathName {
  /// The longest path that the kernel takes, without its NUL: PATH_MAX - 1, limits.h(0p).
  package static let longest = 4_095
  /// The longest component, NAME_MAX.
  package static let longestComponent = 255

  /// Whether every component between slashes is a proper name: none empty, `.` or `..`, none too long, no NUL.
  @inline(never)
  static func isPlain(_ path: [UInt8]) -> Bool {
    if path.count > longest || path.contains(0) { return false }
    for component in path.pieces(separatedBy: ASCII.slash) {
      if component.isEmpty || component.count > longestComponent { return false }
      if component.areBytes(of: ".") || component.areBytes(of: "..") { return false }
    }
    return true
  }

  /// Whether `path` begins at the root and is plain from there.
  package static func isPlainAbsolute(_ path: [UInt8]) -> Bool {
    path.first == ASCII.slash && isPlain(path.part(1, path.count))
  }

  /// Whether `path` names something inside the task directory: relative, plain, and without a component that begins with two
  /// dots. Kubernetes keeps such names for itself (`..data` and the timestamped directory that it points at).
  package static func isInsideTask(_ path: [UInt8]) -> Bool {
    guard isPlain(path) else { return false }
    for component in path.pieces(separatedBy: ASCII.slash) where isKubernetesOwn(component) { return false }
    return true
  }

  /// Whether a name in a ConfigMap volume is one of Kubernetes' own links and directories.
  package static func isKubernetesOwn(_ name: [UInt8]) -> Bool {
    name.begin(with: "..")
  }

  /// What follows the last slash.
  @inline(never)
  package static func lastComponent(_ path: String) -> String {
    String(repairing: path.bytes.pieces(separatedBy: ASCII.slash).last ?? [])
  }

  /// Whether `path` is `directory` or lies beneath it. Both are absolute and plain, without a slash at the end (but `/`).
  @inline(never)
  package static func lies(_ path: [UInt8], within directory: [UInt8]) -> Bool {
    if directory.count == 1, directory[0] == ASCII.slash { return true }
    guard path.count >= directory.count else { return false }
    for index in directory.indices where path[index] != directory[index] { return false }
    return path.count == directory.count || path[directory.count] == ASCII.slash
  }
}
