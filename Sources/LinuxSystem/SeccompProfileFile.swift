internal import TaskModel

/// A compiled profile as a file, see docs/seccomp-profiles.md: filters for one or more architectures, and a name.
///
/// ```
/// offset  bytes
///      0      8  0x89 "WSP" CR LF 0x1A LF
///      8      4  version: 1
///     12      4  size of the file
///     16     32  SHA-256 of everything from offset 48 on
///     48      4  number of programs: 1 or 2
///     52      4  length of the name: 1 to 64
///     56      …  the name, filled up with zeros to a multiple of 8
///            and for each program
///             4  architecture: AUDIT_ARCH_* of <linux/audit.h>
///             4  number of instructions
///             …  instructions of 8 bytes: struct sock_filter of <linux/filter.h>
/// ```
/// All numbers have their lowest byte first.
package struct SeccompProfileFile: Equatable, Sendable {
  package struct Program: Equatable, Sendable {
    package let architecture: SeccompArchitecture
    package let words: [UInt64]

    package init(architecture: SeccompArchitecture, words: [UInt64]) {
      self.architecture = architecture
      self.words = words
    }
  }

  /// Of the author's choosing, for the `start` frame: printable ASCII.
  package let name: String
  package let programs: [Program]

  /// - Throws: where the file made of these could not be read again.
  package init(name: String, programs: [Program]) throws(SeccompProfileFileError) {
    guard Self.isName(Array(name.utf8)) else { throw .name }
    guard 1...SeccompArchitecture.allCases.count ~= programs.count else { throw .programCount(UInt32(programs.count)) }
    for (index, program) in programs.enumerated() {
      for earlier in programs[..<index] where earlier.architecture == program.architecture {
        throw .duplicate(program.architecture)
      }
      if let problem = SeccompProgramCheck.problem(in: program.words) {
        throw .program(program.architecture, problem)
      }
    }
    self.name = name
    self.programs = programs
  }

  /// The program for the running machine, nil where there is none.
  package func words(for architecture: SeccompArchitecture = .native) -> [UInt64]? {
    programs.first { $0.architecture == architecture }?.words
  }

  // The first byte is no ASCII and the line ends are of both kinds: what takes a file for text and "repairs" it is noticed.
  private static let magic: [UInt8] = [0x89, 0x57, 0x53, 0x50, 0x0D, 0x0A, 0x1A, 0x0A]
  private static let version: UInt32 = 1
  private static let digestOffset = 16
  private static let contentOffset = 48
  private static let longestName = 64
  /// More than the largest good file has.
  package static let longest = 128 * 1024

  private static func isName(_ bytes: [UInt8]) -> Bool {
    1...longestName ~= bytes.count && bytes.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }
  }
}

// MARK: - Writing

