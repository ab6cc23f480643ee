/// How a refused call is answered.
package enum SeccompDenial: Sendable, CaseIterable {
  /// EPERM at once.
  case errno
  /// The holder of the filter's listener is asked (seccomp_unotify(2)), so that it can count and name what was refused.
  case notify

  package var action: SeccompAction {
    switch self {
    case .errno: .fail(.notPermitted)
    case .notify: .notify
    }
  }
}

/// Everything that decides about a script's system calls, for a compiler to turn into one filter.
///
/// Several profiles are asked in order, and the first that does not allow a call has the last word.
package struct SeccompPolicy: Equatable, Sendable {
  package let profiles: [SeccompProfile]

  package init(profiles: [SeccompProfile]) { self.profiles = profiles }

  /// The policy named `default`: deny by default, for Python and shell workloads.
  package static func standard(
    network: NetworkAccess, denial: SeccompDenial, protecting protection: SeccompProtection
  ) -> SeccompPolicy {
    SeccompPolicy(profiles: [
      SeccompGuard.profile(protecting: protection, denial: denial.action),
      allowlist(network: network, denial: denial),
    ])
  }

  /// The policy named `strict`: `default` without what a computation can do without.
  package static func strict(
    network: NetworkAccess, denial: SeccompDenial, protecting protection: SeccompProtection
  ) -> SeccompPolicy {
    SeccompPolicy(
      profiles: [SeccompStrictProfile.profile(network: network, denial: denial.action)]
        + standard(network: network, denial: denial, protecting: protection).profiles)
  }

  /// Calls that libraries try before an older one, and new ones that the callers know how to do without. They are
  /// answered "not implemented" without asking anyone, whatever the denial is: nothing was refused that a script wanted.
  ///
  /// clone3 hides its flags behind a pointer; io_uring performs opens and connects that no filter sees; execveat and
  /// cachestat (polars) have fallbacks. Numbers above all that are named here are answered alike, see the compiler.
  package static let unimplementedNames = "clone3 execveat io_uring_setup io_uring_enter io_uring_register cachestat"

  private static func allowlist(network: NetworkAccess, denial: SeccompDenial) -> SeccompProfile {
    var profile = SeccompProfile(defaultAction: denial.action)
    for group in SeccompAllowedCalls.allCases {
      for call in group.names.words { profile.add(SeccompRule(call, .allow)) }
    }
    for group in SeccompConditionalCalls.allCases {
      let alternatives = group.alternatives(network: network)
      for call in group.names.words {
        for conditions in alternatives { profile.add(SeccompRule(call, .allow, when: conditions)) }
      }
    }
    for call in unimplementedNames.words { profile.add(SeccompRule(call, .fail(.notImplemented))) }
    return profile
  }

  /// The meaning of the policy for a call that the running architecture has and that is not newer than those it names.
  package func action(for call: String, arguments: [UInt64]) -> SeccompAction {
    for profile in profiles {
      let action = profile.action(for: call, arguments: arguments)
      if action != .allow { return action }
    }
    return .allow
  }
}
