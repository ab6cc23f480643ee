internal import JSON

/// The system calls that a script was refused, by name: for the `exit` frame and for the verdict's message.
package struct DenialSummary: Sendable {
  package struct Call: Sendable, Equatable {
    package let name: String
    /// Of `socket` and `socketpair`: the address family.
    package let family: String?
    package let count: UInt64

    package init(name: String, family: String? = nil, count: UInt64) {
      self.name = name
      self.family = family
      self.count = count
    }
  }

  /// The most frequent first.
  package let calls: [Call]
  /// Calls besides those, in all.
  package let others: UInt64

  package init(calls: [Call] = [], others: UInt64 = 0) {
    self.calls = calls
    self.others = others
  }

  package static let empty = DenialSummary()
}

extension DenialSummary {
  /// What may be worth knowing about a script that failed: which call it was refused, and which option allows it.
  ///
  /// It is the call that an option allows, if there is one, and else the most frequent. Nothing says that the refusal is why
  /// the script failed; the words do not say so either.
  func hint(_ configuration: EffectiveConfiguration) -> Words {
    var best: (call: Call, remedy: Words)?
    for call in calls {
      guard let remedy = Self.remedy(for: call, configuration) else { continue }
      best = (call, remedy)
      break
    }
    if let best { return "; \(Self.denied(best.call).text): \(best.remedy.text)" }
    guard let first = calls.first else { return "" }
    return "; \(Self.denied(first).text)"
  }

  /// `socket(AF_INET) was denied 3 times`
  private static func denied(_ call: Call) -> Words {
    let subject = call.family.map { "\(call.name)(\($0))" as Words } ?? "\(call.name)"
    return call.count == 1
      ? "\(subject.text) was denied once" : "\(subject.text) was denied \(Int64(clamping: call.count)) times"
  }

  private static func remedy(for call: Call, _ configuration: EffectiveConfiguration) -> Words? {
    option(
      allowing: call, networkIsNone: configuration.network == .none, seccompIsStrict: configuration.seccomp == .strict
    ).map { "\($0) allows it" }
  }

  /// The option that allows the call, nil where none does short of another filter.
  package static func option(allowing call: Call, networkIsNone: Bool, seccompIsStrict: Bool) -> String? {
    if call.name.hasSameBytes(as: "socket"), let family = call.family, family.isOne(of: ["AF_INET", "AF_INET6"]) {
      return networkIsNone ? "--network all" : nil
    }
    guard seccompIsStrict, SeccompStrictProfile.takesAway(call) else { return nil }
    return "--seccomp default"
  }
}
