/// Why a policy could not be turned into a filter.
package enum SeccompError: Error, Equatable {
  /// No library and no table knows this name: a spelling mistake, or a call newer than this program.
  case unknownCall(String)
  /// libseccomp refused the rules of this call.
  case rule(call: String, errno: Int32)
  /// Another step of libseccomp, or of handing the filter over, failed.
  case step(Step, errno: Int32)
  /// The filter has more instructions than the kernel takes.
  case tooLong(instructions: Int)

  package enum Step: Equatable, Sendable {
    case start, chooseArchitecture, setAttribute, createFile, export, readBack
  }

  /// One sentence for whoever has to act on it.
  package var message: String {
    switch self {
    case .unknownCall(let name):
      "the seccomp policy names the system call \(name), which neither libseccomp nor this program knows"
    case .rule(let call, let errno):
      "libseccomp refused the rule for \(call) (errno \(errno))"
    case .step(let step, let errno):
      "building the seccomp filter failed while \(step.doing) (errno \(errno))"
    case .tooLong(let instructions):
      """
      the seccomp filter has \(instructions) instructions and the kernel takes \(SeccompProgram.maximumCount): \
      the policy needs fewer rules
      """
    }
  }
}

extension SeccompError.Step {
  fileprivate var doing: String {
    switch self {
    case .start: "preparing libseccomp; the kernel may lack an action that the policy uses"
    case .chooseArchitecture: "choosing the architecture"
    case .setAttribute: "setting an attribute"
    case .createFile: "making a file in memory"
    case .export: "writing the filter out"
    case .readBack: "reading the filter back"
    }
  }
}
