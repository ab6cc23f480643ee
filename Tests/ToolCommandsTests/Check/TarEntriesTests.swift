import RandomInput
import Testing

@testable import ToolCommands

/// An archive, written by the letter of POSIX.
private func header(_ path: String, mode: Int, uid: Int = 0, size: Int = 0, type: Character = "0") -> [UInt8] {
  func field(_ text: String, _ width: Int) -> [UInt8] {
    Array((Array(text.utf8) + [UInt8](repeating: 0, count: width)).prefix(width))
  }
  func octal(_ number: Int, _ width: Int) -> [UInt8] {
    let digits = String(number, radix: 8)
    return field(String(repeating: "0", count: width - 1 - digits.count) + digits, width)
  }
  var block = field(path, 100) + octal(mode, 8) + octal(uid, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12)
  block += field("        ", 8) + field(String(type), 1) + field("", 100) + field("ustar\u{0}00", 8)
  block = Array((block + [UInt8](repeating: 0, count: 512)).prefix(512))
  let sum = block.reduce(0) { $0 + Int($1) }
  block.replaceSubrange(148..<156, with: octal(sum, 7) + [0x20])
  return block
}

private func padded(_ content: [UInt8]) -> [UInt8] {
  content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
}

private func archive() -> [UInt8] {
  let record = Array("34 SCHILY.xattr.security.capability=x\n".utf8)
  let good = Array("\(record.count) ".utf8) + record.dropFirst(3)
  return header("etc/", mode: 0o755, type: "5")
    + header("etc/su", mode: 0o4755, uid: 7, size: 700) + padded([UInt8](repeating: 1, count: 700))
    + header("pax", mode: 0, size: good.count, type: "x") + padded(good) + header("bin/ping", mode: 0o755)
    + header("bin/sh", mode: 0o777, type: "2") + [UInt8](repeating: 0, count: 1024)
}

@Suite("Entries of a tar archive")
struct TarEntriesTests {
  private let expected = ["/etc", "/etc/su", "/bin/ping", "/bin/sh"]

  @Test("however it is cut into pieces", arguments: [1, 7, 511, 512, 513, 4096])
  func pieces(size: Int) {
    var (reader, entries): (TarEntries, [TarEntries.Entry]) = (TarEntries(), [])
    let bytes = archive()
    for start in stride(from: 0, to: bytes.count, by: size) {
      entries += reader.feed(Array(bytes[start..<min(start + size, bytes.count)]))
    }
    #expect(entries.map(\.path) == expected && reader.isComplete && !reader.isDamaged)
    #expect(entries[1].mode == 0o4755 && entries[1].user == 7 && entries[1].kind == .file)
    #expect(entries.map(\.hasCapabilities) == [false, false, true, false])
    #expect(entries[0].kind == .directory && entries[3].kind == .link)
  }

  @Test("an archive that is cut short is not complete")
  func truncated() {
    let bytes = archive()
    for end in stride(from: 0, to: bytes.count - 1024, by: 100) {
      var reader = TarEntries()
      _ = reader.feed(Array(bytes[..<end]))
      #expect(!reader.isComplete)
    }
  }

  @Test("whatever comes, it ends", arguments: 0..<300)
  func mutated(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var reader = TarEntries()
    _ = reader.feed(generator.mutate(archive()))
    _ = reader.feed(generator.bytes(count: 2000))
  }
}
