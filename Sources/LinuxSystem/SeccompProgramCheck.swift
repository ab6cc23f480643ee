/// Whether a program of somebody else's making can be put inside of Warder's own.
///
/// What the kernel demands (seccomp_check_filter in kernel/seccomp.c, bpf_check_classic in net/core/filter.c) and more: only
/// instructions that filter compilers emit, and only answers that another program can follow. Pure.
package enum SeccompProgramCheck {
  /// An instruction that is not acceptable, counted from 0, and why.
  package struct Problem: Equatable, Sendable {
    package let index: Int
    package let text: String
  }

  /// The most instructions: together with what is put before it the program has to fit into what the kernel takes.
  package static let longest = 3_800

  package static func problem(in words: [UInt64]) -> Problem? {
    if words.isEmpty { return Problem(index: 0, text: "there is none") }
    if words.count > longest {
      return Problem(index: longest, text: "there are \(words.count), and at most \(longest) are taken")
    }
    for index in words.indices {
      let instruction = SeccompInstruction(word: words[index])
      if let text = problem(with: instruction, following: words.count - index - 1) {
        return Problem(index: index, text: text)
      }
    }
    // All jumps lead forward, so whoever does not answer before arrives here.
    guard SeccompInstruction(word: words[words.count - 1]).code == SeccompInstruction.answer else {
      return Problem(index: words.count - 1, text: "the last one does not answer")
    }
    return nil
  }

  private static let conditionalJumps: [UInt16] = [
    SeccompInstruction.jumpIfEqual, SeccompInstruction.jumpIfGreater, 0x35, SeccompInstruction.jumpIfAnySet,
  ]
  private static let and: UInt16 = 0x54  // BPF_ALU | BPF_AND | BPF_K
  /// sizeof(struct seccomp_data)
  private static let dataSize: UInt32 = 64

  /// - Parameter following: how many instructions come after it.
  private static func problem(with instruction: SeccompInstruction, following: Int) -> String? {
    let isJump = conditionalJumps.contains(instruction.code)
    if !isJump, instruction.ifTrue != 0 || instruction.ifFalse != 0 { return "it has offsets of a jump and is none" }
    switch instruction.code {
    case SeccompInstruction.loadWord:
      return instruction.operand % 4 == 0 && instruction.operand < dataSize
        ? nil : "it loads from \(instruction.operand); expected a multiple of 4 below \(dataSize)"
    case and: return nil
    case SeccompInstruction.jump:
      return Int64(instruction.operand) < Int64(following) ? nil : "it jumps out of the program"
    case _ where isJump:
      let furthest = max(instruction.ifTrue, instruction.ifFalse)
      return Int(furthest) < following ? nil : "it jumps out of the program"
    case SeccompInstruction.answer:
      return isAnswer(instruction.operand)
        ? nil
        : "it answers 0x" + hexadecimal(instruction.operand)
          + "; expected allow, log, an error from 1 to 4095, trap, or kill process"
    default:
      return "its code is 0x" + hexadecimal(UInt32(instruction.code)) + ", which no filter needs"
    }
  }

  /// SECCOMP_RET_ALLOW and LOG, ERRNO with an error, TRAP, KILL_PROCESS. An error of 0 would tell the caller that it had what it
  /// asked for. TRACE and USER_NOTIF ask somebody, and after KILL_THREAD nobody knows that a thread is missing. The program is
  /// the last one to be asked, so that a call that it lets through is one that Warder's own has let through.
  private static func isAnswer(_ value: UInt32) -> Bool {
    value == 0x7FFF_0000 || value == 0x7FFC_0000 || value == 0x8000_0000 || value == 0x0003_0000
      || (0x0005_0001...0x0005_0FFF).contains(value)
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    var text: [UInt8] = []
    for shift in [24, 16, 8, 0] as [UInt32] { appendHexadecimal(UInt8(truncatingIfNeeded: value >> shift), to: &text) }
    return String(decoding: text, as: UTF8.self)
  }
}
