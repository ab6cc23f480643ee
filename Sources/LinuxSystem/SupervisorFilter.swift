internal import CLinux

/// The filter of `SeccompSupervisor`, as libseccomp made it when its rules were last changed, laid out anew as the script's is
/// (`CLinux/seccomp_supervisor.c`).
package enum SupervisorFilter {
  private static func program(for architecture: SeccompArchitecture) -> cl_seccomp_program {
    // As in SeccompTemplate: what ships has the running machine's program only.
    #if hasFeature(Embedded) && arch(x86_64)
      return unsafe cl_seccomp_supervisor_x86_64()
    #elseif hasFeature(Embedded) && arch(arm64)
      return unsafe cl_seccomp_supervisor_aarch64()
    #else
      return switch architecture {
      case .x86_64: unsafe cl_seccomp_supervisor_x86_64()
      case .aarch64: unsafe cl_seccomp_supervisor_aarch64()
      }
    #endif
  }

  /// For the tests, which hold it against the rules.
  static func words(for architecture: SeccompArchitecture) -> [UInt64] {
    let program = unsafe program(for: architecture)
    return unsafe Array(UnsafeBufferPointer(start: program.words, count: Int(program.count)))
  }

  /// Puts it in force for this process, which has one thread, for good. See seccomp(2).
  /// - Throws: EACCES without `no_new_privs`, ENOSYS or EINVAL where the platform has no filters.
  package static func confineSelf() throws(SystemCallError) {
    let program = unsafe program(for: .native)
    try checked(unsafe cl_install_filter(program.words, program.count), "seccomp")
  }
}
