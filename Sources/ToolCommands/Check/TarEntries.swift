/// Reads the headers of a tar archive as it streams by: what `podman export` and `docker export` write, ustar with pax
/// records (pax(1), POSIX.1-2001). Contents are passed over.
package struct TarEntries {
  package struct Entry: Equatable, Sendable {
    /// From the root on, with its slash.
    package let path: String
    package let mode: UInt32
    package let user: UInt64
    package let group: UInt64
    package let kind: Kind
    /// Whether it has file capabilities (`security.capability`).
    package let hasCapabilities: Bool
  }

  package enum Kind: Sendable { case file, directory, link, other }

  private static let block = 512
  private var waiting: [UInt8] = []
  private var passOver = 0
  private var records: [String: [UInt8]] = [:]
  private var longName: String?
  /// Whether the archive's end was reached: two blocks of zeros.
  package private(set) var isComplete = false
  package private(set) var isDamaged = false

  package init() {}

  /// - Returns: the entries whose headers are now known.
  package mutating func feed(_ bytes: [UInt8]) -> [Entry] {
    waiting += bytes
    var entries: [Entry] = []
    var start = 0
    while !isComplete, !isDamaged {
      let skipped = min(passOver, waiting.count - start)
      start += skipped
      passOver -= skipped
      guard passOver == 0, waiting.count - start >= Self.block else { break }
      let header = Array(waiting[start..<start + Self.block])
      if header.allSatisfy({ $0 == 0 }) {
        isComplete = true
        break
      }
      guard Self.hasGoodSum(header), let size = Self.number(header[124..<136]), size < 1 << 40 else {
        isDamaged = true
        break
      }
      let padded = (Int(size) + Self.block - 1) / Self.block * Self.block
      let type = header[156]
      if [UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K")].contains(type) {
        guard size <= 1 << 20 else {
          isDamaged = true
          break
        }
        guard waiting.count - start >= Self.block + padded else { break }
        let content = Array(waiting[start + Self.block..<start + Self.block + Int(size)])
        if type == UInt8(ascii: "x") { records = Self.records(content) }
        if type == UInt8(ascii: "L") { longName = Self.text(content[...]) }
        start += Self.block + padded
        continue
      }
      entries.append(entry(header, type))
      records = [:]
      longName = nil
      start += Self.block
      // Links and directories have no content, whatever their size says.
      passOver = type == UInt8(ascii: "0") || type == 0 ? padded : 0
    }
    waiting.removeFirst(start)
    return entries
  }

  private func entry(_ header: [UInt8], _ type: UInt8) -> Entry {
    let prefix = Self.text(header[345..<500])
    let short = Self.text(header[0..<100])
    let isUstar = header[257..<262].elementsEqual("ustar".utf8)
    var path = isUstar && !prefix.isEmpty ? prefix + "/" + short : short
    if let longName { path = longName }
    if let named = records["path"] { path = String(decoding: named, as: UTF8.self) }
    while path.hasSuffix("/") { path.removeLast() }
    if path.hasPrefix("./") { path.removeFirst(2) }
    if path == "." { path = "" }
    func recorded(_ name: String) -> UInt64? { records[name].flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } }
    let kind: Kind =
      switch type {
      case UInt8(ascii: "0"), 0: .file
      case UInt8(ascii: "5"): .directory
      case UInt8(ascii: "1"), UInt8(ascii: "2"): .link
      default: .other
      }
    return Entry(
      path: "/" + path, mode: UInt32(truncatingIfNeeded: Self.number(header[100..<108]) ?? 0) & 0o7777,
      user: recorded("uid") ?? Self.number(header[108..<116]) ?? 0,
      group: recorded("gid") ?? Self.number(header[116..<124]) ?? 0, kind: kind,
      hasCapabilities: records["SCHILY.xattr.security.capability"] != nil)
  }

  // MARK: - Fields

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Octal digits, or base 256 where the first bit is set.
  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard let first = bytes.first else { return nil }
    if first & 0x80 != 0 {
      return bytes.dropFirst().suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
    let digits = bytes.filter { $0 >= 0x30 && $0 <= 0x37 }
    guard digits.count <= 21 else { return nil }
    return digits.reduce(0) { $0 << 3 | UInt64($1 - 0x30) }
  }

  private static func hasGoodSum(_ header: [UInt8]) -> Bool {
    let sum = header.enumerated().reduce(UInt64(0)) { $0 + (148..<156 ~= $1.offset ? 0x20 : UInt64($1.element)) }
    return number(header[148..<156]) == sum
  }

  /// `27 path=some/where\n`: the length counts itself.
  private static func records(_ content: [UInt8]) -> [String: [UInt8]] {
    var records: [String: [UInt8]] = [:]
    var rest = content[...]
    while let blank = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      length > blank - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(blank + 1)..<(rest.startIndex + length - 1)]
      if let equal = record.firstIndex(of: UInt8(ascii: "=")) {
        records[String(decoding: record[..<equal], as: UTF8.self)] = Array(record[(equal + 1)...])
      }
      rest = rest.dropFirst(length)
    }
    return records
  }
}
