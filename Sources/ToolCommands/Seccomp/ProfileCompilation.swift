package import LinuxSystem

/// From rules to a program, and the proof that it means the same.
package enum ProfileCompilation {
  package static func program(
    _ rules: SeccompRuleSet, for architecture: SeccompArchitecture
  ) throws(SeccompProfileError) -> [UInt64] {
    var words: [UInt64]
    do {
      words = try SeccompCompiler.compile(
        defaultAnswer: rules.defaultAnswer.kernelValue,
        rules: rules.names.flatMap { name in
          (rules.calls[name] ?? []).map {
            SeccompFilterRule(call: name, answer: $0.answer.kernelValue, comparisons: $0.comparisons)
          }
        }, answersNewer: rules.answersNewer, for: architecture)
    } catch { throw SeccompProfileError(error.message) }
    // libseccomp 2.5.4 merges some conditions wrongly: of "argument 5 ≤ 10" and "argument 5 > 2^63" it makes a program for which
    // 0xffffffff satisfies one of them.
    let plain = SequentialProgram.words(for: rules, on: architecture)
    if (try? SeccompProgramReading.areEqual(words, plain, for: architecture)) != true { words = plain }
    if let difference = difference(between: rules, and: words, on: architecture) {
      throw SeccompProfileError(
        "the program does not mean what the profile says; this is Warder's mistake: \(difference)")
    }
    if let problem = SeccompProgramCheck.problem(in: words) {
      throw SeccompProfileError(
        words.count > SeccompProgramCheck.longest
          ? "the program for \(architecture.name) has \(words.count) instructions, and at most "
            + "\(SeccompProgramCheck.longest) are taken: have fewer conditions"
          : "instruction \(problem.index) of the program for \(architecture.name) cannot be taken: \(problem.text)")
    }
    return words
  }

  /// A call that the program answers otherwise than the rules, out of many that lie where the rules change their minds; nil
  /// where none was found.
  package static func difference(
    between rules: SeccompRuleSet, and words: [UInt64], on architecture: SeccompArchitecture
  ) -> String? {
    let numbers = SeccompCallNumbers(architecture)
    var newest: Int32 = 0
    for name in rules.calls.keys { newest = max(newest, numbers.number(of: name) ?? 0) }
    for number in 0...max(newest, 470) + 8 {
      let name = numbers.name(of: number)
      let callRules = name.flatMap { rules.calls[$0] } ?? []
      for arguments in ArgumentProbes.arguments(for: callRules) {
        let expected: SeccompAnswer =
          number > newest && rules.answersNewer
          ? .fail(38) : callRules.first { $0.holds(for: arguments) }?.answer ?? rules.defaultAnswer
        let found = SeccompProgramRun.answer(of: words, to: UInt32(number), arguments, on: architecture)
        guard found != expected.kernelValue else { continue }
        let shown = arguments.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
        return "\(name ?? "#\(number)")(\(shown)) is answered 0x\(String(found, radix: 16)) instead of "
          + "0x\(String(expected.kernelValue, radix: 16))"
      }
    }
    return nil
  }
}

/// Arguments near the places where rules turn from holding to not holding.
package enum ArgumentProbes {
  /// Always the same for the same rules.
  package static func arguments(for rules: [SeccompCallRule]) -> [[UInt64]] {
    let comparisons = rules.flatMap(\.comparisons)
    guard !comparisons.isEmpty else { return [[0, 0, 0, 0, 0, 0], Array(repeating: .max, count: 6)] }
    var interesting: [[UInt64]] = Array(repeating: [0, .max], count: 6)
    for comparison in comparisons {
      let base = comparison.operation == .maskedEqual ? comparison.second : comparison.value
      var values = [
        base, base &+ 1, base &- 1, base ^ (1 << 32), base ^ (1 << 63), base & 0xFFFF_FFFF, base & ~0xFFFF_FFFF,
      ]
      if comparison.operation == .maskedEqual {
        values += [
          base | ~comparison.value, base ^ comparison.value, base ^ (comparison.value & ~(comparison.value &- 1)),
        ]
      }
      interesting[Int(comparison.argument)] += values
    }
    // Each rule's own arguments with one of them varied, and mixtures.
    var probes: [[UInt64]] = []
    for rule in rules.prefix(200) {
      var fitting = [UInt64](repeating: 0, count: 6)
      for comparison in rule.comparisons { fitting[Int(comparison.argument)] = comparison.satisfyingValue }
      probes.append(fitting)
      for comparison in rule.comparisons {
        for value in interesting[Int(comparison.argument)].prefix(60) {
          var varied = fitting
          varied[Int(comparison.argument)] = value
          probes.append(varied)
        }
      }
    }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<64 {
      probes.append(
        interesting.map { values in
          // Numerical Recipes' linear congruential generator: any will do.
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return values[Int(state >> 33) % values.count]
        })
    }
    return probes
  }
}

extension SeccompComparison {
  /// Some value for which it holds; it is not impossible.
  fileprivate var satisfyingValue: UInt64 {
    switch operation {
    case .notEqual: value &+ 1
    case .less: value &- 1
    case .greater: value &+ 1
    case .lessOrEqual, .equal, .greaterOrEqual: value
    case .maskedEqual: second
    }
  }
}

/// Numbers and names of an architecture's calls, asked for once: libseccomp searches its table anew each time.
package struct SeccompCallNumbers: Sendable {
  private let names: [Int32: String]
  private let numbers: [String: Int32]

  /// Above every number that is known.
  package static let end: Int32 = 600

  package init(_ architecture: SeccompArchitecture) {
    self = architecture == .native ? Self.native : SeccompCallNumbers(asking: architecture)
  }

  private static let native = SeccompCallNumbers(asking: .native)

  private init(asking architecture: SeccompArchitecture) {
    var names: [Int32: String] = [:]
    var numbers: [String: Int32] = [:]
    for number in 0..<Self.end {
      guard let name = architecture.name(of: number) else { continue }
      names[number] = name
      numbers[name] = number
    }
    self.names = names
    self.numbers = numbers
  }

  package func name(of number: Int32) -> String? { names[number] }
  package func number(of name: String) -> Int32? { numbers[name] }
  package var allNames: [String] { numbers.keys.sorted() }
}
