internal import Foundation
internal import TaskModel

/// The `warder-init` of this tool: where it lies, and whether it can be used.
struct SupervisorBinary: Sendable {
  let path: String

  /// Why there is none.
  struct Problem: Error {
    let message: String
  }

  static let variable = "WARDER_INIT"

  /// Finds it: named by option or variable, beside this program, where packages put it, in a working copy, in PATH.
  static func find(
    named: String?, environment: [String: String], executable: String = Self.ownExecutable
  ) throws(Problem) -> SupervisorBinary {
    if let named { return try use(named, saidBy: "--init") }
    if let named = environment[variable], !named.isEmpty { return try use(named, saidBy: variable) }
    let candidates = candidates(executable: executable, searchPath: environment["PATH"] ?? "")
    for candidate in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
      // What a debug build leaves beside this program needs libraries that no sandbox has.
      if (try? check(candidate)) != nil { return SupervisorBinary(path: candidate) }
    }
    throw Problem(
      message: "no warder-init was found beside \(executable), in ../libexec/warder, in a dist directory above, or in "
        + "PATH; name it with --init or \(variable), or make it with scripts/build")
  }

  /// In the order in which they are tried.
  static func candidates(executable: String, searchPath: String) -> [String] {
    let name = "warder-init"
    var directory = URL(fileURLWithPath: executable).deletingLastPathComponent()
    var paths = [
      directory.appendingPathComponent(name).path,
      directory.deletingLastPathComponent().appendingPathComponent("libexec/warder/\(name)").path,
    ]
    // .build/x86_64-unknown-linux-gnu/release and its like lie a few steps below the top of a working copy.
    for _ in 0..<5 {
      paths.append(directory.appendingPathComponent("dist/\(name)").path)
      directory = directory.deletingLastPathComponent()
    }
    return paths + searchPath.split(separator: ":").map { "\($0)/\(name)" }
  }

  static var ownExecutable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  private static func use(_ path: String, saidBy origin: String) throws(Problem) -> SupervisorBinary {
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Problem(
        message: "\(origin) names \(path), which is "
          + (FileManager.default.fileExists(atPath: path) ? "not executable" : "not there"))
    }
    try check(path)
    return SupervisorBinary(path: URL(fileURLWithPath: path).path)
  }

  /// It has to be a static executable: nothing else runs in every image.
  private static func check(_ path: String) throws(Problem) {
    guard let handle = FileHandle(forReadingAtPath: path), let head = try? handle.read(upToCount: 4096) else {
      throw Problem(message: "\(path) cannot be read")
    }
    switch ELFHead(Array(head)) {
    case .staticExecutable: return
    case .dynamicExecutable:
      throw Problem(
        message: "\(path) needs a dynamic linker, so that it runs in no other root than this one; use the static "
          + "warder-init that scripts/build makes")
    case .notELF: throw Problem(message: "\(path) is no executable of Linux (ELF)")
    }
  }
}

/// What the beginning of a file says of it, elf(5).
enum ELFHead: Equatable {
  case staticExecutable, dynamicExecutable, notELF

  private static let interpreterSegment: UInt32 = 3  // PT_INTERP

  init(_ bytes: [UInt8]) {
    func number(_ offset: Int, _ count: Int) -> UInt64? {
      guard offset >= 0, offset + count <= bytes.count else { return nil }
      return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    // 64 bits, little-endian.
    guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), let table = number(32, 8), let size = number(54, 2),
      let count = number(56, 2)
    else {
      self = .notELF
      return
    }
    for index in 0..<count {
      let (offset, overflow) = table.addingReportingOverflow(index * size)
      guard !overflow, let position = Int(exactly: offset), let kind = number(position, 4) else { break }
      if kind == UInt64(Self.interpreterSegment) {
        self = .dynamicExecutable
        return
      }
    }
    self = .staticExecutable
  }
}
