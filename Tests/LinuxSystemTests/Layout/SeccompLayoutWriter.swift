@testable import LinuxSystem

/// Writes nodes as instructions, from the last to the first: all jumps lead forward, so that where they lead is written before
/// them.
struct SeccompLayoutWriter {
  private typealias Word = SeccompLayout.Word
  private typealias Piece = SeccompLayout.Piece

  private let nodes: [SeccompLayout.Node]
  /// The kernel tries numbers up to a few more than this.
  private let lastNumber: UInt32
  private var reversed: [SeccompInstruction] = []
  /// Where a node begins, counted from the end: for somebody who has its word loaded, and for anybody.
  private var begins: [Int: (loaded: Int, bare: Int?)] = [:]

  init(nodes: [SeccompLayout.Node], lastNumber: UInt32) {
    self.nodes = nodes
    self.lastNumber = lastNumber
  }

  mutating func write(_ whole: Int) -> [UInt64] {
    _ = place(of: whole)
    return reversed.reversed().map { $0.word }
  }

  // MARK: - Instructions

  private mutating func append(_ instruction: SeccompInstruction) -> Int {
    reversed.append(instruction)
    return reversed.count
  }

  /// How many instructions lie between the next one to be written and that place.
  private func distance(_ place: Int) -> Int { reversed.count - place }

  /// Both ways of a test, near enough for its 8 bits.
  private mutating func branch(_ code: UInt16, _ operand: UInt32, ifTrue: Int, ifFalse: Int) -> Int {
    var (ifTrue, ifFalse) = (ifTrue, ifFalse)
    // What is put in between moves both away by one.
    if distance(ifFalse) > 254 { ifFalse = bring(ifFalse) }
    if distance(ifTrue) > 254 { ifTrue = bring(ifTrue) }
    return append(
      SeccompInstruction(code, operand, ifTrue: UInt8(distance(ifTrue)), ifFalse: UInt8(distance(ifFalse))))
  }

  /// A nearer place that leads to the same.
  private mutating func bring(_ place: Int) -> Int {
    let there = reversed[place - 1]
    return append(
      there.code == SeccompInstruction.answer
        ? there : SeccompInstruction(SeccompInstruction.jump, UInt32(distance(place))))
  }

  // MARK: - Nodes

  /// Where a node begins; written where it is not yet.
  /// - Parameter loaded: the word that whoever comes there has loaded.
  private mutating func place(of node: Int, having loaded: UInt32? = nil) -> Int {
    switch nodes[node] {
    case .answer(let value):
      if let begin = begins[node]?.loaded, distance(begin) <= 250 { return begin }
      let begin = append(SeccompInstruction(SeccompInstruction.answer, value))
      begins[node] = (begin, begin)
      return begin
    case .test:
      preconditionFailure("a node that is no table yet")
    case .table(let table):
      let begin = begins[node] ?? (write(table), nil)
      if loaded == table.word.offset {
        begins[node] = begin
        return begin.loaded
      }
      if let bare = begin.bare { return bare }
      if begin.loaded != reversed.count {
        _ = append(SeccompInstruction(SeccompInstruction.jump, UInt32(distance(begin.loaded))))
      }
      let bare = append(SeccompInstruction(SeccompInstruction.loadWord, table.word.offset))
      begins[node] = (begin.loaded, bare)
      return bare
    }
  }

  /// Writes what looks into a word that is loaded.
  private mutating func write(_ table: SeccompLayout.Table) -> Int {
    let offset = table.word.offset
    if table.word.mask == .max {
      let search = search(table)
      return write(
        table.placeholders.isEmpty ? search : .singles(table.placeholders, others: search), having: offset)
    }
    if table.pieces.count == 2, table.pieces[1].first.nonzeroBitCount == 1,
      table.pieces[1].first.trailingZeroBitCount == table.word.mask.trailingZeroBitCount
    {
      // Any of the bits or none: the word stays as it is.
      let ifTrue = place(of: table.pieces[1].node, having: offset)
      let ifFalse = place(of: table.pieces[0].node, having: offset)
      return branch(SeccompInstruction.jumpIfAnySet, table.word.mask, ifTrue: ifTrue, ifFalse: ifFalse)
    }
    _ = write(search(table), having: nil)
    return append(SeccompInstruction(SeccompInstruction.and, table.word.mask))
  }

  private func search(_ table: SeccompLayout.Table) -> SeccompLayoutSearch {
    let isNumber = table.word.offset == SeccompInstruction.numberOffset
    let ends = table.pieces.dropFirst().map { $0.first - 1 } + [UInt32.max]
    return .cheapest(
      zip(table.pieces, ends).map { piece, last in
        var isAnswer = false
        if case .answer = nodes[piece.node] { isAnswer = true }
        // Between the last number that is named and the kernel's last one there are some twenty.
        let numbers = last == .max ? 20 : Int(last - piece.first) + 1
        return SeccompLayoutSearch.Run(
          first: piece.first, last: last, node: piece.node, steps: isNumber ? numbers : 1, isAnswer: isAnswer)
      })
  }

  private mutating func write(_ search: SeccompLayoutSearch, having loaded: UInt32?) -> Int {
    switch search {
    case .found(let node):
      return place(of: node, having: loaded)
    case .divided(let last, let above, let below):
      let above = write(above, having: loaded)
      let below = write(below, having: loaded)
      return branch(SeccompInstruction.jumpIfGreater, last, ifTrue: above, ifFalse: below)
    case .singles(let singles, let others):
      var otherwise = write(others, having: loaded)
      for single in singles.reversed() {
        let found = place(of: single.node, having: loaded)
        otherwise = branch(SeccompInstruction.jumpIfEqual, single.first, ifTrue: found, ifFalse: otherwise)
      }
      return otherwise
    }
  }
}
