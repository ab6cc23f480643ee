internal import LinuxSystem
package import TaskModel

/// A filter that Warder brings with it, as rules.
package enum BuiltinProfile: String, CaseIterable, Sendable {
  case standard = "default"
  case strict
  /// The one that `warder-init` confines itself with.
  case supervisor

  /// Without the guard, which stands before every profile and is no part of one (docs/seccomp-profiles.md).
  package func rules(network: NetworkAccess) -> SeccompRuleSet {
    let protection = SeccompProtection(processes: [], groups: [])
    switch self {
    case .standard:
      let policy = SeccompPolicy.standard(network: network, denial: .errno, protecting: protection)
      return Self.rules(allowing: policy.profiles[1], before: [])
    case .strict:
      let policy = SeccompPolicy.strict(network: network, denial: .errno, protecting: protection)
      var rules = Self.rules(allowing: policy.profiles[2], before: [])
      // They are refused as everything is that has no rule.
      for rule in policy.profiles[0].rules { rules.calls[rule.call] = nil }
      return rules
    case .supervisor:
      let profiles = SeccompSupervisor.policy.profiles
      return Self.rules(allowing: profiles[1], before: profiles[0].rules)
    }
  }

  /// One set out of rules that are asked first and a profile that is asked then.
  private static func rules(allowing profile: SeccompProfile, before: [SeccompRule]) -> SeccompRuleSet {
    var set = SeccompRuleSet(defaultAnswer: SeccompAnswer(profile.defaultAction))
    for rule in before + profile.rules {
      let decided = set.calls[rule.call]?.contains { $0.comparisons.isEmpty } ?? false
      if !decided { set.calls[rule.call, default: []].append(SeccompCallRule(rule)) }
    }
    return set
  }
}

extension SeccompAnswer {
  init(_ action: SeccompAction) {
    switch action {
    case .allow: self = .allow
    case .fail(let errno): self = .fail(errno.rawValue)
    // Only a filter in force has a listener; it answers EPERM.
    case .notify: self = .fail(1)
    case .trap: self = .trap
    case .killProcess: self = .killProcess
    }
  }
}

extension SeccompCallRule {
  init(_ rule: SeccompRule) {
    self.init(
      SeccompAnswer(rule.action),
      when: rule.conditions.map { condition in
        condition.mask == .max
          ? SeccompComparison(
            argument: condition.argument, condition.isNegated ? .notEqual : .equal, condition.value)
          : SeccompComparison(
            argument: condition.argument, .maskedEqual, condition.mask, second: condition.value)
      })
  }
}
