internal import LinuxSystem
internal import TaskModel

/// What `warder-integr8s` does, by its command line.
enum ExecutorProgram {
  private static let help = """
    Usage: warder-integr8s [--termination-message FILE]
           warder-integr8s --install DIR

    A relay for warder-init: reads the frames of a run on standard input and, when
    they end, writes the output as Integr8sCode's pod monitor reads it:

        STDOUT <count>
        <standard output>STDERR <count>
        <standard error>

    and exit code, CPU time, memory and wall-clock time as five lines key=value to
    the container's termination message. warder-init starts it:

        warder-init --relay /warder/warder-integr8s --relay-log replace ...

    Options:
      --termination-message FILE
          in place of /dev/termination-log, where there is one; none for none
      --install DIR
          copy this program and what lies beside it (warder-init, entrypoint.sh)
          to DIR, for an init container, and exit
      --help, --version

    Exit status: 0; 1 if something could not be written or the frames end without a
    verdict; 2 for a wrong command line.

    """

  static func run(_ arguments: [[UInt8]]) -> Int32 {
    let words = arguments.map { String(decoding: $0, as: UTF8.self) }
    switch words.count {
    case 0: return relay(to: .automatic)
    case 1 where isOption(words[0], "--help"): return Output.print(help)
    case 1 where isOption(words[0], "--version"): return Output.print("warder-integr8s \(WarderVersion.text)\n")
    case 2 where isOption(words[0], "--install"): return install(into: words[1])
    case 2 where isOption(words[0], "--termination-message"):
      return relay(to: isOption(words[1], "none") ? .none : .path(words[1]))
    default: return Output.fail("expected no arguments or one option; see --help", status: 2)
    }
  }

  private static func isOption(_ word: String, _ option: String) -> Bool { word.utf8.elementsEqual(option.utf8) }

  private static func relay(to message: TerminationMessageTarget) -> Int32 {
    do { return try ExecutorRelay.run(terminationMessage: message) } catch {
      return Output.fail(error.message, status: 1)
    }
  }

  /// What a pod needs: the supervisor, this relay, and the entry point that starts both.
  private static let installed = ["warder-init", "warder-integr8s", "entrypoint.sh"]

  private static func install(into directory: String) -> Int32 {
    do {
      let own = String(decoding: try Files.open("/proc/self/exe", .pathOnly).realPath(), as: UTF8.self)
      let folder = String(decoding: own.utf8.dropLast(PathName.lastComponent(own).utf8.count + 1), as: UTF8.self)
      for name in installed {
        try Files.install(folder + "/" + name, into: directory, as: name)
      }
    } catch {
      return Output.fail("cannot install to \(directory): \(error.message)", status: 1)
    }
    return Output.print("installed warder-init, warder-integr8s and entrypoint.sh in \(directory)\n")
  }
}

/// Words for whoever started the program by hand.
enum Output {
  static func print(_ text: String) -> Int32 {
    do {
      try Descriptor.duplicate(1).writeAll(Array(text.utf8), subject: "standard output")
      return 0
    } catch { return fail(error.message, status: 1) }
  }

  /// A relay's standard error is the container's log, where the reader would take it for output: as little as can be.
  static func fail(_ problem: String, status: Int32) -> Int32 {
    try? Descriptor.duplicate(2).writeAll(Array("warder-integr8s: \(problem)\n".utf8), subject: "standard error")
    return status
  }
}
