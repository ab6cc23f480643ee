internal import JSON

/// Signal numbers and their names, signal(7). The numbers are those of x86-64 and AArch64, which share them.
///
/// Real-time signals are named from glibc's SIGRTMIN, 34, as `kill -l` does; 32 and 33, which C libraries keep for their
/// threads, are `SIG32` and `SIG33`.
package enum SignalName {
  /// Of the signals 1 to 31, in order.
  private static let standard = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
  ]
  private static let firstRealTime: Int32 = 34
  /// The greatest signal number of the kernel, `_NSIG`.
  package static let greatest: Int32 = 64

  package static let kill: Int32 = 9
  package static let terminate: Int32 = 15
  package static let cpuLimit: Int32 = 24
  package static let fileSizeLimit: Int32 = 25
  package static let badSystemCall: Int32 = 31

  /// `SIGKILL`, `SIGRTMIN+3`; `SIG65` for a number that is no signal.
  package static func name(of number: Int32) -> String {
    if number >= 1, Int(number) <= standard.count { return "SIG" + standard[Int(number) - 1] }
    guard firstRealTime...greatest ~= number else { return ("SIG\(number)" as Words).text }
    return number == firstRealTime ? "SIGRTMIN" : ("SIGRTMIN+\(number - firstRealTime)" as Words).text
  }

  /// The number of a signal, by the name that `name(of:)` gives it.
  package static func number(of name: String) -> Int32? {
    for number in 1...greatest where self.name(of: number).hasSameBytes(as: name) { return number }
    return nil
  }
}
