internal import ArgumentParser
internal import CTool
internal import Foundation
internal import LinuxSystem
internal import WarderFrames

/// `warder run`: a script on this machine, with the limits of a pod, by the same binary.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script on this machine, confined as in a pod.",
    usage: "warder run [OPTIONS] [SCRIPT [ARGS…]]",
    discussion: """
      SCRIPT is a file, or - for standard input. Its ending or its first line says what runs it. Everything after \
      SCRIPT is handed to it.

        warder run script.py
        warder run --timeout 10s --memory 256Mi --file data.csv script.py --fast
        warder run --network all --env TOKEN=x fetch.sh
        warder run --engine podman --image localhost/warder/python script.py
        warder run --job examples/job.yaml
        warder run --json script.py | jq .reason

      Ctrl-C cancels the script, with its grace; a second one kills everything.

      Exit status: the script's own (128 + the signal that ended it), or what Warder says of it, from 240 (timeout) to 253, \
      see docs/supervision.md. 248: the engine could not run it. 249: the supervisor was killed and left no verdict. 250: \
      a wrong command line, or no task. 141: nobody reads the output any more.
      """)

  @OptionGroup(title: "What runs, and in what") var options: RunOptions
  @OptionGroup(title: "Limits and rights, as warder-init has them") var limits: LimitOptions

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("The script and its arguments.", valueName: "script"))
  var command: [String] = []

  func run() throws {
    // Captured like every other option that is not declared.
    if let word = command.first, ["-h", "--help"].contains(word) { throw CleanExit.helpRequest(self) }
    do {
      let task = try RequestedTask(options, limits, command)
      throw ExitCode(try RunSession(options, task).run())
    } catch let problem as RunProblem {
      FileHandle.standardError.write(Data(options.presentation.presentation.notice(problem.message, .failure)))
      throw ExitCode(problem.status)
    }
  }
}

/// Why nothing was run, for a person, and the exit status that goes with it.
struct RunProblem: Error {
  let message: String
  let status: Int32

  /// A mistake on the command line, or in what it names.
  static func usage(_ message: String) -> RunProblem { RunProblem(message: message, status: RunStatus.noTask) }

  /// The task is good, and cannot be run here.
  static func engine(_ message: String) -> RunProblem { RunProblem(message: message, status: RunStatus.engineFailed) }
}
