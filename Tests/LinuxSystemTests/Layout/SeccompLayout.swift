import TaskModel

@testable import LinuxSystem

/// Lays a filter out anew so that it says the same in fewer instructions.
///
/// The kernel translates a filter at each start of a task, and follows it once for every number there is to learn which calls
/// need no look at their arguments (seccomp_cache_prepare in kernel/seccomp.c): both take a time that grows with the
/// program. libseccomp's has a test for each call; but most calls are answered as their neighbours are, so that it takes
/// one only where the answer changes from a number to the next. Words of arguments are treated alike: all tests of a word
/// that follow each other become one table of what follows from its values (`SeccompLayout+Tables.swift`), which is looked up
/// in as few tests as it takes (`SeccompLayoutSearch.swift`). What several calls share is written once.
///
/// Only used where the programs are written that lie ready. That both say the same is proved by tests: by trying, and by
/// walking every path (`areEqual` in ToolCommands).
struct SeccompLayout {
  private let words: [UInt64]
  private let architecture: SeccompArchitecture
  /// Every number above it is answered alike.
  private let newestNumber: UInt32

  private(set) var nodes: [Node] = []
  private var known: [Node: Int] = [:]
  /// From a node of tests to the one of tables that says the same.
  var tables: [Int: Int] = [:]

  /// What is left to decide when the number is known.
  enum Node: Hashable {
    case answer(UInt32)
    /// As the program has it.
    case test(Test)
    /// As it is to be written.
    case table(Table)
  }

  /// A test of a part of an argument's word.
  struct Test: Hashable {
    let word: Word
    let code: UInt16
    let operand: UInt32
    var ifTrue: Int
    var ifFalse: Int

    func holds(for value: UInt32) -> Bool { SeccompLayout.holds(code, value & word.mask, operand) }
  }

  /// What follows from each value of a word.
  struct Table: Hashable {
    let word: Word
    /// Values that are filled in when the program is used (`SeccompTemplate.fill`): between which others they lie is not known
    /// yet.
    var placeholders: [Piece] = []
    /// In their order, the first one from 0.
    let pieces: [Piece]
  }

  struct Piece: Hashable {
    let first: UInt32
    let node: Int
  }

  /// A word of `struct seccomp_data`, or some of its bits.
  struct Word: Hashable {
    let offset: UInt32
    var mask: UInt32 = .max
  }

  private enum Accumulator: Hashable {
    case number(UInt32)
    case word(Word)
  }

  private struct Place: Hashable {
    let position: Int
    let accumulator: Accumulator
  }

  static func shortened(
    _ program: SeccompProgram, for architecture: SeccompArchitecture, newestNumber: UInt32
  ) -> SeccompProgram {
    var layout = SeccompLayout(words: program.words, architecture: architecture, newestNumber: newestNumber)
    let whole = layout.whole()
    var writer = SeccompLayoutWriter(nodes: layout.nodes, lastNumber: newestNumber)
    return SeccompProgram(words: writer.write(whole))
  }

  private init(words: [UInt64], architecture: SeccompArchitecture, newestNumber: UInt32) {
    self.words = words
    self.architecture = architecture
    self.newestNumber = newestNumber
  }

  /// The same node for the same content, and none for what decides nothing.
  mutating func node(_ node: Node) -> Int {
    switch node {
    case .test(let test) where test.ifTrue == test.ifFalse: return test.ifTrue
    case .table(let table) where (table.placeholders + table.pieces).allSatisfy({ $0.node == table.pieces[0].node }):
      return table.pieces[0].node
    default: break
    }
    if let id = known[node] { return id }
    nodes.append(node)
    known[node] = nodes.count - 1
    return nodes.count - 1
  }

  static func holds(_ code: UInt16, _ value: UInt32, _ operand: UInt32) -> Bool {
    switch code {
    case SeccompInstruction.jumpIfEqual: value == operand
    case SeccompInstruction.jumpIfGreater: value > operand
    case 0x35: value >= operand  // BPF_JMP | BPF_JGE | BPF_K
    case SeccompInstruction.jumpIfAnySet: value & operand != 0
    default: preconditionFailure("instruction code \(code)")
    }
  }
}

