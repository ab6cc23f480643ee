import RandomInput
import Testing

@testable import TaskModel

@Suite struct MountTableTests {
  @Test func readsAPodsTable() throws {
    let table = try MountTable.parse(
      #"""
      1046 908 0:176 / / ro,relatime master:333 - overlay overlay rw,lowerdir=/a:/b,upperdir=/c
      1047 1046 0:179 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
      1099 1046 8:1 /var/lib/kubelet/pods/x/volumes/kubernetes.io~configmap/task /task ro,relatime - ext4 /dev/sda1 rw
      1100 1046 8:1 /etc-hosts /etc/hosts rw,relatime shared:1 - ext4 /dev/sda1 rw
      1101 1046 0:99 / /etc/db\040credentials\134x\043\011\012 ro,relatime - tmpfs tmpfs rw,size=65536k

      """#.bytes)
    #expect(
      table.mountPoints == ["/", "/proc", "/task", "/etc/hosts", "/etc/db credentials\\x#\t\n"].map { $0.bytes })
  }

  @Test(arguments: [
    ("1 2 3:4 /\n", 1), ("1 2 3:4 / / rw - x x\n1 2\n", 2), ("1 2 3:4 / relative rw - x x\n", 1), ("\n", 1),
    ("1 2 3:4 / / rw\n\n1 2 3:4 / / rw\n", 2),
  ])
  func saysWhichLineIsBroken(_ text: String, _ line: Int) {
    do {
      _ = try MountTable.parse(text.bytes)
      Issue.record("accepted")
    } catch {
      #expect(error.line == line)
    }
  }

  @Test func emptyAndUnendedTablesAreTaken() throws {
    #expect(try MountTable.parse([]).mountPoints.isEmpty)
    #expect(try MountTable.parse("1 2 3:4 / /a".bytes).mountPoints == ["/a".bytes])
  }

  /// Escapes as the kernel makes them (mangle, fs/seq_file.c) come back.
  @Test func escapesGoBothWays() throws {
    var random = SeededGenerator(seed: 13)
    for _ in 0..<500 {
      var path = "/".bytes
      for _ in 0..<random.number(0...12) {
        path.append(random.chance(40) ? random.pick([0x20, 0x09, 0x0A, 0x5C, 0x23]) : UInt8(random.number(1...255)))
      }
      var line = "1 2 3:4 / ".bytes
      for byte in path {
        if [0x20, 0x09, 0x0A, 0x5C, 0x23].contains(byte) {
          line += "\\".bytes + [0x30 + (byte >> 6), 0x30 + (byte >> 3 & 7), 0x30 + (byte & 7)]
        } else {
          line.append(byte)
        }
      }
      #expect(try MountTable.parse(line + " rw - x x x\n".bytes).mountPoints == [path])
    }
  }

  private func coverage(_ mounts: [String], _ path: String, accepts: Bool = true) -> MountCoverage {
    MountTable(mountPoints: mounts.map { $0.bytes }).coverage(of: path.bytes, acceptsMountHere: accepts)
  }

  @Test func foreignMountsAreSeenBeneathADirectory() {
    let kubelet = ["/", "/proc", "/task", "/tmp", "/dev/shm", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"]
    #expect(coverage(kubelet, "/etc") == .whole)
    #expect(coverage(kubelet, "/usr") == .whole)
    #expect(coverage(kubelet, "/tmp") == .whole)
    let secret = kubelet + ["/etc/db-credentials", "/usr/share/keys/a/b"]
    #expect(coverage(secret, "/etc") == .enumerate)
    #expect(coverage(secret, "/etc/ssl", accepts: false) == .whole)
    #expect(coverage(secret, "/etc/db-credentials", accepts: false) == .leaveOut)
    #expect(coverage(secret, "/etc/db-credentials2", accepts: false) == .whole)
    #expect(coverage(secret, "/etc/db-credentials", accepts: true) == .whole)
    #expect(coverage(secret, "/usr") == .enumerate)
    #expect(coverage(secret, "/usr/share/keys", accepts: false) == .enumerate)
    #expect(coverage(secret, "/usr/lib", accepts: false) == .whole)
    #expect(coverage(secret, "/") == .enumerate)
    #expect(coverage(["/"], "/") == .whole)
    #expect(coverage(["/etc/hosts/x"], "/etc") == .enumerate)
  }

  /// Walking as the answers say never opens a foreign mount and opens everything else.
  @Test func theWalkOpensAllButForeignMounts() {
    var random = SeededGenerator(seed: 14)
    for round in 0..<300 {
      var tree: [String] = ["/etc"]
      for _ in 0..<random.number(1...25) {
        tree.append(random.pick(tree) + "/" + random.pick(["a", "b", "ab", "hosts", "ssl"]))
      }
      tree = Array(Set(tree)).sorted()
      let mounts = tree.dropFirst().filter { _ in random.chance(20) }
      let table = MountTable(mountPoints: (["/"] + mounts).map { $0.bytes })
      var opened: Set<String> = []

      func children(_ path: String) -> [String] {
        tree.filter { $0.hasPrefix(path + "/") && !$0.dropFirst(path.count + 1).contains("/") }
      }
      func walk(_ path: String, _ accepts: Bool) {
        switch table.coverage(of: path.bytes, acceptsMountHere: accepts) {
        case .whole: opened.formUnion(tree.filter { $0 == path || $0.hasPrefix(path + "/") })
        case .leaveOut: return
        case .enumerate: for child in children(path) { walk(child, false) }
        }
      }
      walk("/etc", true)

      let foreign = mounts.filter { !MountTable.knownSafe.contains($0) }
      for path in tree {
        let isForeign = foreign.contains { path == $0 || path.hasPrefix($0 + "/") }
        if isForeign {
          #expect(!opened.contains(path), "round \(round): \(path)")
        } else if !foreign.contains(where: { $0.hasPrefix(path + "/") }) {
          #expect(opened.contains(path), "round \(round): \(path)")
        }
      }
    }
  }
}
