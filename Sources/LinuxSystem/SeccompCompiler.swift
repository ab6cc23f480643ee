internal import CLinux
internal import CSeccomp
package import TaskModel

/// Turns a policy into a program for the kernel, with libseccomp.
package enum SeccompCompiler {
  /// The library's version, for example "2.5.4".
  package static var libraryVersion: String {
    guard let version = unsafe seccomp_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
  }

  /// One program for the whole policy, to be installed with seccomp(2) in the process that is to be confined.
  ///
  /// - Parameter architecture: The machine that the program is for. For another one than the running, only calls that
  ///   libseccomp itself knows can have rules.
  /// - Parameter isWhole: whether numbers newer than the policy are to be answered ENOSYS; a part that another program
  ///   follows leaves them to it.
  package static func compile(
    _ policy: SeccompPolicy, for architecture: SeccompArchitecture = .native, isWhole: Bool = true
  ) throws(SeccompError) -> SeccompProgram {
    var newestNumber: Int32 = 0
    var parts: [[UInt64]] = []
    for profile in policy.profiles {
      let filter = try Filter(profile.defaultAction.kernelValue, architecture)
      try filter.configure()
      for rule in profile.rules {
        newestNumber = max(newestNumber, try filter.add(rule))
      }
      parts.append(try filter.program())
    }
    let program = SeccompProgram(
      prelude: isWhole ? architecture.prelude(newestNumber: UInt32(newestNumber)) : [], parts: parts)
    guard program.words.count <= SeccompProgram.maximumCount else {
      throw .tooLong(instructions: program.words.count)
    }
    return program
  }
}

/// A rule with the comparisons and answers that `SeccompPolicy` has no use for: other people's profiles have them.
package struct SeccompFilterRule: Sendable {
  /// The kernel's name of the call.
  package let call: String
  /// SECCOMP_RET_* with its data; not the filter's default.
  package let answer: UInt32
  /// All of them have to hold; at most one for an argument.
  package let comparisons: [SeccompComparison]

  package init(call: String, answer: UInt32, comparisons: [SeccompComparison]) {
    self.call = call
    self.answer = answer
    self.comparisons = comparisons
  }
}

/// A test of one argument, as seccomp_rule_add(3) has them.
package struct SeccompComparison: Equatable, Hashable, Sendable {
  package enum Operation: Sendable, CaseIterable {
    case notEqual, less, lessOrEqual, equal, greaterOrEqual, greater
    /// The bits under `value` are those of `second`.
    case maskedEqual

    fileprivate var native: scmp_compare {
      switch self {
      case .notEqual: SCMP_CMP_NE
      case .less: SCMP_CMP_LT
      case .lessOrEqual: SCMP_CMP_LE
      case .equal: SCMP_CMP_EQ
      case .greaterOrEqual: SCMP_CMP_GE
      case .greater: SCMP_CMP_GT
      case .maskedEqual: SCMP_CMP_MASKED_EQ
      }
    }
  }

  /// 0...5
  package let argument: UInt8
  package let operation: Operation
  package let value: UInt64
  package let second: UInt64

  package init(argument: UInt8, _ operation: Operation, _ value: UInt64, second: UInt64 = 0) {
    self.argument = argument
    self.operation = operation
    self.value = value
    self.second = second
  }
}

extension SeccompCompiler {
  /// A program for rules of other people's making; rules for calls that the architecture lacks have no effect.
  ///
  /// - Parameters:
  ///   - defaultAnswer: SECCOMP_RET_* for what no rule is about.
  ///   - answersNewer: whether numbers above every rule's get ENOSYS, as an older kernel would say.
  package static func compile(
    defaultAnswer: UInt32, rules: [SeccompFilterRule], answersNewer: Bool, for architecture: SeccompArchitecture
  ) throws(SeccompError) -> [UInt64] {
    let filter = try Filter(defaultAnswer, architecture)
    try filter.configure()
    var newestNumber: Int32 = 0
    for rule in rules {
      let comparisons = rule.comparisons.map {
        scmp_arg_cmp(
          arg: UInt32($0.argument), op: $0.operation.native, datum_a: $0.value, datum_b: $0.second)
      }
      do throws(SeccompError) {
        newestNumber = max(newestNumber, try filter.add(rule.call, rule.answer, comparisons))
      } catch {
        // EEXIST: another rule of the call says the same already.
        if case .rule(_, 17) = error { continue }
        throw error
      }
    }
    let program = try filter.program()
    guard answersNewer else { return program }
    return SeccompProgram(prelude: architecture.prelude(newestNumber: UInt32(newestNumber)), parts: [program]).words
  }

