import TaskModel

@testable import LinuxSystem

/// Lays a filter out anew so that it says the same in fewer instructions.
///
/// The kernel translates a filter at each start of a task, and follows it once for every number there is to learn which calls
/// need no look at their arguments (seccomp_cache_prepare in kernel/seccomp.c): both take a time that grows with the
/// program. libseccomp's has a test for each call; but most calls are answered as their neighbours are, so that it takes
/// one only where the answer changes from a number to the next. What follows from the arguments is kept as it is, and written
/// once for all calls that share it.
///
/// Only used where the programs are written that lie ready. That both say the same is proved by tests: by trying, and by
/// walking every path (`areEqual` in ToolCommands).
struct SeccompLayout {
  private let words: [UInt64]
  private let architecture: SeccompArchitecture
  /// Every number above it is answered alike.
  private let newestNumber: UInt32

  private var nodes: [Node] = []
  private var known: [Node: Int] = [:]

  /// What is left to decide when the number is known.
  private enum Node: Hashable {
    case answer(UInt32)
    case test(Test)
  }

  /// A test of a part of an argument's word.
  private struct Test: Hashable {
    let word: Word
    let code: UInt16
    let operand: UInt32
    let ifTrue: Int
    let ifFalse: Int
  }

  /// A word of `struct seccomp_data`, or some of its bits.
  private struct Word: Hashable {
    let offset: UInt32
    let mask: UInt32
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
    return SeccompProgram(words: layout.write())
  }

  private init(words: [UInt64], architecture: SeccompArchitecture, newestNumber: UInt32) {
    self.words = words
    self.architecture = architecture
    self.newestNumber = newestNumber
  }
}

// MARK: - Reading

extension SeccompLayout {
  private mutating func node(_ node: Node) -> Int {
    if case .test(let test) = node, test.ifTrue == test.ifFalse { return test.ifTrue }
    if let id = known[node] { return id }
    nodes.append(node)
    known[node] = nodes.count - 1
    return nodes.count - 1
  }

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
        case let offset: .word(Word(offset: offset, mask: .max))
        }
      id = follow(next(0, loaded), number, token, &seen)
    case (0x54, .number(let value)):  // BPF_ALU | BPF_AND | BPF_K
      id = follow(next(0, .number(value & instruction.operand)), number, token, &seen)
    case (0x54, .word(let word)):
      let mask = word.mask & instruction.operand
      let left: Accumulator = mask == 0 ? .number(0) : .word(Word(offset: word.offset, mask: mask))
      id = follow(next(0, left), number, token, &seen)
    case (let code, .number(let value)):
      let operand = instruction.operand
      let holds =
        switch code {
        case SeccompInstruction.jumpIfEqual: value == operand
        case SeccompInstruction.jumpIfGreater: value > operand
        case 0x35: value >= operand  // BPF_JMP | BPF_JGE | BPF_K
        case SeccompInstruction.jumpIfAnySet: value & operand != 0
        default: preconditionFailure("instruction code \(code)")
        }
      let skipped = Int(holds ? instruction.ifTrue : instruction.ifFalse)
      id = follow(next(skipped, start.accumulator), number, token, &seen)
    case (let code, .word(let word)):
      let ifTrue = follow(next(Int(instruction.ifTrue), start.accumulator), number, token, &seen)
      let ifFalse = follow(next(Int(instruction.ifFalse), start.accumulator), number, token, &seen)
      id = node(
        .test(Test(word: word, code: code, operand: instruction.operand, ifTrue: ifTrue, ifFalse: ifFalse)))
    }
    seen[start] = id
    return id
  }
}

// MARK: - Numbers that are answered alike

extension SeccompLayout {
  private struct Run {
    let first: UInt32
    var last: UInt32
    let node: Int
  }

