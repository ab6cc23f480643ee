internal import JSON

/// What the kernel does with a system call (seccomp(2), "return value").
package enum SeccompAction: Equatable, Sendable {
  /// The call is made.
  case allow
  /// The call is not made and fails.
  case fail(SeccompErrno)
  /// The call waits for the answer of whoever holds the filter's listener (seccomp_unotify(2)).
  case notify
  /// The call is not made, and the thread gets SIGSYS, which it may handle.
  case trap
  /// The whole process dies of SIGSYS, whatever handler it has.
  case killProcess

  /// The filter's return value, SECCOMP_RET_* of `<linux/seccomp.h>`; libseccomp's SCMP_ACT_* are the same numbers.
  package var kernelValue: UInt32 {
    switch self {
    case .allow: 0x7FFF_0000
    case .fail(let errno): 0x0005_0000 | UInt32(errno.rawValue)
    case .notify: 0x7FC0_0000
    case .trap: 0x0003_0000
    case .killProcess: 0x8000_0000
    }
  }
}

/// The two ways in which a refused call fails; errno(3) has the same numbers on every architecture built for.
package enum SeccompErrno: UInt16, Sendable {
  /// EPERM: this is not permitted here.
  case notPermitted = 1
  /// ENOSYS: this kernel has no such call. What libraries try first and know how to do without is answered so:
  /// glibc takes EPERM from clone3 for a final refusal and starts no thread at all.
  case notImplemented = 38
}

/// A test of one argument: its bits under `mask` equal `value`, or do not.
///
/// The filter sees the 64 bits of a register where the kernel afterwards takes an `int`, so its lower 32 bits. A rule
/// that allows compares all 64: what differs from the allowed value anywhere is refused. A rule that refuses compares the
/// lower 32 only: `kill(0x1_0000_0001, …)` reaches process 1, and a comparison of all bits would let it pass.
package struct SeccompCondition: Equatable, Sendable {
  /// 0...5
  package let argument: UInt8
  package let mask: UInt64
  /// Has no bits outside `mask`.
  package let value: UInt64
  /// The test is whether they differ.
  package let isNegated: Bool

  private init(argument: UInt8, mask: UInt64, value: UInt64, isNegated: Bool = false) {
    self.argument = argument
    self.mask = mask
    self.value = value & mask
    self.isNegated = isNegated
  }

  /// All 64 bits are those of `value`.
  package static func argument(_ argument: UInt8, is value: UInt64) -> SeccompCondition {
    SeccompCondition(argument: argument, mask: .max, value: value)
  }

  /// Any of the 64 bits is not that of `value`: for a rule that refuses whatever is not allowed.
  package static func argument(_ argument: UInt8, isNot value: UInt64) -> SeccompCondition {
    SeccompCondition(argument: argument, mask: .max, value: value, isNegated: true)
  }

  /// The bits under `mask` are those of `value`.
  package static func argument(_ argument: UInt8, under mask: UInt64, is value: UInt64) -> SeccompCondition {
    SeccompCondition(argument: argument, mask: mask, value: value)
  }

  /// The lower 32 bits, which are all that the kernel looks at in an `int`, are those of `value`.
  package static func argument(_ argument: UInt8, truncatedIs value: UInt32) -> SeccompCondition {
    SeccompCondition(argument: argument, mask: 0xFFFF_FFFF, value: UInt64(value))
  }

  func holds(for arguments: [UInt64]) -> Bool { (arguments[Int(argument)] & mask == value) != isNegated }
}

/// What is done with one system call when every condition holds.
package struct SeccompRule: Equatable, Sendable {
  /// The kernel's name of the call, for example `openat`. An architecture without such a call has nothing to decide.
  package let call: String
  package let action: SeccompAction
  /// All of them; none means whatever the arguments are.
  package let conditions: [SeccompCondition]

  package init(_ call: String, _ action: SeccompAction, when conditions: [SeccompCondition] = []) {
    self.call = call
    self.action = action
    self.conditions = conditions
  }

  package static func == (one: SeccompRule, other: SeccompRule) -> Bool {
    one.call.hasSameBytes(as: other.call) && one.action == other.action && one.conditions == other.conditions
  }
}

/// Rules, and what happens to every call that none of them is about.
///
/// All rules of one call have the same action, and not the default one: which of them matched never matters, so neither
/// does the order in which a compiler tests them. No two rules are equal (libseccomp refuses duplicates).
package struct SeccompProfile: Equatable, Sendable {
  package let defaultAction: SeccompAction
  package private(set) var rules: [SeccompRule] = []

  package init(defaultAction: SeccompAction) { self.defaultAction = defaultAction }

  package mutating func add(_ rule: SeccompRule) { rules.append(rule) }

  /// The meaning of the profile, which the compiled filter has to agree with: the action of a rule whose conditions all
  /// hold, else the default.
  /// - Parameter arguments: All six, as the registers hold them.
  package func action(for call: String, arguments: [UInt64]) -> SeccompAction {
    for rule in rules where rule.call.hasSameBytes(as: call) && rule.conditions.allSatisfy({ $0.holds(for: arguments) })
    {
      return rule.action
    }
    return defaultAction
  }
}
