internal import ArgumentParser
internal import Foundation

/// `warder check`: finds what is wrong before a script runs.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a manifest, an image, or this machine.",
    usage: """
      warder check --job FILE [--policy FILE] [--strict] [--json]
      """,
    discussion: """
      With --job, a manifest is held against the PodSecurity standard "restricted", the fields and types of Kubernetes, \
      and what a task of Warder's needs: deadlines in the right order, a /tmp that fits into the memory limit, no \
      token, and so on. Each finding names file, line, reason and what to do.

      Examples:
        warder check --job job.yaml
        warder render script.py | warder check --job -

      Exit status: 0 where nothing is wrong (warnings allowed, but for --strict), 1 where something is, 64 for a wrong \
      command line, 66 for a file that cannot be read.
      """)

  @Option(
    name: .customLong("job"),
    help: ArgumentHelp("Check this manifest: YAML or JSON, - for standard input.", valueName: "file"))
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "The policy of the image that a manifest names, for its defaults and ceilings.", valueName: "file"))
  var policy: String?

  @Flag(help: "Let warnings fail, too.")
  var strict = false

  @Flag(help: "Print the findings as one JSON object.")
  var json = false

  @OptionGroup
  var presentation: PresentationOptions

  func validate() throws {
    guard manifest != nil else { throw ValidationError("Say what to check: --job FILE.") }
  }

  func run() async throws {
    guard let manifest else { return }
    try report(
      try ManifestCheck(manifest, policy: policy).findings(), subject: manifest == "-" ? "stdin" : manifest)
  }

  /// Prints the findings and ends with the status that they make.
  func report(_ findings: [Finding], subject: String) throws {
    if json {
      FileHandle.standardOutput.write(Data(Finding.json(findings)))
    } else {
      let printer = FindingPrinter(isColored: presentation.presentation.stdout.isColored)
      let text = printer.text(findings, subject: subject)
      FileHandle.standardOutput.write(Data(text.utf8))
    }
    let fails = findings.contains { $0.severity == .error || strict && $0.severity == .warning }
    if fails { throw ExitCode(1) }
  }
}
