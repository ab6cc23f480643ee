internal import ArgumentParser
internal import Foundation
internal import LinuxSystem

/// `warder check`: finds what is wrong before a script runs.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a manifest, an image, or this machine.",
    usage: """
      warder check [--strict] [--json]
      warder check --image IMAGE [--engine ENGINE] [--arch MACHINE] [--strict] [--json]
      warder check --job FILE [--policy FILE] [--strict] [--json]
      """,
    discussion: """
      With --job, a manifest is held against the PodSecurity standard "restricted", the fields and types of Kubernetes, \
      and what a task of Warder's needs: deadlines in the right order, a /tmp that fits into the memory limit, no \
      token, and so on. Each finding names file, line, reason and what to do.

      With --image, an image that is on this machine: its user, entry point and machine, set-user-ID files, file \
      capabilities, files that everybody may change, secrets in ENV, its policy, and what warder-init --check finds in it \
      under a restricted pod's settings, where each runtime is started with an empty script.

      Without either, what this machine has for each engine of warder run.

      Examples:
        warder check
        warder check --image localhost/warder/python
        warder check --job job.yaml
        warder render script.py | warder check --job -

      Exit status: 0 where nothing is wrong (warnings allowed, but for --strict), 1 where something is, 64 for a wrong \
      command line, 66 for a file that cannot be read, 69 where the engine or the image is not there.
      """)

  @Option(
    name: .customLong("job"),
    help: ArgumentHelp("Check this manifest: YAML or JSON, - for standard input.", valueName: "file"))
  var manifest: String?

  @Option(
    help: ArgumentHelp(
      "The policy of the image that a manifest names, for its defaults and ceilings.", valueName: "file"))
  var policy: String?

  @Option(help: ArgumentHelp("Check this image.", valueName: "image"))
  var image: String?

  @Option(
    help: ArgumentHelp(
      "The engine that has the image: podman or docker. Default: the first that is there.", valueName: "engine"))
  var engine: EngineChoice = .auto

  @Option(
    name: .customLong("arch"),
    help: ArgumentHelp("The machine that the image is for: x86_64 or aarch64. Default: this one.", valueName: "machine")
  )
  var architecture: SeccompArchitecture?

  @Flag(help: "Let warnings fail, too.")
  var strict = false

  @Flag(help: "Print the findings as one JSON object.")
  var json = false

  @OptionGroup
  var presentation: PresentationOptions

  func validate() throws {
    if manifest != nil, image != nil { throw ValidationError("Give --job or --image, not both.") }
    if policy != nil, manifest == nil { throw ValidationError("--policy goes with --job.") }
    if image == nil, engine != .auto || architecture != nil {
      throw ValidationError("--engine and --arch go with --image.")
    }
    if let kind = engine.kind, !kind.isContainer { throw ValidationError("--engine is podman or docker here.") }
  }

  func run() async throws {
    if let manifest {
      try report(try ManifestCheck(manifest, policy: policy).findings(), subject: manifest)
    } else if let image {
      try report(try findings(on: image), subject: image)
    } else {
      let findings = MachineCheck(environment: ProcessInfo.processInfo.environment).findings()
      try report(findings, subject: "this machine", showsPassed: true)
    }
  }

  private func findings(on image: String) throws -> [Finding] {
    let environment = ProcessInfo.processInfo.environment
    let probe = EngineProbe(environment: environment)
    let kinds: [EngineKind] = engine.kind.map { [$0] } ?? [.podman, .docker]
    do {
      guard let kind = kinds.first(where: { $0.program.flatMap { probe.find($0) } != nil }) ?? kinds.first else {
        return []
      }
      let client = try probe.client(kind)
      let facts = try ImageInspection(client: client, image: image, environment: environment)
        .facts(architecture: architecture)
      return ImageJudgement.findings(facts, image: image)
    } catch let error as EngineProbe.Problem { try fail(error.message) } catch let error as ImageInspection.Problem {
      try fail(error.message)
    }
  }

  private func fail(_ message: String) throws -> Never {
    FileHandle.standardError.write(Data(presentation.presentation.notice(message)))
    throw ExitCode(69)
  }

  /// Prints the findings and ends with the status that they make.
  func report(_ findings: [Finding], subject: String, showsPassed: Bool = false) throws {
    if json {
      FileHandle.standardOutput.write(Data(Finding.json(findings)))
    } else {
      let printer = FindingPrinter(
        isColored: presentation.presentation.stdout.isColored, showsPassed: showsPassed)
      let text = printer.text(findings, subject: subject)
      FileHandle.standardOutput.write(Data(text.utf8))
    }
    let fails = findings.contains { $0.severity == .error || strict && $0.severity == .warning }
    if fails { throw ExitCode(1) }
  }
}
