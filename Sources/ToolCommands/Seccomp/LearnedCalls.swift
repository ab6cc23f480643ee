package import LinuxSystem
internal import TaskModel

/// What a script was seen to call, and the smallest profile that allows it. Pure.
package struct LearnedCalls: Sendable {
  private let numbers: SeccompCallNumbers
  private var seen: [String: Set<UInt64>] = [:]
  /// Calls that no name is known of, by number.
  package private(set) var unnamed: Set<Int32> = []
  package private(set) var total = 0

  package init(_ architecture: SeccompArchitecture = .native) { numbers = SeccompCallNumbers(architecture) }

  /// The calls whose first argument says what they do; a filter can look at it, and a profile that allowed the number alone would
  /// allow much more than was seen.
  private static let selectors: Set<String> = ["socket", "socketpair", "prctl", "personality"]
  /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
  private static let namespaces: UInt64 = 0x7E02_0000
  /// Whether these happen is a matter of timing, or they were not shown (`SeccompProgram.observing`).
  private static let always =
    SeccompArchitecture.callsBeforeProgram + ["exit", "rt_sigreturn", "restart_syscall", "futex"]

  package mutating func note(_ number: Int32, _ arguments: [UInt64]) {
    total += 1
    guard let name = numbers.name(of: number) else {
      unnamed.insert(number)
      return
    }
    let selector: UInt64 =
      if Self.selectors.contains(name) {
        arguments[0]
      } else if name == "clone" {
        arguments[0] & Self.namespaces
      } else { 0 }
    seen[name, default: []].insert(selector)
  }

  package var names: [String] { seen.keys.sorted() }

  /// Default EPERM; with what callers fall back from answered ENOSYS, as the built-in profiles do.
  package var rules: SeccompRuleSet {
    var rules = SeccompRuleSet(defaultAnswer: .fail(1))
    for name in SeccompPolicy.unimplementedNames.words where numbers.number(of: name) != nil {
      rules.calls[name] = [SeccompCallRule(.fail(38))]
    }
    for name in Self.always { rules.calls[name] = [SeccompCallRule(.allow)] }
    for (name, selectors) in seen {
      if Self.selectors.contains(name) {
        rules.calls[name] = selectors.sorted().map {
          SeccompCallRule(.allow, when: [SeccompComparison(argument: 0, .equal, $0)])
        }
      } else if name == "clone", selectors == [0] {
        rules.calls[name] = [
          SeccompCallRule(.allow, when: [SeccompComparison(argument: 0, .maskedEqual, Self.namespaces)])
        ]
      } else {
        rules.calls[name] = [SeccompCallRule(.allow)]
      }
    }
    return rules
  }

  /// What the script runs under while it is watched: everything goes, but for what it will not get afterwards either.
  package static var permissive: SeccompRuleSet {
    var rules = SeccompRuleSet(defaultAnswer: .allow)
    for name in SeccompPolicy.unimplementedNames.words { rules.calls[name] = [SeccompCallRule(.fail(38))] }
    return rules
  }
}

extension SeccompRuleSet {
  /// With what another profile of the same kind allows besides.
  package func adding(_ other: SeccompRuleSet) -> SeccompRuleSet {
    var sum = self
    for (name, rules) in other.calls {
      let own = sum.calls[name] ?? []
      let all = own + rules.filter { !own.contains($0) }
      // A permission without conditions makes the others superfluous.
      let whole = all.first { $0.comparisons.isEmpty && $0.answer.isPermission }
      sum.calls[name] = whole.map { [$0] } ?? all
    }
    return sum
  }
}
