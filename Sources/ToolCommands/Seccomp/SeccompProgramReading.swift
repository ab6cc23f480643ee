package import LinuxSystem

/// Finds the rules in a compiled program: what it answers to each call, and for which arguments.
///
/// Every path through the program is walked for every call, with the number known and the arguments unknown. A test of an
/// argument divides the walk: what is known of a word afterwards is kept as a mask and the bits under it, so that the end of
/// each path is a rule of masks. Rules that together are an interval become one comparison again.
package struct SeccompProgramReading {
  private let words: [UInt64]
  private let architecture: SeccompArchitecture
  private var steps = 0
  /// For showing; a comparison, which has another way out, gives up sooner.
  private var mostSteps = 2_000_000

  /// - Throws: where the program asks for something that no profile can say, or is too involved.
  package static func rules(
    of words: [UInt64], for architecture: SeccompArchitecture
  ) throws(SeccompProfileError) -> SeccompRuleSet {
    var reading = SeccompProgramReading(words: words, architecture: architecture)
    return try reading.rules()
  }

  /// Whether two programs give the same answer to every call with every argument: not by trying, but by walking every path of
  /// the one and, with what is known at its end, every path of the other.
  /// - Throws: where either cannot be walked within so many steps.
  package static func areEqual(
    _ one: [UInt64], _ other: [UInt64], for architecture: SeccompArchitecture, mostSteps: Int = 100_000
  ) throws(SeccompProfileError) -> Bool {
    var first = SeccompProgramReading(words: one, architecture: architecture)
    var second = SeccompProgramReading(words: other, architecture: architecture)
    first.mostSteps = mostSteps
    second.mostSteps = 2 * mostSteps
    for number in Array(0...UInt32(SeccompCallNumbers.end)) + [.max] {
      for outcome in try first.outcomes(of: number) {
        let continued = try second.outcomes(of: number, given: outcome.known)
        if continued.contains(where: { $0.answer != outcome.answer }) { return false }
      }
    }
    return true
  }

  private init(words: [UInt64], architecture: SeccompArchitecture) {
    self.words = words
    self.architecture = architecture
  }

  private mutating func rules() throws(SeccompProfileError) -> SeccompRuleSet {
    let numbers = SeccompCallNumbers(architecture)
    var found: [(name: String, outcomes: [Outcome])] = []
    for number in 0..<SeccompCallNumbers.end {
      guard let name = numbers.name(of: number) else { continue }
      found.append((name, try outcomes(of: UInt32(number))))
    }
    // No machine has calls from 340 to 400: what is answered there is answered to whatever has no rule.
    var standard = SeccompAnswer.killProcess
    if let answer = try outcomes(of: 380).first?.answer { standard = answer }
    if standard == .fail(38) {
      // The program ends before: then it is what most calls get that are refused.
      let refusals = found.flatMap { $0.outcomes.map(\.answer) }.filter { !$0.isPermission && $0 != .fail(38) }
      let counts = Dictionary(refusals.map { ($0, 1) }, uniquingKeysWith: +)
      standard = counts.max { ($0.value, $1.key.kernelValue) < ($1.value, $0.key.kernelValue) }?.key ?? standard
    }
    var rules = SeccompRuleSet(defaultAnswer: standard)
    // What is answered ENOSYS up to the end is newer than the program.
    var newest: Int32 = 0
    for number in 0..<SeccompCallNumbers.end {
      if try outcomes(of: UInt32(number)).contains(where: { $0.answer != .fail(38) }) { newest = number }
    }
    for (name, outcomes) in found {
      let telling = outcomes.filter { $0.answer != standard }
      if rules.answersNewer, let number = numbers.number(of: name), number > newest { continue }
      if !telling.isEmpty { rules.calls[name] = RuleMerging.merged(telling.map(\.rule)) }
    }
    // Where the newest call has no rule of its own, the next one tells where the end is: it has had one.
    if rules.answersNewer, numbers.name(of: newest).flatMap({ rules.calls[$0] }) == nil,
      let next = (newest + 1..<SeccompCallNumbers.end).lazy.compactMap({ numbers.name(of: $0) }).first
    {
      rules.calls[next] = [SeccompCallRule(.fail(38))]
    }
    return rules
  }

  // MARK: - Walking

  /// What is known of a word: the bits under `mask`.
  private struct Known {
    var mask: UInt32 = 0
    var bits: UInt32 = 0

    /// nil: it contradicts what is known.
    func and(_ mask: UInt32, _ bits: UInt32) -> Known? {
      guard (self.bits ^ bits) & self.mask & mask == 0 else { return nil }
      return Known(mask: self.mask | mask, bits: self.bits | bits & mask)
    }
  }

  private enum Accumulator {
    case constant(UInt32)
    /// The bits under a mask of the word at an offset.
    case word(Int, mask: UInt32)
  }

  private struct Outcome {
    let answer: SeccompAnswer
    let known: [Int: Known]

    var rule: SeccompCallRule {
      var comparisons: [SeccompComparison] = []
      for argument in 0..<6 {
        let low = known[16 + argument * 8] ?? Known()
        let high = known[20 + argument * 8] ?? Known()
        let mask = UInt64(high.mask) << 32 | UInt64(low.mask)
        guard mask != 0 else { continue }
        comparisons.append(
          SeccompComparison(
            argument: UInt8(argument), .maskedEqual, mask, second: UInt64(high.bits) << 32 | UInt64(low.bits)))
      }
      return SeccompCallRule(answer, when: comparisons)
    }
  }

  /// - Parameter given: what is known before, by the offset of the word.
  private mutating func outcomes(
    of number: UInt32, given: [Int: Known] = [:]
  ) throws(SeccompProfileError) -> [Outcome] {
    var outcomes: [Outcome] = []
    var left: [(position: Int, accumulator: Accumulator, known: [Int: Known])] = [(0, .constant(0), given)]
    while let path = left.popLast() {
      var (position, accumulator) = (path.position, path.accumulator)
      let known = path.known
      while true {
        steps += 1
        guard steps < mostSteps else { throw SeccompProfileError("the program is too involved to be shown as rules") }
        let instruction = SeccompInstruction(word: words[position])
        position += 1
        switch instruction.code {
        case SeccompInstruction.loadWord: accumulator = try load(instruction.operand, number)
        case 0x54: accumulator = Self.and(accumulator, instruction.operand)
        case SeccompInstruction.jump: position += Int(instruction.operand)
        case SeccompInstruction.answer:
          guard let answer = SeccompAnswer(kernelValue: instruction.operand) else {
            throw SeccompProfileError("the program answers 0x\(String(instruction.operand, radix: 16))")
          }
          outcomes.append(Outcome(answer: answer, known: known))
          position = -1
        default:
          let (yes, no) = (position + Int(instruction.ifTrue), position + Int(instruction.ifFalse))
          switch accumulator {
          case .constant(let value): position = BitTest(instruction).holds(for: value) ? yes : no
          case .word(let offset, let mask):
            let before = known[offset] ?? Known()
            for (target, isTrue) in [(yes, true), (no, false)] {
              for way in BitTest(instruction).ways(mask: mask, isTrue: isTrue) {
                guard let after = before.and(way.mask, way.bits) else { continue }
                var further = known
                further[offset] = after
                left.append((target, accumulator, further))
              }
            }
            position = -1
          }
        }
        if position < 0 { break }
      }
    }
    return outcomes
  }

  private func load(_ offset: UInt32, _ number: UInt32) throws(SeccompProfileError) -> Accumulator {
    switch offset {
    case SeccompInstruction.numberOffset: return .constant(number)
    case SeccompInstruction.architectureOffset: return .constant(architecture.auditToken)
    case 16..<64: return .word(Int(offset), mask: .max)
    default: throw SeccompProfileError("the program looks at the instruction pointer, which no profile can say")
    }
  }

  private static func and(_ accumulator: Accumulator, _ mask: UInt32) -> Accumulator {
    switch accumulator {
    case .constant(let value): .constant(value & mask)
    case .word(let offset, let before): .word(offset, mask: before & mask)
    }
  }
}