  private mutating func runs() -> [Run] {
    var runs: [Run] = []
    for number in 0...newestNumber {
      let node = outcome(of: number, token: architecture.auditToken)
      if runs.last?.node == node {
        runs[runs.count - 1].last = number
      } else {
        runs.append(Run(first: number, last: number, node: node))
      }
    }
    return runs
  }

  /// How a number is looked for among runs: the least of what the translation of an instruction costs, and of the steps that
  /// every number takes through it.
  private indirect enum Search {
    case found(Int)
    /// Greater than `last` or not.
    case divided(last: UInt32, above: Search, below: Search)
    /// Single numbers among others that are all answered alike.
    case singles([(number: UInt32, node: Int)], others: Int)
  }

  /// An instruction takes some 100 ns to translate, a step through it 2.5.
  private static let instructionCost = 40

  private static func search(_ runs: [Run]) -> Search {
    var best: [[(cost: Int, search: Search)]] = runs.map { run in
      [(0, .found(run.node))]
    }
    for length in 1..<max(1, runs.count) {
      for start in 0..<(runs.count - length) {
        let end = start + length
        let numbers = Int(runs[end].last - runs[start].first) + 1
        var least: (cost: Int, search: Search) = (.max, .found(runs[start].node))
        for last in start..<end {
          let below = best[start][last - start]
          let above = best[last + 1][end - last - 1]
          let cost = instructionCost + numbers + below.cost + above.cost
          if cost < least.cost {
            least = (cost, .divided(last: runs[last].last, above: above.search, below: below.search))
          }
        }
        if let singles = singles(runs[start...end]), case let cost = singles.count * (instructionCost + numbers),
          cost < least.cost
        {
          least = (cost, .singles(singles, others: runs[start].node))
        }
        best[start].append(least)
      }
    }
    return best[0][runs.count - 1].search
  }

  private static func singles(_ runs: ArraySlice<Run>) -> [(number: UInt32, node: Int)]? {
    guard runs.count % 2 == 1, let first = runs.first else { return nil }
    var singles: [(number: UInt32, node: Int)] = []
    for (place, run) in runs.enumerated() {
      if place % 2 == 0 {
        guard run.node == first.node else { return nil }
      } else {
        guard run.first == run.last else { return nil }
        singles.append((run.first, run.node))
      }
    }
    return singles.isEmpty ? nil : singles
  }
}

// MARK: - Writing

extension SeccompLayout {
  /// Instructions from the last to the first: all jumps lead forward, so that where they lead is written before them.
  private struct Writer {
    var reversed: [SeccompInstruction] = []
    /// Where a node begins, counted from the end: with nothing known, with its word loaded, and with that masked.
    var begins: [Int: (bare: Int, loaded: Int, masked: Int)] = [:]

    mutating func append(_ instruction: SeccompInstruction) -> Int {
      reversed.append(instruction)
      return reversed.count
    }

    /// How many instructions lie between the next one to be written and that place.
    func distance(_ place: Int) -> Int { reversed.count - place }

    /// Both ways of a test, near enough for its 8 bits.
    mutating func branch(_ code: UInt16, _ operand: UInt32, ifTrue: Int, ifFalse: Int) -> Int {
      var (ifTrue, ifFalse) = (ifTrue, ifFalse)
      // What is put in between moves both away by one.
      if distance(ifFalse) > 254 { ifFalse = bring(ifFalse) }
      if distance(ifTrue) > 254 { ifTrue = bring(ifTrue) }
      return append(
        SeccompInstruction(
          code, operand, ifTrue: UInt8(distance(ifTrue)), ifFalse: UInt8(distance(ifFalse))))
    }

    /// A nearer place that leads to the same.
    private mutating func bring(_ place: Int) -> Int {
      let there = reversed[place - 1]
      return append(
        there.code == SeccompInstruction.answer
          ? there : SeccompInstruction(SeccompInstruction.jump, UInt32(distance(place))))
    }
  }

