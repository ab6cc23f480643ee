internal import ArgumentParser
internal import Foundation
internal import WarderFrames

/// `warder decode`: a framed log becomes what the script wrote and how it ended.
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turn a framed log into the script's output and the verdict.",
    discussion: """
      Reads plain frames, the output of `kubectl logs` with and without --timestamps, and CRI log files. Lines that are \
      no frames are counted and passed over.

      Without an option, standard output and standard error of the script go where their names say, as they come, and \
      the verdict follows on standard error. A log of several runs (a container that was started again) is decoded run \
      by run.

      Exit status: 0 for a complete log, 1 where something is missing, 64 for a wrong command line, 66 for a log that \
      cannot be read, 73 for a directory that cannot be made.
      """)

  enum Form: String, EnumerableFlag {
    case json, stdout, stderr

    static func help(for value: Form) -> ArgumentHelp? {
      switch value {
      case .json: "Print the result as one JSON object a run."
      case .stdout: "Print what the script wrote to standard output, exactly."
      case .stderr: "Print what the script wrote to standard error, exactly."
      }
    }
  }

  @Argument(help: "The log, or - for standard input.")
  var file = "-"

  @Flag(exclusivity: .exclusive)
  var form: Form?

  @OptionGroup var options: PresentationOptions

  @Option(
    name: .customLong("artifacts"),
    help: ArgumentHelp(
      "Write the files that came back into this directory, each under its name.",
      discussion: """
        The directory is made where it is missing. Only whole files are written, with the digest that the log says, and \
        none over another. Of a log of several runs each has a directory of its own in it: 1, 2 and so on.
        """,
      valueName: "dir"))
  var artifactDirectory: String?

  func run() throws {
    let input = try LogInput(file)
    let results =
      switch form {
      case .json: try printJSON(input)
      case .stdout: try printStream(.stdout, of: input)
      case .stderr: try printStream(.stderr, of: input)
      case nil: try printText(input)
      }
    let isWritten = try writeArtifacts(results)
    if !isWritten || results.isEmpty || !results.allSatisfy({ $0.isComplete }) { throw ExitCode(1) }
  }

  /// - Returns: whether every file of the log is in the directory now.
  private func writeArtifacts(_ results: [RunResult]) throws -> Bool {
    guard let artifactDirectory else { return true }
    var printer = TextPrinter(options.presentation)
    let extraction: ArtifactExtraction
    do throws(ArtifactExtraction.Problem) {
      extraction = try ArtifactExtraction(into: artifactDirectory)
    } catch {
      printer.say(error.reason)
      throw ExitCode(73)
    }
    defer { extraction.close() }
    var isWritten = true
    for (index, result) in results.enumerated() {
      let problems = extraction.write(result.artifacts, folder: results.count > 1 ? String(index + 1) : nil)
      for problem in problems { printer.say(problem) }
      isWritten = isWritten && problems.isEmpty
    }
    return isWritten
  }

  private func printJSON(_ input: LogInput) throws -> [RunResult] {
    let results = try input.results()
    for result in results {
      FileHandle.standardOutput.write(Data(result.json() + [UInt8(ascii: "\n")]))
    }
    return results
  }

  private func printStream(_ stream: WarderFrames.OutputStream, of input: LogInput) throws -> [RunResult] {
    let results = try input.results()
    for result in results {
      FileHandle.standardOutput.write(Data(stream == .stdout ? result.stdout : result.stderr))
    }
    return results
  }

  private func printText(_ input: LogInput) throws -> [RunResult] {
    var printer = TextPrinter(options.presentation)
    var assembler = RunAssembler()
    try input.forEachItem { item in
      printer.print(item)
      assembler.add(item)
    }
    let results = assembler.results
    for result in results { printer.printVerdict(on: result) }
    return results
  }
}