  /// Whether a rule for this call can be made here: for another machine libseccomp itself has to know it.
  package static func canMakeRules(of call: String, for architecture: SeccompArchitecture) -> Bool {
    architecture == .native || architecture.libraryNumber(of: call) >= 0
  }
}

/// libseccomp's filter context (seccomp_init(3)).
@safe private struct Filter: ~Copyable {
  private let context: scmp_filter_ctx
  private let architecture: SeccompArchitecture

  /// An empty filter that answers every call with `defaultAnswer`.
  init(_ defaultAnswer: UInt32, _ architecture: SeccompArchitecture) throws(SeccompError) {
    guard let context = unsafe seccomp_init(defaultAnswer) else {
      throw .start
    }
    unsafe self.context = unsafe context
    self.architecture = architecture
  }

  deinit { unsafe seccomp_release(context) }

  /// Sets what holds for the whole filter; to be called before the first rule.
  func configure() throws(SeccompError) {
    if architecture != .native {
      try Self.check(unsafe seccomp_arch_remove(context, SeccompArchitecture.native.auditToken))
      try Self.check(unsafe seccomp_arch_add(context, architecture.auditToken))
    }
    try set(SCMP_FLTATR_ACT_BADARCH, SeccompAction.killProcess.kernelValue)
    // 2: a binary tree over the numbers. The kernel caches what needs no arguments, the rest takes 9 comparisons
    // instead of some hundred.
    try set(SCMP_FLTATR_CTL_OPTIMIZE, 2)
    // The error of a failed system call instead of ECANCELED.
    try set(SCMP_FLTATR_API_SYSRAWRC, 1)
  }

  /// Adds a rule and answers the number of its call, or 0 where the architecture has no such call.
  func add(_ rule: SeccompRule) throws(SeccompError) -> Int32 {
    let comparisons = rule.conditions.map { condition in
      condition.mask == .max
        ? scmp_arg_cmp(
          arg: UInt32(condition.argument), op: condition.isNegated ? SCMP_CMP_NE : SCMP_CMP_EQ,
          datum_a: condition.value, datum_b: 0)
        : scmp_arg_cmp(
          arg: UInt32(condition.argument), op: SCMP_CMP_MASKED_EQ, datum_a: condition.mask, datum_b: condition.value)
    }
    return try add(rule.call, rule.action.kernelValue, comparisons)
  }

  func add(_ call: String, _ answer: UInt32, _ comparisons: [scmp_arg_cmp]) throws(SeccompError) -> Int32 {
    let number: Int32
    switch architecture.number(of: call) {
    case .number(let known): number = known
    case .notOnThisArchitecture: return 0
    case .unknown: throw .unknownCall(call)
    }

    // For another architecture libseccomp takes the running machine's number, made-up ones included, and translates it.
    let added = architecture == .native ? number : SeccompArchitecture.native.libraryNumber(of: call)
    let result = unsafe seccomp_rule_add_exact_array(
      context, answer, added, UInt32(comparisons.count), comparisons)
    guard result == 0 else { throw .rule(call: call, number: -result) }
    return number
  }

  /// The finished program, which libseccomp hands out through a descriptor only.
  func program() throws(SeccompError) -> [UInt64] {
    do throws(SystemCallError) {
      let file = Descriptor(owning: try checked(cl_memory_file(), "memfd_create"))
      let result = unsafe seccomp_export_bpf(context, file.raw)
      if result < 0 { throw SystemCallError(call: "seccomp_export_bpf", number: -result) }

      let size = Int(try file.status().size)
      var words = [UInt64](repeating: 0, count: size / MemoryLayout<UInt64>.size)
      try checked(cl_rewind(file.raw), "lseek")
      let read = try checked(
        unsafe words.withUnsafeMutableBytes { unsafe cl_read(file.raw, $0.baseAddress, $0.count) }, "read")
      // A file in memory is read in one piece.
      guard read == size else { throw SystemCallError(call: "read", number: ErrorNumber.invalidArgument) }
      return words
    } catch {
      throw .export(error)
    }
  }

  private func set(_ attribute: scmp_filter_attr, _ value: UInt32) throws(SeccompError) {
    try Self.check(unsafe seccomp_attr_set(context, attribute, value))
  }

  private static func check(_ result: Int32) throws(SeccompError) {
    guard result >= 0 else { throw .configure(number: -result) }
  }
}
