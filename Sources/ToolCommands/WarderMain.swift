internal import ArgumentParser
internal import Foundation

extension WarderCommand {
  /// Carries out `warder run`, if that is what the arguments ask for, and ends the process; else it returns.
  ///
  /// Before there is a second thread: signals are blocked for the calling thread alone, and what it starts is told of its end
  /// and not of the process's (PR_SET_PDEATHSIG in prctl(2)). And a wrong command line has a status that no script can have.
  public static func runOnThisThread() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.first == RunCommand.configuration.commandName else { return }
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      exit()
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
      Foundation.exit(RunStatus.noTask)
    }
  }
}
