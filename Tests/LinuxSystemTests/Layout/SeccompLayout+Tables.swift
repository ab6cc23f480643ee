@testable import LinuxSystem

// MARK: - From tests to tables

extension SeccompLayout {
  /// A word's value: one that the program names, or one that is filled in later.
  private enum Value: Hashable {
    case known(UInt32)
    case placeholder(UInt32)
  }

  private static let placeholders = Set(
    SeccompTemplate.processes.map { UInt32(bitPattern: $0) }
      + SeccompTemplate.groups.map { UInt32(bitPattern: -$0) })

  /// The node that says in tables what a node of tests says.
  mutating func table(_ id: Int) -> Int {
    if let found = tables[id] { return found }
    guard case .test(let first) = nodes[id] else { return id }
    let word = first.subject
    let tests = tests(of: word, below: id)
    let made: Int
    if word.mask == .max {
      let placeholders = Set(tests.map(\.operand)).intersection(Self.placeholders).sorted()
      precondition(
        placeholders.isEmpty || tests.allSatisfy { $0.code == SeccompInstruction.jumpIfEqual && $0.word.mask == .max },
        "a test of more than one value, among which one is not known yet")
      let starts = Set([0] + tests.flatMap(\.changes)).sorted()
      made = node(
        .table(
          Table(
            word: word,
            placeholders: placeholders.map { Piece(first: $0, node: table(with(.placeholder($0), for: word, in: id))) },
            pieces: pieces(from: starts, of: word, in: id))))
    } else {
      made = node(.table(Table(word: word, pieces: pieces(from: word.mask.parts, of: word, in: id))))
    }
    tables[id] = made
    return made
  }

  private mutating func pieces(from starts: [UInt32], of word: Word, in id: Int) -> [Piece] {
    var pieces: [Piece] = []
    for start in starts {
      let node = table(with(.known(start), for: word, in: id))
      if pieces.last?.node != node { pieces.append(Piece(first: start, node: node)) }
    }
    return pieces
  }

  /// All tests of the word that a call can meet from there on.
  private func tests(of word: Word, below id: Int) -> [Test] {
    var seen: Set<Int> = []
    var left = [id]
    var found: [Test] = []
    while let id = left.popLast() {
      guard seen.insert(id).inserted, case .test(let test) = nodes[id] else { continue }
      if test.subject == word { found.append(test) }
      left += [test.ifTrue, test.ifFalse]
    }
    return found
  }

  /// What is left of a node's tests when the value of a word is known.
  private mutating func with(_ value: Value, for word: Word, in id: Int) -> Int {
    guard case .test(var test) = nodes[id] else { return id }
    if test.subject == word {
      let holds =
        switch value {
        case .known(let value): !Self.placeholders.contains(test.operand) && test.holds(for: value)
        case .placeholder(let value): test.operand == value
        }
      return with(value, for: word, in: holds ? test.ifTrue : test.ifFalse)
    }
    test.ifTrue = with(value, for: word, in: test.ifTrue)
    test.ifFalse = with(value, for: word, in: test.ifFalse)
    return node(.test(test))
  }
}

extension SeccompLayout.Test {
  /// What a table would be about: the whole word where the test divides its values at one or two places, else the bits.
  fileprivate var subject: SeccompLayout.Word {
    let isUpperPart = ~word.mask & (~word.mask &+ 1) == 0
    guard isUpperPart else { return word }
    precondition(word.mask == .max || code == SeccompInstruction.jumpIfEqual, "a comparison of some bits")
    return code == SeccompInstruction.jumpIfAnySet
      ? SeccompLayout.Word(offset: word.offset, mask: operand) : SeccompLayout.Word(offset: word.offset)
  }

  /// Values of the whole word from which on the test may come out otherwise.
  fileprivate var changes: [UInt32] {
    switch code {
    case SeccompInstruction.jumpIfEqual: [operand] + (operand | ~word.mask == .max ? [] : [(operand | ~word.mask) + 1])
    case SeccompInstruction.jumpIfGreater: operand == .max ? [] : [operand + 1]
    default: [operand]
    }
  }
}

extension UInt32 {
  /// All values that have no other bits, in their order.
  fileprivate var parts: [UInt32] {
    precondition(nonzeroBitCount <= 16, "too many values")
    var parts: [UInt32] = [0]
    while let last = parts.last, last != self { parts.append(((last | ~self) &+ 1) & self) }
    return parts
  }
}
