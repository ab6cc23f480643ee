internal import ArgumentParser
internal import Foundation
internal import WarderFrames

/// `warder decode`: a framed log becomes what the script wrote and how it ended.
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turn a framed log into the script's output and the verdict.",
    usage: "warder decode [<option> ...] [<file> ...]",
    discussion: """
      Reads the log as it is: plain frames, `kubectl logs` with and without --timestamps and --prefix, log files of \
      container runtimes (CRI and docker's json-file). Lines that are no frames are counted and passed over.

      Without an option the script's standard output and standard error go where their names say, as they come; the \
      verdict and everything that is missing follow on standard error. A log of several runs is decoded run by run, \
      several files one after the other.

      Examples:
        kubectl logs -f job/sum | warder decode         show progress live
        warder decode --follow /var/log/pods/…/0.log    the same, of a file
        warder decode --json LOG | jq .exit_code        a JSON object a run
        warder decode --artifacts out LOG               the files that came back

      Exit status, whatever the script's: 0 everything is there; 1 something is missing or damaged, or could not be \
      written; 2 a run has no verdict; 3 a log has no frame at all; 64 wrong command line; 66 a log cannot be read; \
      73 the directory cannot be made; 74 output cannot be written; 130 ended by Ctrl-C. The highest one counts.
      """)

  enum Form: String, EnumerableFlag {
    case json, stdout, stderr, events

    static func help(for value: Form) -> ArgumentHelp? {
      switch value {
      case .json: "Print the result of each run as a JSON object, when the log has ended."
      case .stdout: "Print what the script wrote to standard output, exactly."
      case .stderr: "Print what the script wrote to standard error, exactly."
      case .events: "Print what else happened, an event a line, as JSON objects."
      }
    }
  }

  @Argument(help: ArgumentHelp("The logs, or - for standard input (the default).", valueName: "file"))
  var files: [String] = []

  @Flag(exclusivity: .exclusive)
  var form: Form?

  @Flag(
    name: .shortAndLong,
    help: "Wait for more at the log's end, also when it is rotated, until the verdict is there or Ctrl-C is pressed.")
  var follow = false

  @Option(
    name: .customLong("artifacts"),
    help: ArgumentHelp(
      "Write the files that came back into this directory, each under its name.",
      discussion: """
        The directory is made where it is missing. Only whole files are written, with the digest that the log says, and \
        none over another. Of several runs each has a directory of its own in it: 1, 2 and so on.
        """,
      valueName: "dir"))
  var artifactDirectory: String?

  @OptionGroup var options: PresentationOptions

  func validate() throws {
    if follow, files.count > 1 { throw ValidationError("--follow takes one log; \(files.count) were given") }
    if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input (-) can be read once only") }
  }

  func run() throws {
    let extraction = try artifactDirectory.map { try Self.directory($0, options.presentation) }
    defer { extraction?.close() }
    if files.isEmpty, isatty(STDIN_FILENO) == 1 {
      // Else it looks as if the command hung.
      let notice = options.presentation.notice("reading a log from the terminal; Ctrl-D ends it")
      try StandardStreams.write(notice, to: .stderr)
    }
    var decoding = Decoding(form: form, presentation: options.presentation, isNamed: files.count > 1)
    let interruption = LogInterruption()
    for file in files.isEmpty ? ["-"] : files {
      do {
        let input = try LogInput(file, follows: follow, interruption: interruption)
        try decoding.read(input, named: file)
      } catch let problem as LogInput.Problem {
        try decoding.fail(problem.text, status: 66)
      }
      if decoding.isInterrupted { break }
    }
    try decoding.finish(extraction)
    if decoding.status != 0 { throw ExitCode(decoding.status) }
  }

  /// The directory is opened first: whoever cannot have it should not wait for the log's end to hear so.
  private static func directory(_ path: String, _ presentation: Presentation) throws -> ArtifactExtraction {
    do throws(ArtifactExtraction.Problem) {
      return try ArtifactExtraction(into: path)
    } catch {
      try StandardStreams.write(presentation.notice(error.reason, .failure), to: .stderr)
      throw ExitCode(73)
    }
  }
}
