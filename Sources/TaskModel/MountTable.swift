/// A line of mountinfo that cannot be read.
package struct MountTableError: Error, Sendable {
  /// From 1.
  package let line: Int

  package var message: String { ("line \(line) of mountinfo has no mount point" as Words).text }
}

/// What is mounted where, from `/proc/self/mountinfo`, proc_pid_mountinfo(5).
package struct MountTable: Sendable {
  /// Mount points, absolute, in the order of the file.
  package let mountPoints: [[UInt8]]

  package init(mountPoints: [[UInt8]]) {
    self.mountPoints = mountPoints
  }

  /// Reads the file's text: the fifth field of each line, in which space, tab, newline, backslash and `#` stand as three octal
  /// digits after a backslash (`\040`).
  package static func parse(_ bytes: [UInt8]) throws(MountTableError) -> MountTable {
    var mountPoints: [[UInt8]] = []
    var line = 1
    var field = 0
    var start = 0
    var index = -1
    while index < bytes.count {
      index += 1
      let byte = index < bytes.count ? bytes[index] : ASCII.newline
      // What follows the mount point is most of the line, and says nothing here.
      guard byte == ASCII.newline || field < 5 && byte == ASCII.space else { continue }
      if field == 4 {
        let mountPoint = unescaped(bytes[start..<index])
        guard mountPoint.first == ASCII.slash else { throw MountTableError(line: line) }
        mountPoints.append(mountPoint)
      }
      field += 1
      if byte == ASCII.newline {
        let isLast = index == bytes.count && index == start && field == 1
        guard field > 4 || isLast else { throw MountTableError(line: line) }
        line += 1
        field = 0
      }
      start = index + 1
    }
    return MountTable(mountPoints: mountPoints)
  }

  private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
    var result: [UInt8] = []
    var index = field.startIndex
    while index < field.endIndex {
      let byte = field[index]
      if byte == UInt8(ascii: "\\"), let value = octal(field, after: index) {
        result.append(value)
        index += 4
      } else {
        result.append(byte)
        index += 1
      }
    }
    return result
  }

  private static func octal(_ field: ArraySlice<UInt8>, after backslash: Int) -> UInt8? {
    guard backslash + 3 < field.endIndex else { return nil }
    var value = 0
    for index in (backslash + 1)...(backslash + 3) {
      guard UInt8(ascii: "0")...UInt8(ascii: "7") ~= field[index] else { return nil }
      value = value * 8 + Int(field[index] - ASCII.zero)
    }
    return UInt8(exactly: value)
  }
}

/// How a directory can be opened to the script without opening what somebody mounted in it.
package enum MountCoverage: Sendable {
  /// One Landlock rule on the path: nothing foreign is mounted beneath it.
  case whole
  /// No rule: the path itself is a foreign mount.
  case leaveOut
  /// A rule on the path would open a foreign mount beneath it: look at each entry instead.
  case enumerate
}

extension MountTable {
  /// Mount points in which the kubelet or a container engine puts what the script may know: name resolution, and on engines
  /// that invent an account for a random uid, the list of accounts.
  package static let knownSafe = [
    "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/passwd", "/etc/group",
  ]

  private static func isKnownSafe(_ mountPoint: [UInt8]) -> Bool {
    for path in knownSafe where mountPoint.areBytes(of: path) { return true }
    return false
  }

  /// How to open `path`.
  ///
  /// A Landlock rule holds for everything beneath its directory, mounts included: a plain rule on `/etc` opens a Secret
  /// mounted at `/etc/db-credentials`. Where the answer is `enumerate`, ask again for each entry of the directory, with
  /// `acceptsMountHere` false; symbolic links among them need no rule of their own.
  ///
  /// - Parameters:
  ///   - path: absolute, with its symbolic links resolved, without a slash at its end.
  ///   - acceptsMountHere: whether `path` may be a mount point itself, because it was meant by its name.
  package func coverage(of path: [UInt8], acceptsMountHere: Bool) -> MountCoverage {
    var coverage = MountCoverage.whole
    for mountPoint in mountPoints where PathName.lies(mountPoint, within: path) {
      if Self.isKnownSafe(mountPoint) { continue }
      if mountPoint == path {
        if !acceptsMountHere { return .leaveOut }
      } else {
        coverage = .enumerate
      }
    }
    return coverage
  }
}
