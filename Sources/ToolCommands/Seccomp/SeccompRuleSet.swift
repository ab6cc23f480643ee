package import LinuxSystem

/// How a filter answers a call, as far as a compiled profile can say it.
package enum SeccompAnswer: Hashable, Sendable {
  case allow
  /// The call is made, and the kernel's audit log has a line about it.
  case log
  /// 1...4095
  case fail(UInt16)
  /// SIGSYS, which the thread may handle.
  case trap
  case killProcess

  /// SECCOMP_RET_* of `<linux/seccomp.h>`, with its data.
  package var kernelValue: UInt32 {
    switch self {
    case .allow: 0x7FFF_0000
    case .log: 0x7FFC_0000
    case .fail(let number): 0x0005_0000 | UInt32(number)
    case .trap: 0x0003_0000
    case .killProcess: 0x8000_0000
    }
  }

  package init?(kernelValue: UInt32) {
    switch kernelValue {
    case 0x7FFF_0000: self = .allow
    case 0x7FFC_0000: self = .log
    case 0x0003_0000: self = .trap
    case 0x8000_0000: self = .killProcess
    case 0x0005_0001...0x0005_0FFF: self = .fail(UInt16(truncatingIfNeeded: kernelValue))
    default: return nil
    }
  }

  /// Whether the call is made.
  package var isPermission: Bool { self == .allow || self == .log }
}

extension SeccompComparison {
  package func holds(for arguments: [UInt64]) -> Bool {
    let found = arguments[Int(argument)]
    return switch operation {
    case .notEqual: found != value
    case .less: found < value
    case .lessOrEqual: found <= value
    case .equal: found == value
    case .greaterOrEqual: found >= value
    case .greater: found > value
    case .maskedEqual: found & value == second
    }
  }
}

/// One way in which a call is answered other than by default.
package struct SeccompCallRule: Hashable, Sendable {
  package let answer: SeccompAnswer
  /// All of them have to hold, at most one for an argument; none: whatever the arguments are.
  package let comparisons: [SeccompComparison]

  package init(_ answer: SeccompAnswer, when comparisons: [SeccompComparison] = []) {
    self.answer = answer
    self.comparisons = comparisons
  }

  package func holds(for arguments: [UInt64]) -> Bool { comparisons.allSatisfy { $0.holds(for: arguments) } }
}

/// What a filter decides, without its instructions: the meaning that a compiled program has to agree with.
///
/// Rules of one call that answer differently never hold for the same arguments (`ProfileResolution` refuses such profiles), so
/// their order means nothing.
package struct SeccompRuleSet: Equatable, Sendable {
  package var defaultAnswer: SeccompAnswer
  /// By the kernel's names. None has the default answer, and no call has an empty list.
  package var calls: [String: [SeccompCallRule]]

  package init(defaultAnswer: SeccompAnswer, calls: [String: [SeccompCallRule]] = [:]) {
    self.defaultAnswer = defaultAnswer
    self.calls = calls
  }

  /// - Parameter arguments: all six, as the registers hold them.
  package func answer(to call: String, _ arguments: [UInt64]) -> SeccompAnswer {
    calls[call]?.first { $0.holds(for: arguments) }?.answer ?? defaultAnswer
  }

  /// Numbers above every rule's are answered ENOSYS, as an older kernel would, unless calls without a rule are let through;
  /// runc does the same (libcontainer/seccomp/patchbpf).
  package var answersNewer: Bool { !defaultAnswer.isPermission && defaultAnswer != .fail(38) }

  /// The names, in the order of the alphabet.
  package var names: [String] { calls.keys.sorted() }
}
