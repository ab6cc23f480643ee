internal import CLinux
package import TaskModel

/// The default policy's filter as libseccomp made it when the policy was last changed.
///
/// libseccomp takes some milliseconds for it, several times as long as everything else before the script's first
/// instruction, and its result hardly varies: only the protected ids and the way of refusing are known late, and they
/// are operands of single instructions. So the program lies ready (`CLinux/seccomp_programs.c`) with made-up ids in
/// their places, and they are filled in here. The tests hold it against the policy, decision by decision.
///
/// Laid out anew, the default policy's has half as many instructions as libseccomp gave it, and takes the kernel half as long
/// (`SeccompLayout` in the tests, which prove by walking every path that it says the same).
package enum SeccompTemplate {
  /// Ids that stand for the protected ones. No process has them: ids end at 2^22 (PID_MAX_LIMIT).
  package static let processes: [Int32] = [0x7F00_0001, 0x7F00_0002, 0x7F00_0003]
  package static let groups: [Int32] = [0x7E00_0001, 0x7E00_0002]

  /// What lies ready: a filter, or what is joined before another to make one.
  package enum Part: CaseIterable, Sendable {
    /// The whole of the policy `default`.
    case standard
    /// What the policy `strict` asks before it.
    case strict
    /// What is asked before a profile of somebody else's making, see `SeccompGuard.enclosure`.
    case enclosure
    /// What is asked first where the machine is shared, see `SeccompSocketPairs`.
    case pairs

    var native: Int32 {
      let part =
        switch self {
        case .standard: CL_SECCOMP_STANDARD
        case .strict: CL_SECCOMP_STRICT
        case .enclosure: CL_SECCOMP_ENCLOSURE
        case .pairs: CL_SECCOMP_PAIRS
        }
      return Int32(bitPattern: part.rawValue)
    }
  }

  /// What a part is compiled from.
  package static func policy(_ part: Part, network: NetworkAccess) -> SeccompPolicy {
    let denial = SeccompDenial.errno
    let protection = SeccompProtection(processes: processes, groups: groups)
    return switch part {
    case .standard: .standard(network: network, denial: denial, protecting: protection)
    case .strict:
      SeccompPolicy(profiles: [SeccompStrictProfile.profile(network: network, denial: denial.action)])
    case .enclosure:
      SeccompPolicy(profiles: [
        SeccompGuard.enclosure(network: network, protecting: protection, denial: denial.action)
      ])
    case .pairs: SeccompPolicy(profiles: [SeccompSocketPairs.profile(denial: denial.action)])
    }
  }

  static func words(_ part: Part, network: NetworkAccess, architecture: SeccompArchitecture) -> [UInt64] {
    let withNetwork: Int32 = network == .all ? 1 : 0
    // What ships runs on one machine and leaves out the programs for the other; the tests look at both.
    #if hasFeature(Embedded) && arch(x86_64)
      let program = unsafe cl_seccomp_program_x86_64(part.native, withNetwork)
    #elseif hasFeature(Embedded) && arch(arm64)
      let program = unsafe cl_seccomp_program_aarch64(part.native, withNetwork)
    #else
      let program =
        switch architecture {
        case .x86_64: unsafe cl_seccomp_program_x86_64(part.native, withNetwork)
        case .aarch64: unsafe cl_seccomp_program_aarch64(part.native, withNetwork)
        }
    #endif
    return unsafe Array(UnsafeBufferPointer(start: program.words, count: Int(program.count)))
  }

  /// Puts the true operands in the places of the made-up ones. What is left over refuses nothing more: of the processes the
  /// last one again (or, where there is none, an id that no process has), of the groups -1, as which it is refused anyway.
  static func fill(
    _ words: consuming [UInt64], protecting protection: SeccompProtection
  ) throws(SeccompError) -> [UInt64] {
    guard protection.processes.count <= processes.count, protection.groups.count <= groups.count else {
      throw .tooManyProtected(processes: protection.processes.count, groups: protection.groups.count)
    }
    // Each made-up operand and the true one.
    var replacements: [(madeUp: UInt32, id: UInt32)] = []
    for (slot, process) in processes.enumerated() {
      // Not -1, which kill(2) alone refuses: pidfd_open(-1) is to answer what the kernel says, as programs try.
      let id = slot < protection.processes.count ? protection.processes[slot] : protection.processes.last ?? process
      replacements.append((UInt32(bitPattern: process), UInt32(bitPattern: id)))
    }
    for (slot, group) in groups.enumerated() {
      let id = slot < protection.groups.count ? -protection.groups[slot] : -1
      replacements.append((UInt32(bitPattern: -group), UInt32(bitPattern: id)))
    }

    var filled = consume words
    var places = filled.mutableSpan
    let sought = replacements.span
    for index in places.indices {
      let instruction = SeccompInstruction(word: places[index])
      guard instruction.code == SeccompInstruction.jumpIfEqual else { continue }
      for slot in sought.indices where sought[slot].madeUp == instruction.operand {
        places[index] = instruction.with(operand: sought[slot].id).word
      }
    }
    return filled
  }
}

