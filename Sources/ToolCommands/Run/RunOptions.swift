internal import ArgumentParser

/// What `warder run` takes besides the keys of `warder-init`.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the script runs in: \(EngineChoice.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "auto takes the first of them that works here, and says which.", valueName: "engine"))
  var engine = EngineChoice.auto

  @Option(
    help: ArgumentHelp("The image for podman or docker; with auto, asks for one of them.", valueName: "image"))
  var image: String?

  @Option(
    name: .customLong("job"),
    help: ArgumentHelp(
      "A Job or Pod manifest (YAML or JSON) whose task is to run, with its limits.",
      discussion: "Options given here go before what the manifest says. SCRIPT takes the place of its script.",
      valueName: "file"))
  var job: String?

  @Option(
    name: .customLong("job-name"),
    help: ArgumentHelp("Which Job or Pod of the manifest, where there are several.", valueName: "name"))
  var jobName: String?

  @Option(
    name: .customLong("config-map"), parsing: .singleValue,
    help: ArgumentHelp("A further file with ConfigMaps or Secrets that the Job names.", valueName: "file"))
  var configMaps: [String] = []

  @Option(
    name: .customLong("file"), parsing: .singleValue,
    help: ArgumentHelp(
      "A file or directory that the script finds in its working directory.",
      discussion: "May be given several times. NAME=PATH gives it another name.", valueName: "path"))
  var files: [String] = []

  @Option(
    name: .customLong("task"),
    help: ArgumentHelp(
      "A directory as a pod's /task: the script, its files, a task.json.",
      discussion: "Without SCRIPT the script is found in it, as in a pod.", valueName: "dir"))
  var task: String?

  @Option(
    name: .customLong("stdin"),
    help: ArgumentHelp("The file that the script reads as standard input; - for this command's own.", valueName: "file")
  )
  var standardInput: String?

  @Option(
    name: .customLong("tmp-size"),
    help: ArgumentHelp(
      "The size of /tmp and of /dev/shm, where the engine makes them (default 64Mi).", valueName: "size"))
  var temporarySize: String?

  @Option(
    name: .customLong("save"),
    help: ArgumentHelp(
      "Write the files that come back (--artifacts) into this directory.",
      discussion: "Each under its name, whole files only, and none over another.", valueName: "dir"))
  var save: String?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "The warder-init to use, in images too (default: beside this program, in ../libexec/warder, in PATH).",
      valueName: "path"))
  var supervisor: String?

  @Flag(help: "Print nothing but what the script writes.")
  var quiet = false

  @Flag(help: "Print the result as one JSON object, as `warder decode --json` does.")
  var json = false

  @Flag(help: "Print the log itself: frames, one a line.")
  var frames = false

  @OptionGroup var presentation: PresentationOptions
}