/// A conditional jump's test, and the ways in which a word with unknown bits can pass it or fail it.
private struct BitTest {
  private let code: UInt16
  private let operand: UInt32

  init(_ instruction: SeccompInstruction) {
    code = instruction.code
    operand = instruction.operand
  }

  func holds(for value: UInt32) -> Bool {
    switch code {
    case SeccompInstruction.jumpIfEqual: value == operand
    case SeccompInstruction.jumpIfGreater: value > operand
    case SeccompInstruction.jumpIfAnySet: value & operand != 0
    default: value >= operand
    }
  }

  /// Disjoint, together everything. Bits of the word outside of `mask` are zeros in what is tested.
  func ways(mask: UInt32, isTrue: Bool) -> [(mask: UInt32, bits: UInt32)] {
    switch code {
    case SeccompInstruction.jumpIfEqual:
      let isPossible = operand & ~mask == 0
      if isTrue { return isPossible ? [(mask, operand)] : [] }
      guard isPossible else { return [(0, 0)] }
      return Self.firstDifference(mask, { ($0 & operand) ^ $0 }, above: { operand & $0 })
    case SeccompInstruction.jumpIfAnySet:
      let tested = mask & operand
      guard isTrue else { return [(tested, 0)] }
      return Self.firstDifference(tested, { $0 }, above: { _ in 0 })
    case SeccompInstruction.jumpIfGreater: return isTrue ? greater(mask) : notGreater(mask)
    default:
      // ≥ n is > n - 1.
      guard operand > 0 else { return isTrue ? [(0, 0)] : [] }
      let test = BitTest(code: SeccompInstruction.jumpIfGreater, operand: operand - 1)
      return isTrue ? test.greater(mask) : test.notGreater(mask)
    }
  }

