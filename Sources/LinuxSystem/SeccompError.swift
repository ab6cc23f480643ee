internal import TaskModel

/// Why a policy could not be turned into a filter.
package enum SeccompError: Error {
  /// No library and no table knows this name: a spelling mistake, or a call newer than this program.
  case unknownCall(String)
  /// libseccomp refused a rule of this call.
  case rule(call: String, number: Int32)
  /// libseccomp could not start a filter (seccomp_init(3), which does not say why).
  case start
  /// libseccomp refused an attribute or the architecture.
  case configure(number: Int32)
  /// The program could not be taken out of libseccomp.
  case export(SystemCallError)
  /// The program has more instructions than the kernel takes.
  case tooLong(instructions: Int)
  /// The program that lies ready has fewer places for protected ids.
  case tooManyProtected(processes: Int, groups: Int)

  /// One sentence for whoever has to act on it.
  package var message: String { words.text }

  private var words: Words {
    switch self {
    case .unknownCall(let name):
      "the seccomp policy names the system call \(name), which neither libseccomp nor this program knows"
    case .rule(let call, let number):
      "libseccomp refused a rule for \(call): \(errorReason(number))"
    case .start:
      "libseccomp could not start a filter: the kernel lacks seccomp, or an action that the policy uses"
    case .configure(let number):
      "libseccomp could not be set up: \(errorReason(number))"
    case .export(let error):
      "the seccomp filter could not be taken out of libseccomp: \(error.message)"
    case .tooLong(let instructions):
      "the seccomp filter has \(instructions) instructions, more than the kernel's \(SeccompProgram.maximumCount)"
    case .tooManyProtected(let processes, let groups):
      """
      the seccomp filter cannot protect \(processes) processes and \(groups) groups: it has room for \
      \(SeccompTemplate.processes.count) and \(SeccompTemplate.groups.count)
      """
    }
  }
}
