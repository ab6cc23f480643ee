package import LinuxSystem

/// What the kernel would do with a program: classic BPF over `struct seccomp_data`, as far as `SeccompProgramCheck` lets it in.
package enum SeccompProgramRun {
  /// - Parameter words: a program that `SeccompProgramCheck` found good: it ends with an answer.
  /// - Returns: SECCOMP_RET_*.
  package static func answer(
    of words: [UInt64], to number: UInt32, _ arguments: [UInt64], on architecture: SeccompArchitecture
  ) -> UInt32 {
    var accumulator: UInt32 = 0
    var position = 0
    while position < words.count {
      let instruction = SeccompInstruction(word: words[position])
      position += 1
      let operand = instruction.operand
      var holds = false
      switch instruction.code {
      case SeccompInstruction.loadWord:
        accumulator = data(at: operand, number, arguments, architecture)
        continue
      case 0x54:
        accumulator &= operand
        continue
      case SeccompInstruction.jump:
        position += Int(operand)
        continue
      case SeccompInstruction.answer: return operand
      case SeccompInstruction.jumpIfEqual: holds = accumulator == operand
      case SeccompInstruction.jumpIfGreater: holds = accumulator > operand
      case 0x35: holds = accumulator >= operand
      case SeccompInstruction.jumpIfAnySet: holds = accumulator & operand != 0
      default: return 0
      }
      position += Int(holds ? instruction.ifTrue : instruction.ifFalse)
    }
    return 0
  }

  private static func data(
    at offset: UInt32, _ number: UInt32, _ arguments: [UInt64], _ architecture: SeccompArchitecture
  ) -> UInt32 {
    switch offset {
    case SeccompInstruction.numberOffset: return number
    case SeccompInstruction.architectureOffset: return architecture.auditToken
    case 16..<64:
      let argument = arguments[Int(offset - 16) / 8]
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
    // The instruction pointer: no libseccomp rule asks for it.
    default: return 0
    }
  }
}
