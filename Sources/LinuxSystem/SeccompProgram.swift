internal import TaskModel

/// One instruction of classic BPF, laid out as `struct sock_filter` of `<linux/filter.h>`.
package struct SeccompInstruction: Equatable, Sendable {
  /// The structure's 8 bytes on a little-endian machine, which both supported architectures are.
  package let word: UInt64

  package init(word: UInt64) { self.word = word }

  init(_ code: UInt16, _ operand: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
    word = UInt64(code) | UInt64(ifTrue) << 16 | UInt64(ifFalse) << 24 | UInt64(operand) << 32
  }

  package var code: UInt16 { UInt16(truncatingIfNeeded: word) }
  /// How many instructions a conditional jump skips when its test holds.
  package var ifTrue: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
  /// How many it skips otherwise.
  package var ifFalse: UInt8 { UInt8(truncatingIfNeeded: word >> 24) }
  package var operand: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }

  func with(operand: UInt32) -> SeccompInstruction {
    SeccompInstruction(word: word & 0xFFFF_FFFF | UInt64(operand) << 32)
  }
}

extension SeccompInstruction {
  // Codes of `<linux/bpf_common.h>`: class, size or operation, and source of the operand.
  package static let loadWord: UInt16 = 0x20  // BPF_LD | BPF_W | BPF_ABS
  package static let jump: UInt16 = 0x05  // BPF_JMP | BPF_JA
  package static let jumpIfEqual: UInt16 = 0x15  // BPF_JMP | BPF_JEQ | BPF_K
  package static let jumpIfGreater: UInt16 = 0x25  // BPF_JMP | BPF_JGT | BPF_K
  package static let jumpIfAnySet: UInt16 = 0x45  // BPF_JMP | BPF_JSET | BPF_K
  package static let answer: UInt16 = 0x06  // BPF_RET | BPF_K

  // Offsets into `struct seccomp_data` of `<linux/seccomp.h>`.
  package static let numberOffset: UInt32 = 0
  package static let architectureOffset: UInt32 = 4

  static func answer(_ action: SeccompAction) -> SeccompInstruction { SeccompInstruction(answer, action.kernelValue) }
}

/// A filter that is ready to be installed with seccomp(2).
package struct SeccompProgram: Equatable, Sendable {
  /// The instructions, each the 8 bytes of a `struct sock_filter`.
  package let words: [UInt64]

  /// The most instructions that the kernel takes (BPF_MAXINSNS).
  package static let maximumCount = 4096

  init(words: [UInt64]) { self.words = words }

  /// Joins programs into one that runs them in order: where one would allow the call, the next is asked.
  ///
  /// One filter instead of several stacked ones is installed with one call and compiled once by the kernel, and a single
  /// listener hears of everything that any of them refuses (a process can have only one filter with a listener).
  ///
  /// - Parameter parts: Complete programs; each answers only with constants, as libseccomp's do. Their jumps are
  ///   relative, so they keep their meaning at another place.
  init(prelude: [SeccompInstruction], parts: [[UInt64]]) {
    var words = prelude.map { $0.word }
    let allow = SeccompInstruction.answer(.allow).word
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      for (position, word) in part.enumerated() {
        if word == allow && !isLast {
          words.append(SeccompInstruction(SeccompInstruction.jump, UInt32(part.count - position - 1)).word)
        } else {
          words.append(word)
        }
      }
    }
    self.words = words
  }
}

extension SeccompArchitecture {
  /// What is decided before the arguments are looked at, from the call's number alone.
  ///
  /// - A call made for another architecture (`int 0x80` on x86-64) and one of the x32 interface (bit 30 of the number)
  ///   kill the process: their numbers mean other calls than the ones that the rules are about.
  /// - A number above every number that the rules know answers ENOSYS, as an older kernel would.
  /// - -1 is what a tracer from outside writes to cancel a call, and not x32 although bit 30 is set.
  func prelude(newestNumber: UInt32) -> [SeccompInstruction] {
    typealias Instruction = SeccompInstruction
    let start: [Instruction] = [
      Instruction(Instruction.loadWord, Instruction.architectureOffset),
      Instruction(Instruction.jumpIfEqual, auditToken, ifTrue: 1),
      Instruction.answer(.killProcess),
      Instruction(Instruction.loadWord, Instruction.numberOffset),
    ]
    let unknown: [Instruction] = [
      Instruction(Instruction.jumpIfGreater, newestNumber, ifFalse: 1),
      Instruction.answer(.fail(.notImplemented)),
    ]
    guard hasX32 else { return start + unknown }
    return start
      + [
        Instruction(Instruction.jumpIfEqual, .max, ifTrue: 2),
        Instruction(Instruction.jumpIfAnySet, Self.x32Bit, ifFalse: 1),
        Instruction.answer(.killProcess),
      ] + unknown
  }
}
