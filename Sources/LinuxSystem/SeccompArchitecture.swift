internal import CLinux
internal import CSeccomp
internal import TaskModel

/// A machine whose system-call numbers are known here.
package enum SeccompArchitecture: CaseIterable, Sendable {
  case x86_64
  case aarch64

  /// The one that this program was built for.
  package static var native: SeccompArchitecture {
    #if arch(x86_64)
      .x86_64
    #elseif arch(arm64)
      .aarch64
    #endif
  }

  /// AUDIT_ARCH_* of `<linux/audit.h>`, which is also libseccomp's name for the architecture.
  package var auditToken: UInt32 {
    switch self {
    case .x86_64: 0xC000_003E
    case .aarch64: 0xC000_00B7
    }
  }

  /// Whether the kernel may offer x32, a second set of call numbers under the same architecture token.
  var hasX32: Bool { self == .x86_64 }

  /// __X32_SYSCALL_BIT
  package static let x32Bit: UInt32 = 0x4000_0000
}

/// What the number of a call's name is.
package enum SeccompNumber: Equatable, Sendable {
  case number(Int32)
  /// The name belongs to another architecture: there is nothing to decide here.
  case notOnThisArchitecture
  case unknown
}

extension SeccompArchitecture {
  /// The number of a system call's name, from libseccomp or, for calls newer than it, from a table of this file.
  package func number(of call: String) -> SeccompNumber {
    let number = libraryNumber(of: call)
    if number >= 0 { return .number(number) }
    // libseccomp has made-up numbers, all below -1, for names that other architectures have.
    if number < -1 { return .notOnThisArchitecture }
    return Self.recentNumber(of: call).map { .number($0) } ?? .unknown
  }

  /// libseccomp's own number: negative for a call that this architecture lacks, and -1 for an unknown name.
  func libraryNumber(of call: String) -> Int32 {
    unsafe call.withCString { unsafe seccomp_syscall_resolve_name_arch(auditToken, $0) }
  }

  /// The name of a call's number, or nil where nobody knows it.
  package func name(of number: Int32) -> String? {
    guard let text = unsafe seccomp_syscall_resolve_num_arch(auditToken, number) else {
      return Self.recentName(of: number)
    }
    defer { unsafe cl_free(text) }
    return unsafe String(cString: text)
  }

  /// Calls in the order of their numbers, from `firstRecentNumber` on: cachestat is from Linux 6.5, file_setattr from
  /// 6.17. Since number 424 a new call has the same number on every architecture. libseccomp 2.5.4, as it was released,
  /// ends before the first of these, and distributions have added different numbers of them.
  private static let recentNames = """
    cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount
    lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat
    open_tree_attr file_getattr file_setattr
    """
  private static let firstRecentNumber: Int32 = 451

  static func recentNumber(of call: String) -> Int32? {
    recentNames.position(ofWord: call).map { firstRecentNumber + Int32($0) }
  }

  static func recentName(of number: Int32) -> String? {
    let names = recentNames.words
    let index = Int(number) - Int(firstRecentNumber)
    return names.indices.contains(index) ? names[index] : nil
  }
}
