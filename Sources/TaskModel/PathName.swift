/// Checks on the text of paths; nothing here looks at a file system.
package enum PathName {
  /// The longest path that the kernel takes, without its NUL: PATH_MAX - 1, limits.h(0p).
  package static let longest = 4_095
  /// The longest component, NAME_MAX.
  package static let longestComponent = 255

  /// Whether every component between slashes is a proper name: none empty, `.` or `..`, none too long, no NUL.
  @inline(never)
  static func isPlain(_ path: [UInt8]) -> Bool {
    isPlain(path, from: 0)
  }

  /// Asked of every path that a script may use: nothing is allocated.
  private static func isPlain(_ path: [UInt8], from start: Int) -> Bool {
    if path.count - start > longest { return false }
    var length = 0
    var dots = 0
    for index in start...path.count {
      let byte = index < path.count ? path[index] : ASCII.slash
      if byte == 0 { return false }
      if byte == ASCII.slash {
        if length == 0 || length > longestComponent || length == dots && dots <= 2 { return false }
        length = 0
        dots = 0
      } else {
        length += 1
        if byte == ASCII.dot { dots += 1 }
      }
    }
    return true
  }

  /// Whether `path` begins at the root and is plain from there.
  package static func isPlainAbsolute(_ path: [UInt8]) -> Bool {
    path.first == ASCII.slash && isPlain(path, from: 1)
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

  /// Whether `path` is absolute, plain and of one component.
  package static func isAtRoot(_ path: [UInt8]) -> Bool {
    path.lastIndex(of: ASCII.slash) == 0 && isPlain(path, from: 1)
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
