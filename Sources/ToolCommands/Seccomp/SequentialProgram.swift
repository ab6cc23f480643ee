package import LinuxSystem

/// A program that asks rule after rule: longer and slower than libseccomp's tree, and plain enough to be right for every
/// combination of conditions. For profiles of which libseccomp makes something else, see `ProfileCompilation`.
package struct SequentialProgram {
  private var words: [UInt64] = []

  package static func words(for rules: SeccompRuleSet, on architecture: SeccompArchitecture) -> [UInt64] {
    var program = SequentialProgram()
    let numbers = SeccompCallNumbers(architecture)
    let known = rules.calls.compactMap { name, list in
      numbers.number(of: name).map { (number: UInt32($0), rules: list) }
    }.sorted { $0.number < $1.number }

    program.add(SeccompInstruction.loadWord, SeccompInstruction.architectureOffset)
    program.add(SeccompInstruction.jumpIfEqual, architecture.auditToken, ifTrue: 1)
    program.answer(.killProcess)
    program.add(SeccompInstruction.loadWord, SeccompInstruction.numberOffset)
    if architecture == .x86_64 {
      // -1 is what a tracer writes to cancel a call, and not x32.
      program.add(SeccompInstruction.jumpIfEqual, .max, ifTrue: 2)
      program.add(SeccompInstruction.jumpIfAnySet, SeccompArchitecture.x32Bit, ifFalse: 1)
      program.answer(.killProcess)
    }
    if rules.answersNewer {
      program.add(SeccompInstruction.jumpIfGreater, known.last?.number ?? 0, ifFalse: 1)
      program.answer(.fail(38))
    }
    for (number, list) in known {
      var block = SequentialProgram()
      for rule in list { block.add(rule) }
      if !list.contains(where: { $0.comparisons.isEmpty }) { block.answer(rules.defaultAnswer) }
      program.add(SeccompInstruction.jumpIfEqual, number, ifTrue: 1)
      program.add(SeccompInstruction.jump, UInt32(block.words.count))
      program.words += block.words
    }
    program.answer(rules.defaultAnswer)
    return program.words
  }

  private mutating func add(_ code: UInt16, _ operand: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
    words.append(UInt64(code) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(operand) << 32)
  }

  private mutating func answer(_ answer: SeccompAnswer) { add(SeccompInstruction.answer, answer.kernelValue) }

  // MARK: - A rule

  /// One instruction of a test; where it leads when it does not go on.
  private enum Step {
    case load(UInt32)
    case and(UInt32)
    case jump(UInt16, UInt32, whenTrue: Way, whenFalse: Way)
  }

  private enum Way { case next, met, notMet }

  /// The tests, then the answer; whatever is not met leads behind it.
  private mutating func add(_ rule: SeccompCallRule) {
    let tests = rule.comparisons.map(Self.steps)
    let length = tests.reduce(0) { $0 + $1.count } + 1
    var position = 0
    for steps in tests {
      let end = position + steps.count
      for step in steps {
        // At most 6 tests of 6 instructions: every distance fits into its byte.
        func distance(_ way: Way) -> UInt8 {
          switch way {
          case .next: 0
          case .met: UInt8(end - position - 1)
          case .notMet: UInt8(length - position - 1)
          }
        }
        switch step {
        case .load(let offset): add(SeccompInstruction.loadWord, offset)
        case .and(let mask): add(0x54, mask)
        case .jump(let code, let operand, let whenTrue, let whenFalse):
          add(code, operand, ifTrue: distance(whenTrue), ifFalse: distance(whenFalse))
        }
        position += 1
      }
    }
    answer(rule.answer)
  }

  private static func steps(_ comparison: SeccompComparison) -> [Step] {
    let low = 16 + UInt32(comparison.argument) * 8
    let high = low + 4
    let (valueHigh, valueLow) = (UInt32(comparison.value >> 32), UInt32(truncatingIfNeeded: comparison.value))
    let equal = SeccompInstruction.jumpIfEqual
    let greater = SeccompInstruction.jumpIfGreater
    let greaterOrEqual: UInt16 = 0x35
    /// The higher half decides, unless it is the same.
    func ordered(_ whenGreater: Way, _ whenLess: Way, _ last: Step) -> [Step] {
      [
        .load(high), .jump(greater, valueHigh, whenTrue: whenGreater, whenFalse: .next),
        .jump(equal, valueHigh, whenTrue: .next, whenFalse: whenLess), .load(low), last,
      ]
    }
    switch comparison.operation {
    case .equal:
      return [
        .load(high), .jump(equal, valueHigh, whenTrue: .next, whenFalse: .notMet),
        .load(low), .jump(equal, valueLow, whenTrue: .next, whenFalse: .notMet),
      ]
    case .notEqual:
      return [
        .load(high), .jump(equal, valueHigh, whenTrue: .next, whenFalse: .met),
        .load(low), .jump(equal, valueLow, whenTrue: .notMet, whenFalse: .next),
      ]
    case .greater: return ordered(.met, .notMet, .jump(greater, valueLow, whenTrue: .next, whenFalse: .notMet))
    case .greaterOrEqual:
      return ordered(.met, .notMet, .jump(greaterOrEqual, valueLow, whenTrue: .next, whenFalse: .notMet))
    case .lessOrEqual: return ordered(.notMet, .met, .jump(greater, valueLow, whenTrue: .notMet, whenFalse: .next))
    case .less:
      return ordered(.notMet, .met, .jump(greaterOrEqual, valueLow, whenTrue: .notMet, whenFalse: .next))
    case .maskedEqual:
      return [
        .load(high), .and(valueHigh),
        .jump(equal, UInt32(comparison.second >> 32), whenTrue: .next, whenFalse: .notMet),
        .load(low), .and(valueLow),
        .jump(equal, UInt32(truncatingIfNeeded: comparison.second), whenTrue: .next, whenFalse: .notMet),
      ]
    }
  }
}