  private mutating func write() -> [UInt64] {
    let runs = runs()
    let above = node(.answer(answer(SeccompCallNumber.aboveAll)))
    let killed = node(.answer(SeccompAction.killProcess.kernelValue))
    var writer = Writer()

    let tree = write(Self.search(runs), &writer)
    // What is above all of them, and x32.
    var other = place(of: above, given: nil, &writer)
    if architecture.hasX32 {
      let x32 = writer.branch(
        SeccompInstruction.jumpIfAnySet, SeccompArchitecture.x32Bit,
        ifTrue: place(of: killed, given: nil, &writer), ifFalse: other)
      other = writer.branch(SeccompInstruction.jumpIfEqual, .max, ifTrue: other, ifFalse: x32)
    }
    _ = writer.branch(SeccompInstruction.jumpIfGreater, newestNumber, ifTrue: other, ifFalse: tree)
    let start = writer.append(SeccompInstruction(SeccompInstruction.loadWord, SeccompInstruction.numberOffset))
    _ = writer.branch(
      SeccompInstruction.jumpIfEqual, architecture.auditToken, ifTrue: start,
      ifFalse: place(of: killed, given: nil, &writer))
    _ = writer.append(SeccompInstruction(SeccompInstruction.loadWord, SeccompInstruction.architectureOffset))
    return writer.reversed.reversed().map { $0.word }
  }

  private enum SeccompCallNumber { static let aboveAll: UInt32 = 0x3FFF_FFFF }

  /// The constant answer to a number.
  private mutating func answer(_ number: UInt32) -> UInt32 {
    guard case .answer(let value) = nodes[outcome(of: number, token: architecture.auditToken)] else {
      preconditionFailure("the answer to \(number) depends on arguments")
    }
    return value
  }

  private func write(_ search: Search, _ writer: inout Writer) -> Int {
    switch search {
    case .found(let node):
      return place(of: node, given: nil, &writer)
    case .divided(let last, let above, let below):
      let above = write(above, &writer)
      let below = write(below, &writer)
      return writer.branch(SeccompInstruction.jumpIfGreater, last, ifTrue: above, ifFalse: below)
    case .singles(let singles, let others):
      var otherwise = place(of: others, given: nil, &writer)
      for (number, node) in singles.reversed() {
        let found = place(of: node, given: nil, &writer)
        otherwise = writer.branch(SeccompInstruction.jumpIfEqual, number, ifTrue: found, ifFalse: otherwise)
      }
      return otherwise
    }
  }

  /// Where a node begins for somebody with that word in the accumulator; written where it is not yet.
  private func place(of node: Int, given word: Word?, _ writer: inout Writer) -> Int {
    var begins = writer.begins[node] ?? write(node, &writer)
    // An answer is as short as a jump to it.
    if case .answer = nodes[node], writer.distance(begins.bare) > 128 { begins = write(node, &writer) }
    guard case .test(let test) = nodes[node], let word, word.offset == test.word.offset else { return begins.bare }
    if word.mask == test.word.mask { return begins.masked }
    return word.mask == .max ? begins.loaded : begins.bare
  }

  private func write(_ node: Int, _ writer: inout Writer) -> (bare: Int, loaded: Int, masked: Int) {
    let begins: (bare: Int, loaded: Int, masked: Int)
    switch nodes[node] {
    case .answer(let value):
      let place = writer.append(SeccompInstruction(SeccompInstruction.answer, value))
      begins = (place, place, place)
    case .test(let test):
      let ifTrue = place(of: test.ifTrue, given: test.word, &writer)
      let ifFalse = place(of: test.ifFalse, given: test.word, &writer)
      let masked = writer.branch(test.code, test.operand, ifTrue: ifTrue, ifFalse: ifFalse)
      let loaded = test.word.mask == .max ? masked : writer.append(SeccompInstruction(0x54, test.word.mask))
      let bare = writer.append(SeccompInstruction(SeccompInstruction.loadWord, test.word.offset))
      begins = (bare, loaded, masked)
    }
    writer.begins[node] = begins
    return begins
  }
}