extension SeccompProgram {
  /// The filter of the policy `default`, equal in every decision to compiling `SeccompPolicy.standard`.
  /// - Throws: where more ids are to be protected than there is room for (`SeccompTemplate`).
  package static func standard(
    network: NetworkAccess, denial: SeccompDenial, protecting protection: SeccompProtection,
    for architecture: SeccompArchitecture = .native
  ) throws(SeccompError) -> SeccompProgram {
    let words = SeccompTemplate.words(.standard, network: network, architecture: architecture)
    return SeccompProgram(words: try SeccompTemplate.fill(words, protecting: protection)).refusing(by: denial)
  }

  /// The filter of the policy `strict`, likewise.
  package static func strict(
    network: NetworkAccess, denial: SeccompDenial, protecting protection: SeccompProtection,
    for architecture: SeccompArchitecture = .native
  ) throws(SeccompError) -> SeccompProgram {
    let strict = SeccompTemplate.words(.strict, network: network, architecture: architecture)
    let standard = SeccompTemplate.words(.standard, network: network, architecture: architecture)
    return SeccompProgram(
      prelude: [], parts: [strict, try SeccompTemplate.fill(standard, protecting: protection)]
    ).refusing(by: denial)
  }

  /// A program of somebody else's making, with what protects the supervisor before it.
  ///
  /// - Parameter words: what `SeccompProgramCheck` has found good.
  package static func enclosing(
    _ words: [UInt64], network: NetworkAccess, denial: SeccompDenial, protecting protection: SeccompProtection,
    for architecture: SeccompArchitecture = .native
  ) throws(SeccompError) -> SeccompProgram {
    let enclosure = SeccompTemplate.words(.enclosure, network: network, architecture: architecture)
    let program = SeccompProgram(
      prelude: [],
      parts: [
        try SeccompTemplate.fill(enclosure, protecting: protection), architecture.callsOfStart.map { $0.word } + words,
      ])
    guard program.words.count <= maximumCount else { throw .tooLong(instructions: program.words.count) }
    return program.refusing(by: denial)
  }

  /// The same, and of the sockets of AF_UNIX nothing but connected pairs.
  package consuming func leavingSocketPairsOnly(
    denial: SeccompDenial, for architecture: SeccompArchitecture = .native
  ) -> SeccompProgram {
    let pairs = SeccompTemplate.words(.pairs, network: .none, architecture: architecture)
    return SeccompProgram(prelude: [], parts: [pairs, words]).refusing(by: denial)
  }

  /// With the other answer wherever it says EPERM.
  private consuming func refusing(by denial: SeccompDenial) -> SeccompProgram {
    let refusal = SeccompInstruction.answer(SeccompDenial.errno.action).word
    let wanted = SeccompInstruction.answer(denial.action).word
    var words = words
    var places = words.mutableSpan
    for index in places.indices where places[index] == refusal { places[index] = wanted }
    return SeccompProgram(words: words)
  }
}

extension SeccompArchitecture {
  /// Allows the calls that a child makes between its filter and its program, whatever the profile behind says: refused ones
  /// would wait for the listener, and that for the child.
  fileprivate var callsOfStart: [SeccompInstruction] {
    typealias Instruction = SeccompInstruction
    // rt_sigprocmask, execve, exit_group
    let numbers: [UInt32] = self == .x86_64 ? [14, 59, 231] : [135, 221, 94]
    return [
      Instruction(Instruction.loadWord, Instruction.numberOffset),
      Instruction(Instruction.jumpIfEqual, numbers[0], ifTrue: 2),
      Instruction(Instruction.jumpIfEqual, numbers[1], ifTrue: 1),
      Instruction(Instruction.jumpIfEqual, numbers[2], ifFalse: 1),
      Instruction.answer(.allow),
    ]
  }
}
