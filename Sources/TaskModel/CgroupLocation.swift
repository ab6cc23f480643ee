/// Where the files of the calling process's own cgroup are, see cgroups(7).
///
/// Inside of a container what is mounted at `/sys/fs/cgroup` mostly is the container's own cgroup; outside it is the root of
/// all. The mount table says which one a mount shows, `/proc/self/cgroup` which one the process is in.
package struct CgroupLocation: Sendable {
  package enum Version: Sendable { case v1, v2 }

  package let version: Version
  /// The directory of the own cgroup.
  package let directory: String
  /// The directory of the highest cgroup that can be seen: a prefix of `directory`.
  package let top: String

  /// The own directory and those above it, up to the highest that can be seen.
  package var directories: [String] {
    var directories = [directory]
    var bytes = directory.bytes
    while bytes.count > top.utf8.count, let slash = bytes.lastIndex(of: ASCII.slash), slash >= top.utf8.count {
      bytes.removeLast(bytes.count - slash)
      directories.append(String(repairing: bytes))
    }
    return directories
  }
}

extension CgroupLocation {
  /// Finds the cgroup of a version 1 controller, or of version 2 where `controller` is nil.
  ///
  /// On machines with both versions a controller belongs to one of them: ask for version 1 first.
  /// - Parameters:
  ///   - cgroups: the content of `/proc/self/cgroup`.
  ///   - mounts: the content of `/proc/self/mountinfo`.
  /// - Returns: nil where the controller is not mounted, or the mount does not show the own cgroup.
  package static func find(_ controller: String?, cgroups: [UInt8], mounts: [UInt8]) -> CgroupLocation? {
    guard let path = path(of: controller, in: cgroups) else { return nil }
    let type = controller == nil ? " - cgroup2 " : " - cgroup "
    var start = 0
    for index in 0...mounts.count where index == mounts.count || mounts[index] == ASCII.newline {
      defer { start = index + 1 }
      // Most lines end here, before they are copied and taken apart.
      guard holdsType(type, mounts, start, index), let options = mounts[start..<index].lastIndex(of: ASCII.space),
        controller.map({ lists($0, mounts, options + 1, index) }) ?? true,
        let mount = Mount(mounts.part(start, index))
      else { continue }
      guard let rest = remainder(of: path, beneath: mount.root) else { continue }
      let top = String(repairing: mount.point)
      return CgroupLocation(
        version: controller == nil ? .v2 : .v1, directory: String(repairing: mount.point + rest), top: top)
    }
    return nil
  }

  /// The lines of the mount table that show cgroups, of either version: a few among many, which are searched for each controller.
  package static func cgroupLines(of mounts: [UInt8]) -> [UInt8] {
    let mark = " - cgroup".utf8.span
    let text = mounts.span
    var lines: [UInt8] = []
    var start = 0
    var isOne = false
    // In place of a range, whose iteration costs as much again for each byte of a text that is long in containers.
    var index = -1
    while index < text.count {
      index += 1
      let byte = index < text.count ? text[index] : ASCII.newline
      // Most of the text: letters, digits, slashes.
      if byte > ASCII.hyphen { continue }
      if byte == ASCII.hyphen {
        // The dash stands second in the mark.
        guard index > start, index - 1 + mark.count <= text.count else { continue }
        var length = 0
        while length < mark.count, text[index - 1 + length] == mark[length] { length += 1 }
        isOne = isOne || length == mark.count
      } else if byte == ASCII.newline {
        if isOne {
          lines += mounts[start..<index]
          lines.append(ASCII.newline)
        }
        isOne = false
        start = index + 1
      }
    }
    return lines
  }

  /// The third part of the line `4:memory:/a/b`, or of `0::/a/b`, which is version 2's.
  private static func path(of controller: String?, in cgroups: [UInt8]) -> [UInt8]? {
    var start = 0
    for end in 0...cgroups.count where end == cgroups.count || cgroups[end] == ASCII.newline {
      defer { start = end + 1 }
      guard let first = cgroups[start..<end].firstIndex(of: ASCII.colon),
        let second = cgroups[(first + 1)..<end].firstIndex(of: ASCII.colon)
      else { continue }
      let isIt = controller.map { lists($0, cgroups, first + 1, second) } ?? cgroups.hold("0::", at: start)
      if isIt { return cgroups.part(second + 1, end) }
    }
    return nil
  }

  /// Whether a name is one of those with commas between them that stand from `start` to `end`.
  private static func lists(_ name: String, _ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let length = name.utf8.count
    var position = start
    for index in start...end where index == end || bytes[index] == ASCII.comma {
      if index - position == length, bytes.hold(name, at: position) { return true }
      position = index + 1
    }
    return false
  }

  /// What is left of `path` beneath `root`, beginning with a slash, or nothing. A root outside of the own cgroup namespace
  /// (`/../..`) tells nothing about where the own cgroup lies in it.
  private static func remainder(of path: [UInt8], beneath root: [UInt8]) -> [UInt8]? {
    guard path.first == ASCII.slash, root.first == ASCII.slash, !path.begin(with: "/.."), !root.begin(with: "/..")
    else { return nil }
    if path == root { return [] }
    if root.count == 1 { return path }
    guard path.begin(with: String(repairing: root)), path[root.count] == ASCII.slash else { return nil }
    return path.part(root.count, path.count)
  }

  /// Whether the text stands between the two places.
  private static func holdsType(_ type: String, _ mounts: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let length = type.utf8.count
    guard end - start >= length else { return false }
    for position in start...(end - length)
    where mounts[position + 1] == ASCII.hyphen && mounts.hold(type, at: position) {
      return true
    }
    return false
  }

  /// A line of the mount table: `90 89 0:29 ROOT POINT OPTIONS… - TYPE SOURCE OPTIONS`, proc_pid_mountinfo(5).
  private struct Mount {
    let root: [UInt8]
    let point: [UInt8]

    init?(_ line: [UInt8]) {
      let fields = line.pieces(separatedBy: ASCII.space)
      guard fields.count > 6 else { return nil }
      root = fields[3]
      point = fields[4]
    }
  }
}
