/// What a filter sees of one system call (`struct seccomp_data` of `<linux/seccomp.h>`).
struct FilteredCall {
  var number: UInt32
  var architecture: UInt32
  var arguments: [UInt64]
  var instructionPointer: UInt64 = 0

  /// The structure's 64 bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    append(number)
    append(architecture)
    append(instructionPointer)
    for argument in arguments { append(argument) }
    return bytes
  }
}

/// Runs classic BPF as the kernel's seccomp does, written from `<linux/bpf_common.h>` and `<linux/filter.h>` and sharing nothing with
/// the code under test. Knows what libseccomp emits; anything else is an error, not a guess.
enum SeccompInterpreter {
  enum Failure: Error, Equatable {
    case ranOffTheEnd(at: Int)
    case badLoad(at: Int, offset: UInt32)
    case unknownInstruction(at: Int, code: UInt16)
  }

  struct Outcome: Equatable {
    /// SECCOMP_RET_*
    let value: UInt32
    /// Instructions executed.
    let steps: Int
  }

  static func run(_ program: [UInt64], on call: FilteredCall) throws(Failure) -> Outcome {
    let data = call.bytes
    var accumulator: UInt32 = 0
    var position = 0
    var steps = 0
    while position < program.count {
      let word = program[position]
      let code = UInt16(word & 0xFFFF)
      let (ifTrue, ifFalse) = (Int(word >> 16 & 0xFF), Int(word >> 24 & 0xFF))
      let operand = UInt32(word >> 32)
      steps += 1

      func branch(_ condition: Bool) { position += 1 + (condition ? ifTrue : ifFalse) }
      switch code {
      case 0x20:  // BPF_LD | BPF_W | BPF_ABS: a word of the call, at an aligned offset
        guard operand % 4 == 0, Int(operand) + 4 <= data.count else {
          throw .badLoad(at: position, offset: operand)
        }
        accumulator = (0..<4).reduce(0) { $0 | UInt32(data[Int(operand) + $1]) << (8 * UInt32($1)) }
        position += 1
      case 0x54:  // BPF_ALU | BPF_AND | BPF_K
        accumulator &= operand
        position += 1
      case 0x05: position += 1 + Int(operand)  // BPF_JMP | BPF_JA
      case 0x15: branch(accumulator == operand)  // BPF_JMP | BPF_JEQ | BPF_K
      case 0x25: branch(accumulator > operand)  // BPF_JMP | BPF_JGT | BPF_K
      case 0x35: branch(accumulator >= operand)  // BPF_JMP | BPF_JGE | BPF_K
      case 0x45: branch(accumulator & operand != 0)  // BPF_JMP | BPF_JSET | BPF_K
      case 0x06: return Outcome(value: operand, steps: steps)  // BPF_RET | BPF_K
      default: throw .unknownInstruction(at: position, code: code)
      }
    }
    throw .ranOffTheEnd(at: position)
  }
}