// MARK: - Reading

extension SeccompLayout {
  /// What the program decides for a call of that number.
  private mutating func outcome(of number: UInt32, token: UInt32) -> Int {
    var seen: [Place: Int] = [:]
    return follow(Place(position: 0, accumulator: .number(0)), number, token, &seen)
  }

  private mutating func follow(
    _ start: Place, _ number: UInt32, _ token: UInt32, _ seen: inout [Place: Int]
  ) -> Int {
    if let id = seen[start] { return id }
    let instruction = SeccompInstruction(word: words[start.position])
    func next(_ skipped: Int, _ accumulator: Accumulator) -> Place {
      Place(position: start.position + 1 + skipped, accumulator: accumulator)
    }
    let id: Int
    switch (instruction.code, start.accumulator) {
    case (SeccompInstruction.answer, _):
      id = node(.answer(instruction.operand))
    case (SeccompInstruction.jump, let accumulator):
      id = follow(next(Int(instruction.operand), accumulator), number, token, &seen)
    case (SeccompInstruction.loadWord, _):
      let loaded: Accumulator =
        switch instruction.operand {
        case SeccompInstruction.numberOffset: .number(number)
        case SeccompInstruction.architectureOffset: .number(token)
        case let offset: .word(Word(offset: offset))
        }
      id = follow(next(0, loaded), number, token, &seen)
    case (SeccompInstruction.and, .number(let value)):
      id = follow(next(0, .number(value & instruction.operand)), number, token, &seen)
    case (SeccompInstruction.and, .word(let word)):
      let mask = word.mask & instruction.operand
      let left: Accumulator = mask == 0 ? .number(0) : .word(Word(offset: word.offset, mask: mask))
      id = follow(next(0, left), number, token, &seen)
    case (let code, .number(let value)):
      let skipped = Self.holds(code, value, instruction.operand) ? instruction.ifTrue : instruction.ifFalse
      id = follow(next(Int(skipped), start.accumulator), number, token, &seen)
    case (let code, .word(let word)):
      let ifTrue = follow(next(Int(instruction.ifTrue), start.accumulator), number, token, &seen)
      let ifFalse = follow(next(Int(instruction.ifFalse), start.accumulator), number, token, &seen)
      id = node(
        .test(Test(word: word, code: code, operand: instruction.operand, ifTrue: ifTrue, ifFalse: ifFalse)))
    }
    seen[start] = id
    return id
  }

  /// The node of the whole program, its architecture first.
  private mutating func whole() -> Int {
    let token = architecture.auditToken
    var numbers: [Piece] = []
    func add(_ piece: Piece) { if numbers.last?.node != piece.node { numbers.append(piece) } }
    for number in 0...newestNumber { add(Piece(first: number, node: table(outcome(of: number, token: token)))) }

    // What is above all of them, and x32.
    let killed = node(.answer(SeccompAction.killProcess.kernelValue))
    var above = table(outcome(of: SeccompArchitecture.x32Bit - 1, token: token))
    guard case .answer = nodes[above] else { preconditionFailure("new numbers are answered by their arguments") }
    if architecture.hasX32 {
      let number = Word(offset: SeccompInstruction.numberOffset)
      let x32 = node(
        .table(Table(word: number, pieces: [Piece(first: 0, node: killed), Piece(first: .max, node: above)])))
      let bit = Word(offset: number.offset, mask: SeccompArchitecture.x32Bit)
      above = node(
        .table(Table(word: bit, pieces: [Piece(first: 0, node: above), Piece(first: bit.mask, node: x32)])))
    }
    add(Piece(first: newestNumber + 1, node: above))

    let native = node(.table(Table(word: Word(offset: SeccompInstruction.numberOffset), pieces: numbers)))
    return node(
      .table(
        Table(
          word: Word(offset: SeccompInstruction.architectureOffset),
          pieces: [
            Piece(first: 0, node: killed), Piece(first: token, node: native), Piece(first: token + 1, node: killed),
          ])))
  }
}

extension SeccompInstruction {
  static let and: UInt16 = 0x54  // BPF_ALU | BPF_AND | BPF_K
}
