import TaskModel
import Testing

@testable import LinuxSystem

private let allow = SeccompAction.allow.kernelValue
private let kill = SeccompAction.killProcess.kernelValue
private let refuse = SeccompAction.fail(.notPermitted).kernelValue
private let unimplemented = SeccompAction.fail(.notImplemented).kernelValue

@Suite("What precedes the rules")
struct SeccompPreludeTests {
  private func run(_ number: UInt32, _ token: UInt32, for architecture: SeccompArchitecture) throws
    -> UInt32
  {
    let program = try SeccompCompiler.compile(SeccompVariant.all[0].policy, for: architecture)
    let call = FilteredCall(number: number, architecture: token, arguments: [0, 0, 0, 0, 0, 0])
    return try SeccompInterpreter.run(program.words, on: call).value
  }

  @Test("another architecture kills, whatever the number", arguments: SeccompArchitecture.allCases)
  func otherArchitecture(architecture: SeccompArchitecture) throws {
    // i386 (int 0x80), arm, mips, x32's machine number, big-endian aarch64, nothing
    let others: [UInt32] = [0x4000_0003, 0x4000_0028, 8, 0x4000_003E, 0x8000_00B7, 0]
    for token in others
      + SeccompArchitecture.allCases.filter({ $0 != architecture }).map(\.auditToken)
    {
      for number in [0, 1, 20, 39, 452, 453, 0x4000_0000, .max] as [UInt32] {
        #expect(try run(number, token, for: architecture) == kill)
      }
    }
  }

  @Test("x32 kills, on the architecture that has it")
  func x32() throws {
    let token = SeccompArchitecture.x86_64.auditToken
    for number in [0, 39, 59, 512, 547, 0x3FFF_FFFF, 0x8000_0000, 0xBFFF_FFFE] as [UInt32] {
      #expect(try run(0x4000_0000 | number, token, for: .x86_64) == kill)
    }
    #expect(
      try run(0x4000_0027, SeccompArchitecture.aarch64.auditToken, for: .aarch64) == unimplemented)
  }

  @Test("a number that no rule knows is not implemented", arguments: SeccompArchitecture.allCases)
  func newNumbers(architecture: SeccompArchitecture) throws {
    for number in [453, 470, 500, 1_000, 0x3FFF_FFFF, 0x8000_0000, .max] as [UInt32] {
      #expect(
        try run(number, architecture.auditToken, for: architecture) == unimplemented, "\(number)")
    }
    #expect(try run(452, architecture.auditToken, for: architecture) == allow)
  }
}

@Suite("Programs")
struct SeccompProgramTests {
  @Test("an instruction's word has the layout of struct sock_filter")
  func layout() {
    let instruction = SeccompInstruction(0x1234, 0x89AB_CDEF, ifTrue: 0x56, ifFalse: 0x78)
    #expect(instruction.word == 0x89AB_CDEF_7856_1234)
    #expect(
      withUnsafeBytes(of: instruction.word.littleEndian) { Array($0) } == [
        0x34, 0x12, 0x56, 0x78, 0xEF, 0xCD, 0xAB, 0x89,
      ])
  }

  /// Answers `value` for one number and `otherwise` for the rest, with a jump over instructions in between.
  private func part(_ number: UInt32, _ value: UInt32, otherwise: UInt32) -> [UInt64] {
    [
      SeccompInstruction(0x20, 0).word,
      SeccompInstruction(0x15, number, ifTrue: 1, ifFalse: 0).word,
      SeccompInstruction(0x06, otherwise).word, SeccompInstruction(0x06, value).word,
    ]
  }

  private func run(_ words: [UInt64], _ number: UInt32) throws -> UInt32 {
    try SeccompInterpreter.run(
      words, on: FilteredCall(number: number, architecture: 0, arguments: [0, 0, 0, 0, 0, 0])
    ).value
  }

  @Test("of joined programs the first that does not allow answers")
  func joining() throws {
    let program = SeccompProgram(
      prelude: [],
      parts: [
        part(1, kill, otherwise: allow), part(2, allow, otherwise: allow),
        part(3, refuse, otherwise: allow),
        part(4, allow, otherwise: unimplemented),
      ])
    #expect(try run(program.words, 1) == kill)
    #expect(try run(program.words, 2) == unimplemented)
    #expect(try run(program.words, 3) == refuse)
    #expect(try run(program.words, 4) == allow)
    #expect(program.words.count == 16)
  }

  @Test("one program is left as it is, and nothing follows nothing")
  func trivial() {
    let words = part(1, allow, otherwise: refuse)
    #expect(SeccompProgram(prelude: [], parts: [words]).words == words)
    #expect(
      SeccompProgram(prelude: [.answer(.allow)], parts: [words]).words == [0x7FFF_0000_0000_0006]
        + words)
  }
}
