internal import ArgumentParser
internal import Foundation
internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// `warder seccomp learn`.
struct SeccompLearnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract: "Run a script and write a profile of the system calls that it made.",
    discussion: """
      Learning is not confinement: the script's system calls are all let through, but for what Warder's guard refuses. \
      Files (Landlock), limits, capabilities and the network stay as in any local run. Only learn from scripts that you \
      would run anyway.

      The profile allows what this run did, on this machine: another input, another C library or a signal at another \
      moment may need more. Learn from several runs with --add, and read what was learned.

      Examples:
        warder seccomp learn -o sum.json sum.py
        warder seccomp learn -o sum.json --add sum.json sum.py other-input
        warder seccomp compile sum.json && warder-init --seccomp $PWD/sum.profile --script sum.py

      Exit status: 0 when a profile was written after the script exited with 0; 1 when it was written and the script \
      ended otherwise; 64 for a wrong command line, 65 for a bad --add, 66 for a file that cannot be read, 69 where \
      calls cannot be watched or warder-init is missing, 73 for a file that cannot be written.
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to write the profile; - for standard output, which the script's output then leaves to it. Default: -.",
      valueName: "file"))
  var output = "-"

  @Option(help: ArgumentHelp("Add to what this profile allows.", valueName: "profile.json"))
  var add: [String] = []

  @Option(help: ArgumentHelp("The script's network: none or all.", valueName: "access"))
  var network = NetworkAccess.none

  @Option(help: ArgumentHelp("Wall-clock time; every call takes longer than usual.", valueName: "duration"))
  var timeout = "10m"

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp("A further option of warder-init, such as --with read=/srv/data.", valueName: "key=value"))
  var further: [String] = []

  @OptionGroup
  var presentation: PresentationOptions

  @Argument(help: "The script.")
  var script: String

  @Argument(parsing: .captureForPassthrough, help: ArgumentHelp("Its arguments.", valueName: "args"))
  var arguments: [String] = []

  func validate() throws {
    for option in further where !option.contains("=") || option.hasPrefix("-") {
      throw ValidationError("--with \(option): expected KEY=VALUE, such as read=/srv/data.")
    }
  }

  func run() throws {
    let known = try earlier()
    guard FileManager.default.isReadableFile(atPath: script) else {
      SeccompFiles.say("cannot read \(script): \(String(cString: strerror(errno)))")
      throw ExitCode(66)
    }
    let supervisor = try self.supervisor()
    let permissive = try PermissiveProfileFile()
    defer { permissive.remove() }
    SeccompFiles.say("learning is not confinement: system calls are let through and written down")

    var words = [supervisor, "--script", script, "--seccomp", permissive.path, "--log", "fd:1"]
    words += ["--network", "\(network)", "--timeout", timeout]
    for option in further { words += ["--" + option] }
    if !arguments.isEmpty { words += ["--"] + (arguments.first == "--" ? Array(arguments.dropFirst()) : arguments) }

    var calls = LearnedCalls()
    let result = try watch(words, &calls)
    guard calls.total > 0, result.start != nil else {
      SeccompFiles.say("nothing was learned: the script did not run")
      throw ExitCode(1)
    }
    for number in calls.unnamed.sorted() {
      SeccompFiles.say("call \(number) has no name that is known here; it is not in the profile")
    }
    let rules = known.reduce(calls.rules) { $0.adding($1) }
    try SeccompFiles.write(OCIProfileWriter.json(rules, for: [.native]), to: output)
    SeccompFiles.say(
      "\(output == "-" ? "standard output" : output): \(calls.names.count) calls seen, \(calls.total) times; "
        + "compile it with: warder seccomp compile \(output == "-" ? "PROFILE.json" : output)")
    guard result.exit?.exitCode == 0 else {
      SeccompFiles.say("the script did not end well, so the profile may be good for a part of it only")
      throw ExitCode(1)
    }
  }

  // MARK: - Details

  private func supervisor() throws -> String {
    do throws(SupervisorBinary.Problem) {
      return try SupervisorBinary.find(named: nil, environment: ProcessInfo.processInfo.environment).path
    } catch {
      SeccompFiles.say(error.message)
      throw ExitCode(69)
    }
  }

  private func earlier() throws -> [SeccompRuleSet] {
    try SeccompFiles.reporting {
      try add.map { path in
        let target = ProfileResolution.Target(architecture: .native, kernel: .running)
        let rules = try SeccompFiles.rules(path, network: network, target).rules
        guard rules.defaultAnswer == LearnedCalls().rules.defaultAnswer else {
          throw SeccompProfileError(
            "\(path): what was learned can only be added to a profile whose default is SCMP_ACT_ERRNO with EPERM")
        }
        return rules
      }
    }
  }

  /// Runs it, and shows its output and its verdict.
  private func watch(_ words: [String], _ calls: inout LearnedCalls) throws -> RunResult {
    var learned = LearnedCalls()
    var decoder = FrameDecoder()
    var assembler = RunAssembler()
    let presentation = presentation.presentation
    var printer = TextPrinter(presentation)
    func show(_ items: [LogItem]) {
      for item in items {
        assembler.add(item)
        guard case .frame(let frame) = item, case .output(let stream, let bytes) = frame.body else { continue }
        // Standard output may be the profile's.
        let target: WarderFrames.OutputStream = output == "-" ? .stderr : stream
        let handle: FileHandle = target == .stdout ? .standardOutput : .standardError
        handle.write(Data(presentation.script(bytes, target)))
      }
    }
    do throws(SeccompProfileError) {
      // The name is this program's; warder-init takes it for a misspelt key.
      let environment = ProcessInfo.processInfo.environment.filter { $0.key != "WARDER_INIT" }
      var run = try LearningRun(words, environment: environment)
      let signals = SignalForwarding(to: run.process)
      defer { signals.stop() }
      try run.finish(onCall: { learned.note($0.number, $0.arguments) }, onOutput: { show(decoder.feed($0)) })
    } catch {
      SeccompFiles.say(error.description)
      throw ExitCode(69)
    }
    show(decoder.finish())
    calls = learned
    guard let result = assembler.results.first else {
      SeccompFiles.say("warder-init wrote no log")
      throw ExitCode(69)
    }
    try printer.printVerdict(on: result)
    return result
  }
}

/// The compiled profile that a script is watched under.
private struct PermissiveProfileFile {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent("warder-learn-\(UUID().uuidString).profile").path
    try SeccompFiles.reporting {
      let words = try ProfileCompilation.program(LearnedCalls.permissive, for: .native)
      do throws(SeccompProfileFileError) {
        let file = try SeccompProfileFile(name: "learning", programs: [.init(architecture: .native, words: words)])
        try? Data(file.encoded()).write(to: URL(fileURLWithPath: path))
      } catch { throw SeccompProfileError(error.message) }
    }
    guard FileManager.default.fileExists(atPath: path) else {
      SeccompFiles.say("cannot write \(path)")
      throw ExitCode(73)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Ctrl-C ends the task and not this program, which has calls to answer until the task's end.
private struct SignalForwarding {
  private let sources: [any DispatchSourceSignal]

  init(to process: Int32) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { kill(process, SIGTERM) }
      source.resume()
      return source
    }
  }

  func stop() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }
}
