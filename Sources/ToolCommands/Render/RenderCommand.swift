internal import ArgumentParser
internal import Foundation
internal import Manifests
internal import TaskModel

/// `warder render`: a script and its data become Kubernetes objects.
struct RenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Turn a script into a Kubernetes Job.",
    usage: "warder render [OPTIONS] SCRIPT [DATA…] [-- ARGUMENTS…]",
    discussion: """
      Prints a ConfigMap with the script and its data, and the Job that runs it once, under the PodSecurity standard \
      "restricted". DATA are files and folders that lie beside the script in its working directory; NAME=PATH gives \
      one another name. What follows -- are the script's arguments.

      Examples:
        warder render train.py rows.csv | kubectl create -f -
        warder render report.py --timeout 10m --memory 2Gi --tmp disk -- --year 2026
        warder render job.sh --with namespace,networkpolicy,quota -n tasks
        warder render ask.py --egress ns=messaging,pod=app=nats:4222 --dns kube

      Names carry five random characters, because a Job cannot be changed or created twice; --name gives one that \
      stays. The result is checked as `warder check --job` does it.

      Exit status: 0; 64 for a wrong command line, 65 for what cannot be a task, 66 for a file that cannot be read.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case yaml, json }

  @Argument(help: "The script, or - for standard input.")
  var script: String

  /// The parser takes no second list of words behind `--`: they are told apart afterwards.
  @Argument(help: ArgumentHelp("Files and folders beside it; behind -- the script's own arguments.", valueName: "data"))
  var words: [String] = []

  @Option(help: "What is printed.")
  var format = Format.yaml

  @Option(
    help: ArgumentHelp("Print these objects only: configmap, job, egress.", valueName: "list"))
  var only: ObjectList?

  @Option(
    help: ArgumentHelp(
      "Print what a namespace for tasks has once, too: namespace, networkpolicy, quota, limitrange.",
      valueName: "list"))
  var with: ObjectList?

  @Option(help: ArgumentHelp("With --with quota: how many tasks of this size may run at once.", valueName: "count"))
  var tasks: Int64 = 10

  @OptionGroup(title: "The Job")
  var job: JobOptions

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @OptionGroup(title: "Network")
  var network: NetworkOptions

  @OptionGroup(title: "Settings of warder-init")
  var settings: SettingOptions

  func validate() throws {
    if let only, let foreign = only.objects.first(where: { !$0.isOfTask }) {
      throw ValidationError("--only \(foreign.rawValue): it is not the task's own; ask for it by --with.")
    }
    if let with, let own = with.objects.first(where: \.isOfTask) {
      throw ValidationError("--with \(own.rawValue): it is the task's own, and always printed.")
    }
    if with?.objects.contains(.namespace) == true, job.namespace == nil {
      throw ValidationError("--with namespace needs its name: --namespace NAME.")
    }
    guard (1...100_000).contains(tasks) else { throw ValidationError("--tasks: expected 1 to 100000.") }
  }

  func run() throws {
    let text: [UInt8]
    do {
      let split = Self.split(words, commandLine: CommandLine.arguments)
      let rendering = try Rendering(self, data: split.data, arguments: split.arguments)
      for warning in rendering.warnings { Notice.write(warning) }
      text = format == .json ? ManifestNode.json(of: rendering.documents) + [UInt8(ascii: "\n")] : rendering.yaml
    } catch let error as ManifestError {
      Notice.write(error.description)
      throw ExitCode(65)
    }
    FileHandle.standardOutput.write(Data(text))
  }

  /// - Parameter commandLine: of the process, where the first `--` stands before the script's arguments.
  static func split(_ words: [String], commandLine: [String]) -> (data: [String], arguments: [String]) {
    let behind = commandLine.firstIndex(of: "--").map { commandLine.count - $0 - 1 } ?? 0
    return (Array(words.dropLast(behind)), Array(words.suffix(behind)))
  }
}
