#if !hasFeature(Embedded)
  internal import CLinux
  internal import TaskModel

  /// A call that a filter tells of before the kernel makes it.
  package struct ObservedCall: Sendable {
    package let thread: Int32
    package let number: Int32
    package let arguments: [UInt64]
  }

  extension SeccompListener {
    package enum Observed {
      case call(ObservedCall)
      /// There was one, and its thread was killed or interrupted before it could be taken.
      case vanished
      case nothing
      case failed(Int32)
    }

    /// Takes the next call that waits, never waiting itself, shows it, and has the kernel make it.
    package func observe(_ body: (ObservedCall) -> Void) -> Observed {
      var native = cl_observed_call()
      switch unsafe cl_take_observed_call(descriptor.raw, &native) {
      case 1:
        let arguments = native.arguments
        let call = ObservedCall(
          thread: native.thread, number: native.call,
          arguments: [arguments.0, arguments.1, arguments.2, arguments.3, arguments.4, arguments.5])
        body(call)
        let answered = cl_continue_call(descriptor.raw, native.id)
        if answered < 0, answered != -ErrorNumber.noSuchFile { return .failed(-answered) }
        return .call(call)
      case 0: return .nothing
      case -ErrorNumber.noSuchFile: return .vanished
      case let number: return .failed(-number)
      }
    }
  }

  extension SeccompProgram {
    /// Tells its listener of every call but those that a child makes before there is anybody to answer: setting its signal mask
    /// and executing its program, or giving up. Calls of another architecture are nobody's here.
    package static var observing: SeccompProgram {
      typealias Instruction = SeccompInstruction
      let architecture = SeccompArchitecture.native
      let unobserved = SeccompArchitecture.callsBeforeProgram.compactMap { name -> UInt32? in
        guard case .number(let number) = architecture.number(of: name) else { return nil }
        return UInt32(number)
      }
      var instructions = [
        Instruction(Instruction.loadWord, Instruction.architectureOffset),
        Instruction(Instruction.jumpIfEqual, architecture.auditToken, ifTrue: 1),
        Instruction.answer(.allow),
        Instruction(Instruction.loadWord, Instruction.numberOffset),
      ]
      for number in unobserved {
        instructions += [
          Instruction(Instruction.jumpIfEqual, number, ifFalse: 1), Instruction.answer(.allow),
        ]
      }
      instructions.append(Instruction.answer(.notify))
      return SeccompProgram(words: instructions.map { $0.word })
    }
  }

  extension SeccompArchitecture {
    /// What `observing` does not tell of; every program needs them.
    package static let callsBeforeProgram = ["rt_sigprocmask", "execve", "exit_group"]
  }
#endif
