package import LinuxSystem
package import TaskModel

/// What each profile does with one system call, and what can be done about it.
package struct CallExplanation: Sendable {
  package enum Decision: String, Sendable {
    case allowed, conditional, refused
  }

  package struct Verdict: Sendable {
    package let profile: String
    package let decision: Decision
    /// `refused with EPERM, counted and reported`.
    package let how: String
    /// Alternatives, each with what is done when it holds.
    package let conditions: [String]
    package let why: String
    /// What would allow it; nil where it is allowed already.
    package let remedy: String?
  }

  package let call: String
  /// nil: this architecture has no such call.
  package let number: Int32?
  package private(set) var verdicts: [Verdict] = []
  /// What is refused whatever the profile says.
  package let guarded: [String]

  /// - Parameters:
  ///   - own: a profile of the asker's, and its name.
  package init(
    _ call: String, network: NetworkAccess, architecture: SeccompArchitecture,
    own: (name: String, rules: SeccompRuleSet)? = nil
  ) {
    self.call = call
    if case .number(let number) = architecture.number(of: call) { self.number = number } else { number = nil }
    guarded = Self.guardConditions(of: call, network: network)
    let standard = BuiltinProfile.standard.rules(network: network).calls[call]
    for profile in [BuiltinProfile.standard, .strict] {
      verdicts.append(
        Verdict(
          profile.rawValue, profile.rules(network: network), call,
          why: Self.why(call, profile, network: network),
          remedy: Self.remedy(call, profile, network: network, standard: standard)))
    }
    if let own {
      let isAbsolute = Self.noProfileAllows(call)
      verdicts.append(
        Verdict(
          own.name, own.rules, call, why: own.rules.calls[call] == nil ? "it has no rule for it" : "by its rules",
          remedy: isAbsolute ? Self.absolute : "a rule of its own with SCMP_ACT_ALLOW"))
    }
  }

  private static let absolute =
    "nothing but --seccomp unconfined: Warder's guard refuses it before any profile is asked"

  // MARK: - Why

  private static func why(_ call: String, _ profile: BuiltinProfile, network: NetworkAccess) -> String {
    if profile == .strict {
      for group in SeccompStrictProfile.allCases where group.names(network: network).words.contains(call) {
        return group.reason.replacing("`", with: "")
      }
    }
    for group in SeccompAllowedCalls.allCases where group.names.words.contains(call) {
      return "programs need it to " + phrase(group.purpose)
    }
    for group in SeccompConditionalCalls.allCases where group.names.words.contains(call) {
      return "allowed: " + group.meaning.replacing("`", with: "")
    }
    return SeccompReasons.reason(forRefusing: call)
  }

  /// Some purposes are things and not deeds.
  private static func phrase(_ purpose: String) -> String {
    switch purpose {
    case "extended attributes": "work with extended attributes"
    case "clocks, sleeping and timers": "tell the time, sleep and set timers"
    default: purpose
    }
  }

  // MARK: - What to do

  private static func remedy(
    _ call: String, _ profile: BuiltinProfile, network: NetworkAccess, standard: [SeccompCallRule]?
  ) -> String? {
    var ways: [String] = []
    let own = profile.rules(network: network).calls[call]
    if network == .none, profile.rules(network: .all).calls[call] != own { ways.append("--network all") }
    if profile == .strict, standard != own { ways.append("--seccomp default") }
    if ways.isEmpty {
      if noProfileAllows(call) { return absolute }
      ways.append("a profile of your own: warder seccomp compile")
    }
    return ways.joined(separator: ", or ")
  }

  /// Whether the guard refuses it with any arguments.
  private static func noProfileAllows(_ call: String) -> Bool {
    enclosure(network: .all).rules.contains { $0.call == call && $0.conditions.isEmpty }
  }

  private static func enclosure(network: NetworkAccess) -> SeccompProfile {
    SeccompGuard.enclosure(
      network: network, protecting: SeccompProtection(processes: [1], groups: []),
      denial: SeccompDenial.errno.action)
  }

  private static func guardConditions(of call: String, network: NetworkAccess) -> [String] {
    enclosure(network: network).rules.filter { $0.call == call }.map { rule in
      let answer = SeccompAnswer(rule.action)
      guard !rule.conditions.isEmpty else { return "always \(answer.text)" }
      return "\(answer.text) when " + SeccompCallRule(rule).comparisons.map(\.text).joined(separator: " and ")
    }
  }
}

extension CallExplanation.Verdict {
  fileprivate init(_ name: String, _ rules: SeccompRuleSet, _ call: String, why: String, remedy: String?) {
    let own = rules.calls[call] ?? []
    let isWhole = own.contains { $0.comparisons.isEmpty }
    let answer = isWhole ? own[0].answer : rules.defaultAnswer
    let counted = answer == .fail(1) ? ", counted and reported" : ""
    self.profile = name
    self.why = why
    if own.isEmpty || isWhole {
      decision = answer.isPermission ? .allowed : .refused
      how = answer.text + (answer.isPermission ? "" : counted)
      conditions = []
      self.remedy = answer.isPermission ? nil : remedy
    } else {
      decision = .conditional
      how = "it depends on the arguments; else \(answer.text)\(counted)"
      conditions = own.map { rule in
        "\(rule.answer.text) when " + rule.comparisons.map(\.text).joined(separator: " and ")
      }
      self.remedy = remedy
    }
  }
}

extension SeccompComparison {
  /// `argument 0 = 2`; arguments are counted from 0.
  package var text: String {
    let name = "argument \(argument)"
    return switch operation {
    case .equal: "\(name) = \(Self.shown(value))"
    case .notEqual: "\(name) ≠ \(Self.shown(value))"
    case .less: "\(name) < \(Self.shown(value))"
    case .lessOrEqual: "\(name) ≤ \(Self.shown(value))"
    case .greaterOrEqual: "\(name) ≥ \(Self.shown(value))"
    case .greater: "\(name) > \(Self.shown(value))"
    case .maskedEqual: "\(name) & \(Self.shown(value)) = \(Self.shown(second))"
    }
  }

  private static func shown(_ value: UInt64) -> String {
    value < 1024 ? String(value) : "0x" + String(value, radix: 16)
  }
}
