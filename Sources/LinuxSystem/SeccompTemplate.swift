internal import CLinux
package import TaskModel

/// The default policy's filter as libseccomp made it when the policy was last changed.
///
/// libseccomp takes some milliseconds for it, several times as long as everything else before the script's first
/// instruction, and its result hardly varies: only the protected ids and the way of refusing are known late, and they
/// are operands of single instructions. So the program lies ready (`CLinux/seccomp_programs.c`) with made-up ids in
/// their places, and they are filled in here. The tests hold it against the policy, decision by decision.
package enum SeccompTemplate {
  /// Ids that stand for the protected ones. No process has them: ids end at 2^22 (PID_MAX_LIMIT).
  package static let processes: [Int32] = [0x7F00_0001, 0x7F00_0002, 0x7F00_0003]
  package static let groups: [Int32] = [0x7E00_0001, 0x7E00_0002]

  /// What the program is compiled from.
  package static func policy(network: NetworkAccess) -> SeccompPolicy {
    .standard(
      network: network, denial: .errno, protecting: SeccompProtection(processes: processes, groups: groups))
  }

  static func words(network: NetworkAccess, architecture: SeccompArchitecture) -> [UInt64] {
    let withNetwork: Int32 = network == .all ? 1 : 0
    let program =
      switch architecture {
      case .x86_64: unsafe cl_seccomp_program_x86_64(withNetwork)
      case .aarch64: unsafe cl_seccomp_program_aarch64(withNetwork)
      }
    return unsafe Array(UnsafeBufferPointer(start: program.words, count: Int(program.count)))
  }

  /// Puts the true operands in the places of the made-up ones. What is left over refuses -1, which is refused anyway.
  static func fill(
    _ words: consuming [UInt64], denial: SeccompDenial, protecting protection: SeccompProtection
  ) throws(SeccompError) -> [UInt64] {
    guard protection.processes.count <= processes.count, protection.groups.count <= groups.count else {
      throw .tooManyProtected(processes: protection.processes.count, groups: protection.groups.count)
    }
    let refusal = SeccompInstruction.answer(SeccompDenial.errno.action).word
    let refusalWanted = SeccompInstruction.answer(denial.action).word
    // Each made-up operand and the true one.
    var replacements: [(madeUp: UInt32, id: UInt32)] = []
    for (slot, process) in processes.enumerated() {
      let id = slot < protection.processes.count ? protection.processes[slot] : -1
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
      if instruction.word == refusal { places[index] = refusalWanted }
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
    SeccompProgram(
      words: try SeccompTemplate.fill(
        SeccompTemplate.words(network: network, architecture: architecture), denial: denial, protecting: protection))
  }
}
