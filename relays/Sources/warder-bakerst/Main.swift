internal import BakerStreet
internal import CNATS
internal import Glibc

/// `warder-bakerst run [OPTION…]` is the image's entry point, `warder-bakerst relay` what `warder-init` starts beside
/// the script.
@main
enum Main {
  private static let usage = """
    usage: warder-bakerst run [OPTION]...
           warder-bakerst relay

    run     checks TASK_ID, TASK_MODE, TASK_GOAL and NATS_URL and becomes warder-init
            (WARDER_INIT names another path than /warder-init). A script without #!
            on its first line is run by the runtime that BAKERST_TOOLBOX names.
            OPTIONs are warder-init's.
    relay   reads frames from standard input and publishes them on
            bakerst.tasks.<id>.progress and .result. BAKERST_PATIENCE is the seconds
            that it has for the result when the frames have ended (10).

    Server: NATS_URL; NATS_CA, NATS_CERT, NATS_KEY, NATS_TLS_NAME; NATS_CREDS,
    NATS_TOKEN, NATS_USER, NATS_PASSWORD.

    """

  static func main() {
    // Beside Landlock: execve has made it dumpable again.
    become_non_dumpable()
    signal(SIGPIPE, SIG_IGN)
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "run": exit(EntryPoint(environment: environment, options: Array(words.dropFirst())).run())
    case "relay" where words.count == 1: exit(relay())
    case "-h", "--help":
      print(usage, terminator: "")
      exit(0)
    default:
      complain("expected run or relay; see --help")
      exit(2)
    }
  }

  private static func relay() -> Int32 {
    do {
      let environment = environment
      let task = try TaskIdentity(environment["TASK_ID"] ?? "")
      let patience = environment["BAKERST_PATIENCE"].flatMap { Int($0) } ?? 10
      let connection = try Connection(Settings(environment), name: "warder-bakerst \(task.id)")
      var relay = Relay(task, connection)
      return relay.run(patience: patience)
    } catch {
      complain(error.message)
      return 2
    }
  }

  private static var environment: [String: String] {
    var variables: [String: String] = [:]
    var place = environ
    while let entry = place.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      place += 1
    }
    return variables
  }
}
