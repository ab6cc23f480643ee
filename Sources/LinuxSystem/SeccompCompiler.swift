internal import CLinux
internal import CSeccomp
package import TaskModel

/// Turns a policy into a program for the kernel, with libseccomp.
package enum SeccompCompiler {
  /// One program for the whole policy, to be installed with seccomp(2) in the process that is to be confined.
  ///
  /// - Parameter architecture: The machine that the program is for. For another one than the running, only calls that
  ///   libseccomp itself knows can have rules.
  package static func compile(
    _ policy: SeccompPolicy, for architecture: SeccompArchitecture = .native
  ) throws(SeccompError) -> SeccompProgram {
    let file = try MemoryFile()
    var newestNumber: Int32 = 0
    var ends: [Int] = []
    for profile in policy.profiles {
      let filter = try Filter(profile.defaultAction, architecture)
      try filter.configure()
      for rule in profile.rules {
        newestNumber = max(newestNumber, try filter.add(rule))
      }
      ends.append(try file.append(filter))
    }

    let words = try file.words(count: ends.last ?? 0)
    var parts: [ArraySlice<UInt64>] = []
    var start = 0
    for end in ends {
      parts.append(words[start..<end])
      start = end
    }
    let program = SeccompProgram(
      prelude: architecture.prelude(newestNumber: UInt32(newestNumber)), parts: parts)
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
      throw .step(.start, errno: 0)
    }
    unsafe self.context = unsafe context
    self.architecture = architecture
  }

  deinit { unsafe seccomp_release(context) }

  /// Sets what holds for the whole filter; to be called before the first rule.
  func configure() throws(SeccompError) {
    if architecture != .native {
      try Self.check(unsafe seccomp_arch_remove(context, SeccompArchitecture.native.auditToken), .chooseArchitecture)
      try Self.check(unsafe seccomp_arch_add(context, architecture.auditToken), .chooseArchitecture)
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

    // libseccomp takes the running machine's number and translates it by name.
    var added = number
    if architecture != .native, case .number(let native) = SeccompArchitecture.native.number(of: rule.call) {
      added = native
    }
    let comparisons = rule.conditions.map { condition in
      condition.mask == .max
        ? scmp_arg_cmp(
          arg: UInt32(condition.argument), op: SCMP_CMP_EQ, datum_a: condition.value, datum_b: 0)
        : scmp_arg_cmp(
          arg: UInt32(condition.argument), op: SCMP_CMP_MASKED_EQ, datum_a: condition.mask, datum_b: condition.value)
    }
    let result = unsafe seccomp_rule_add_exact_array(
      context, rule.action.kernelValue, added, UInt32(comparisons.count), comparisons)
    guard result == 0 else { throw .rule(call: rule.call, errno: -result) }
    return number
  }

  /// Writes the program to a descriptor, from its position on.
  func export(to descriptor: Int32) throws(SeccompError) {
    try Self.check(unsafe seccomp_export_bpf(context, descriptor), .export)
  }

  private func set(_ attribute: scmp_filter_attr, _ value: UInt32) throws(SeccompError) {
    try Self.check(unsafe seccomp_attr_set(context, attribute, value), .setAttribute)
  }

  private static func check(_ result: Int32, _ step: SeccompError.Step) throws(SeccompError) {
    guard result >= 0 else { throw .step(step, errno: -result) }
  }
}

/// A file without a name that collects the exported programs.
private struct MemoryFile: ~Copyable {
  private let descriptor: Int32

  init() throws(SeccompError) {
    let descriptor = cl_memory_file_create()
    guard descriptor >= 0 else { throw .step(.createFile, errno: -descriptor) }
    self.descriptor = descriptor
  }

  deinit { cl_memory_file_close(descriptor) }

  /// Appends the filter's program and answers the number of instructions that the file holds then.
  func append(_ filter: borrowing Filter) throws(SeccompError) -> Int {
    try filter.export(to: descriptor)
    let length = cl_memory_file_length(descriptor)
    guard length >= 0 else { throw .step(.readBack, errno: Int32(-length)) }
    return Int(length) / MemoryLayout<UInt64>.size
  }

  /// The first `count` instructions.
  func words(count: Int) throws(SeccompError) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: count)
    let wanted = count * MemoryLayout<UInt64>.size
    let read = unsafe words.withUnsafeMutableBytes { bytes -> Int64 in
      guard let start = bytes.baseAddress else { return 0 }
      return unsafe cl_memory_file_read(descriptor, start, wanted)
    }
    guard read == wanted else { throw .step(.readBack, errno: read < 0 ? Int32(-read) : 0) }
    return words
  }
}
