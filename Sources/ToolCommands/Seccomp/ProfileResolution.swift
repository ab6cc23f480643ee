package import LinuxSystem
internal import TaskModel

/// What a profile means on one machine: which rules count there, what its actions become, and what it cannot have.
package struct ProfileResolution: Sendable {
  /// Where and how it is to hold.
  package struct Target: Sendable {
    package var architecture: SeccompArchitecture
    /// For `minKernel`.
    package var kernel: KernelVersion
    /// Actions that stand for others, by the wish of whoever compiles.
    package var replacements: [OCISeccompProfile.Action: OCISeccompProfile.Action] = [:]
    /// Whether unknown names are errors.
    package var isStrict = false

    package init(architecture: SeccompArchitecture, kernel: KernelVersion) {
      self.architecture = architecture
      self.kernel = kernel
    }
  }

  package private(set) var rules: SeccompRuleSet
  /// What somebody should know who expects the profile to mean here what it means elsewhere.
  package private(set) var notes: [String] = []

  private let target: Target
  private let describe: @Sendable (String, Int) -> SeccompProfileError

  /// - Parameter bytes: the profile's file, for the places in messages.
  package init(
    _ profile: OCISeccompProfile, for target: Target, bytes: [UInt8], path: String
  ) throws(SeccompProfileError) {
    self.target = target
    describe = { OCIProfileReader.error($0, at: $1, in: bytes, path: path) }
    rules = SeccompRuleSet(defaultAnswer: .killProcess)
    rules.defaultAnswer = try answer(to: profile.standard, errno: "defaultErrnoRet")
    noteSettings(of: profile)
    try collect(profile.rules)
    try settle(profile.rules)
    collected = [:]
  }

  // MARK: - Actions

  private mutating func answer(
    to decision: OCISeccompProfile.Decision, errno name: String
  ) throws(SeccompProfileError) -> SeccompAnswer {
    let action = target.replacements[decision.action] ?? decision.action
    switch action {
    case .allow: return .allow
    case .log: return .log
    case .trap: return .trap
    case .killProcess: return .killProcess
    case .kill, .killThread:
      note(
        "\(action.name) ends the whole process here, as SCMP_ACT_KILL_PROCESS does: a lost thread would be noticed by nobody"
      )
      return .killProcess
    case .errno:
      let number = decision.errno ?? 1
      // libseccomp takes less than MAX_ERRNO, which the kernel would take as well.
      guard 1...4094 ~= number else {
        throw describe(
          number == 0
            ? "\(name): an error of 0 would tell the caller that it got what it asked for; expected 1 to 4094"
            : "\(name): expected an error from 1 to 4094, found \(number)", decision.place)
      }
      return .fail(UInt16(number))
    case .trace:
      throw describe(
        "SCMP_ACT_TRACE cannot be had: no tracer is attached to a script, and without one the kernel answers ENOSYS. "
          + "Take it for another action: --replace TRACE=ERRNO", decision.place)
    case .notify:
      throw describe(
        "SCMP_ACT_NOTIFY cannot be had: the filter's only listener is Warder's own, which refuses and counts. "
          + "Take it for another action: --replace NOTIFY=ERRNO", decision.place)
    }
  }

  private mutating func noteSettings(of profile: OCISeccompProfile) {
    for flag in profile.flags {
      switch flag {
      case "SECCOMP_FILTER_FLAG_TSYNC": note("\(flag) has no effect: the script has one thread when its filter is set")
      case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV":
        note("\(flag) has no effect: Warder sets it wherever the kernel knows it")
      case "SECCOMP_FILTER_FLAG_LOG": note("\(flag) has no effect: refused calls are counted in Warder's own log")
      case "SECCOMP_FILTER_FLAG_SPEC_ALLOW":
        note("\(flag) has no effect: the mitigations against speculation stay on, which is slower and safer")
      default: note("the flag \(Quoted.text(flag)) is not known and has no effect")
      }
    }
    let foreign = profile.architectures.filter { name in
      !SeccompArchitecture.allCases.contains { $0.ociName == name }
    }
    if !foreign.isEmpty {
      note(
        "\(foreign.joined(separator: ", ")): calls by another machine's entry end the process here, whatever a profile says"
      )
    }
  }

  // MARK: - Rules

  private struct Candidate {
    let rule: SeccompCallRule
    let source: Int
  }
  private var collected: [String: [Candidate]] = [:]

  private mutating func collect(_ given: [OCISeccompProfile.Rule]) throws(SeccompProfileError) {
    var unknown: [String] = []
    var notHere: [String] = []
    for (index, rule) in given.enumerated() {
      guard applies(rule) else { continue }
      let answer = try answer(to: rule.decision, errno: "errnoRet")
      let alternatives = Self.alternatives(rule.arguments)
      if alternatives.count > 1 {
        note(
          "\(rule.names.joined(separator: ", ")): two conditions on one argument are alternatives, as runc and crun take them"
        )
      }
      for given in rule.names {
        var name = given
        switch target.architecture.number(of: given) {
        case .unknown:
          if !unknown.contains(name) { unknown.append(name) }
          continue
        case .notOnThisArchitecture: continue
        // Some calls have two names.
        case .number(let number): name = target.architecture.name(of: number) ?? given
        }
        guard SeccompCompiler.canMakeRules(of: name, for: target.architecture) else {
          if !notHere.contains(name) { notHere.append(name) }
          continue
        }
        for comparisons in alternatives {
          collected[name, default: []].append(
            Candidate(rule: SeccompCallRule(answer, when: comparisons), source: index))
        }
      }
    }
    for (names, why) in [
      (unknown, "no system call that is known here"),
      (notHere, "too new for libseccomp \(SeccompCompiler.libraryVersion) to make rules for another machine"),
    ] where !names.isEmpty {
      let text = "\(names.joined(separator: ", ")): \(why)"
      if target.isStrict { throw SeccompProfileError(text) }
      note(text + (rules.defaultAnswer.isPermission ? "; ignored, and so let through" : "; ignored"))
    }
  }

  /// moby's conditions, for a container that has no capability: `profiles/seccomp/seccomp_linux.go`.
  private mutating func applies(_ rule: OCISeccompProfile.Rule) -> Bool {
    let machine = target.architecture.goName
    if rule.excludes.architectures.contains(machine) { return false }
    if let kernel = rule.excludes.minimumKernel, target.kernel >= kernel { return false }
    if !rule.includes.architectures.isEmpty, !rule.includes.architectures.contains(machine) { return false }
    if let kernel = rule.includes.minimumKernel, target.kernel < kernel { return false }
    return rule.includes.capabilities.isEmpty
  }

  /// Each element allows by itself. Where an argument has two conditions, each of all conditions does (runc, `matchCall`).
  private static func alternatives(_ comparisons: [SeccompComparison]) -> [[SeccompComparison]] {
    let arguments = Set(comparisons.map(\.argument))
    let lists = arguments.count < comparisons.count ? comparisons.map { [$0] } : [comparisons]
    return lists.filter { !$0.contains { $0.isImpossible } }
      .map { $0.filter { !$0.isEmptyDemand }.sorted { $0.argument < $1.argument } }
  }

  /// Brings the rules of each call to a form in which their order means nothing.
  private mutating func settle(_ given: [OCISeccompProfile.Rule]) throws(SeccompProfileError) {
    var withoutEffect: [String] = []
    for (name, candidates) in collected.sorted(by: { $0.key < $1.key }) {
      let telling = candidates.filter { $0.rule.answer != rules.defaultAnswer }
      guard !telling.isEmpty else { continue }
      if telling.count < candidates.count { withoutEffect.append(name) }

      if let whole = telling.first(where: { $0.rule.comparisons.isEmpty }) {
        for other in telling where other.rule.answer != whole.rule.answer {
          guard !other.rule.comparisons.isEmpty else {
            throw describe(
              "\(name) has two rules without conditions that answer differently", given[other.source].place)
          }
          if !withoutEffect.contains(name) { withoutEffect.append(name) }
        }
        rules.calls[name] = [whole.rule]
        continue
      }
      var kept: [SeccompCallRule] = []
      for candidate in telling where !kept.contains(candidate.rule) {
        if kept.contains(where: { $0.answer != candidate.rule.answer && $0.overlaps(candidate.rule) }) {
          throw describe(
            "\(name) has two rules that answer differently and can hold for the same arguments; libseccomp leaves open "
              + "which of them counts. Make their conditions exclude each other", given[candidate.source].place)
        }
        kept.append(candidate.rule)
      }
      rules.calls[name] = kept
    }
    if !withoutEffect.isEmpty {
      note(
        "\(withoutEffect.joined(separator: ", ")): some rules have no effect, since they answer like the default or the "
          + "call has one without conditions; runc and libseccomp take them so, too")
    }
  }

  private mutating func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }
}

extension SeccompArchitecture {
  package var ociName: String {
    switch self {
    case .x86_64: "SCMP_ARCH_X86_64"
    case .aarch64: "SCMP_ARCH_AARCH64"
    }
  }

  /// As `includes` and `excludes` have it.
  package var goName: String {
    switch self {
    case .x86_64: "amd64"
    case .aarch64: "arm64"
    }
  }
}