extension SeccompProfileFile {
  /// The file's bytes; the same profile always makes the same.
  package func encoded() -> [UInt8] {
    var content: [UInt8] = []
    Self.append(UInt32(programs.count), to: &content)
    Self.append(UInt32(name.utf8.count), to: &content)
    content.append(contentsOf: name.utf8)
    while content.count % 8 != 0 { content.append(0) }
    for program in programs {
      Self.append(program.architecture.auditToken, to: &content)
      Self.append(UInt32(program.words.count), to: &content)
      for word in program.words {
        Self.append(UInt32(truncatingIfNeeded: word), to: &content)
        Self.append(UInt32(truncatingIfNeeded: word >> 32), to: &content)
      }
    }
    var file = Self.magic
    Self.append(Self.version, to: &file)
    Self.append(UInt32(Self.contentOffset + content.count), to: &file)
    file.append(contentsOf: SHA256.digest(of: content))
    return file + content
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}

// MARK: - Reading

extension SeccompProfileFile {
  /// Reads a file's bytes, and accepts nothing that `encoded` would not have written.
  package init(_ bytes: [UInt8]) throws(SeccompProfileFileError) {
    guard bytes.count >= Self.magic.count, Array(bytes[..<Self.magic.count]) == Self.magic else { throw .notAProfile }
    var reader = Reader(bytes: bytes, position: Self.magic.count)
    let version = try reader.number()
    guard version == Self.version else { throw .version(version) }
    let size = try reader.number()
    guard Int(size) == bytes.count else { throw .size(stated: size, found: bytes.count) }
    let digest = try reader.take(Self.contentOffset - Self.digestOffset)
    guard SHA256.digest(of: Array(bytes[Self.contentOffset...])) == digest else { throw .digest }

    let programCount = try reader.number()
    guard 1...UInt32(SeccompArchitecture.allCases.count) ~= programCount else { throw .programCount(programCount) }
    let nameLength = try reader.number()
    guard nameLength <= Self.longestName else { throw .name }
    let name = try reader.take(Int(nameLength))
    while reader.position % 8 != 0 {
      guard try reader.take(1) == [0] else { throw .name }
    }

    var programs: [Program] = []
    for _ in 0..<programCount {
      let token = try reader.number()
      guard let architecture = SeccompArchitecture.allCases.first(where: { $0.auditToken == token }) else {
        throw .architecture(token)
      }
      programs.append(Program(architecture: architecture, words: try reader.words(try reader.number())))
    }
    guard reader.position == bytes.count else { throw .trailing(bytes.count - reader.position) }
    guard Self.isName(name) else { throw .name }
    try self.init(name: String(decoding: name, as: UTF8.self), programs: programs)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position: Int

    mutating func take(_ count: Int) throws(SeccompProfileFileError) -> [UInt8] {
      guard count <= bytes.count - position else { throw .truncated }
      defer { position += count }
      return Array(bytes[position..<position + count])
    }

    mutating func number() throws(SeccompProfileFileError) -> UInt32 {
      let taken = try take(4)
      return UInt32(taken[0]) | UInt32(taken[1]) << 8 | UInt32(taken[2]) << 16 | UInt32(taken[3]) << 24
    }

    mutating func words(_ count: UInt32) throws(SeccompProfileFileError) -> [UInt64] {
      // Before anything is allocated for a number that the file only claims.
      guard Int(count) <= (bytes.count - position) / 8 else { throw .truncated }
      var words: [UInt64] = []
      for _ in 0..<count {
        let low = try number()
        words.append(UInt64(low) | UInt64(try number()) << 32)
      }
      return words
    }
  }
}

/// What is wrong with a file that should be a compiled profile.
package enum SeccompProfileFileError: Error, Equatable {
  case notAProfile
  case version(UInt32)
  case size(stated: UInt32, found: Int)
  case digest
  case truncated
  case trailing(Int)
  case name
  case programCount(UInt32)
  case architecture(UInt32)
  case duplicate(SeccompArchitecture)
  case program(SeccompArchitecture, SeccompProgramCheck.Problem)

  /// What was expected and found, to follow the file's name.
  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .notAProfile: "it is no compiled seccomp profile (it does not begin like one)"
    case .version(let version): "it has version \(Int64(version)) of the format; expected 1"
    case .size(let stated, let found): "it says that it has \(Int64(stated)) bytes, and has \(found)"
    case .digest: "its SHA-256 does not fit its contents: it was damaged or changed"
    case .truncated: "it ends in the middle of a part"
    case .trailing(let count): "\(count) bytes follow its last program"
    case .name: "its name is not 1 to 64 printable ASCII characters without blanks, quotes and backslashes"
    case .programCount(let count): "it has \(Int64(count)) programs; expected one for each of 1 or 2 architectures"
    case .architecture(let token):
      "it has a program for the architecture \(Int64(token)), which is neither x86-64 nor aarch64"
    case .duplicate(let architecture): "it has two programs for \(architecture.name)"
    case .program(let architecture, let problem):
      "instruction \(problem.index) of its program for \(architecture.name) cannot be taken: \(problem.text)"
    }
  }
}

extension SeccompArchitecture {
  package var name: String {
    switch self {
    case .x86_64: "x86_64"
    case .aarch64: "aarch64"
    }
  }
}