  private init(code: UInt16, operand: UInt32) {
    self.code = code
    self.operand = operand
  }

  /// For each bit of the mask: it is `bit`, and those above it are `above`.
  private static func firstDifference(
    _ mask: UInt32, _ bit: (UInt32) -> UInt32, above: (UInt32) -> UInt32
  ) -> [(mask: UInt32, bits: UInt32)] {
    (0..<32 as Range<UInt32>).compactMap { place in
      let one: UInt32 = 1 << place
      guard mask & one != 0 else { return nil }
      let higher = mask & ~(one | (one - 1))
      return (higher | one, above(higher) | bit(one))
    }
  }

  /// The highest bit that differs from the operand's is a one.
  private func greater(_ mask: UInt32) -> [(mask: UInt32, bits: UInt32)] { differing(mask, wanted: true) }

  private func notGreater(_ mask: UInt32) -> [(mask: UInt32, bits: UInt32)] {
    (operand & ~mask == 0 ? [(mask, operand)] : []) + differing(mask, wanted: false)
  }

  /// The highest bit that differs from the operand's is there (`wanted`) or missing.
  private func differing(_ mask: UInt32, wanted: Bool) -> [(mask: UInt32, bits: UInt32)] {
    (0..<32 as Range<UInt32>).compactMap { place in
      let one: UInt32 = 1 << place
      guard operand & one != 0 ? !wanted : wanted && mask & one != 0 else { return nil }
      let higher = ~(one | (one - 1))
      // Above it the tested word is the operand, where the bits outside of the mask are zeros.
      guard operand & higher & ~mask == 0 else { return nil }
      return (higher & mask | one & mask, operand & higher | (wanted ? one : 0))
    }
  }
}
