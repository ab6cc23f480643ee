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
      let filter = try Filter(profile.defaultAction, architecture)
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

/// libseccomp's filter context (seccomp_init(3)).
@safe private struct Filter: ~Copyable {
  private let context: scmp_filter_ctx
  private let architecture: SeccompArchitecture

  /// An empty filter that answers every call with `defaultAction`.
  init(_ defaultAction: SeccompAction, _ architecture: SeccompArchitecture) throws(SeccompError) {
    guard let context = unsafe seccomp_init(defaultAction.kernelValue) else {
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
    let number: Int32
    switch architecture.number(of: rule.call) {
    case .number(let known): number = known
    case .notOnThisArchitecture: return 0
    case .unknown: throw .unknownCall(rule.call)
    }

    // For another architecture libseccomp takes the running machine's number, made-up ones included, and translates it.
    let added = architecture == .native ? number : SeccompArchitecture.native.libraryNumber(of: rule.call)
    let comparisons = rule.conditions.map { condition in
      condition.mask == .max
        ? scmp_arg_cmp(
          arg: UInt32(condition.argument), op: condition.isNegated ? SCMP_CMP_NE : SCMP_CMP_EQ,
          datum_a: condition.value, datum_b: 0)
        : scmp_arg_cmp(
          arg: UInt32(condition.argument), op: SCMP_CMP_MASKED_EQ, datum_a: condition.mask, datum_b: condition.value)
    }
    let result = unsafe seccomp_rule_add_exact_array(
      context, rule.action.kernelValue, added, UInt32(comparisons.count), comparisons)
    guard result == 0 else { throw .rule(call: rule.call, number: -result) }
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
