internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// `--check`: what would hold if a task ran here and now. Everything that can be is tried, by the same code and behind the same
/// walls as a script.
enum CheckCommand {
  /// - Returns: 0, or 1 where something fails.
  static func run(_ flags: ParsedFlags, asJSON: Bool, _ given: consuming TaskRun.Beginning) -> Int32 {
    var beginning = given
    var facts = CheckSurvey.surroundings(beginning)
    do {
      let loaded = try ConfigurationLoader.load(flags: flags, environment: beginning.environment)
      if let path = loaded.configuration.policy.path { facts.policy = (path, Trials.mayWrite(path)) }
      tryOut(loaded, &beginning, &facts)
    } catch {
      facts.configurationProblem = error.message
      facts.confinedProblem = "the configuration is not valid"
      CheckSurvey.rights(into: &facts)
    }
    let findings = CheckJudgement.findings(facts)
    let written = Program.print(asJSON ? CheckOutput.json(findings) : Array(CheckOutput.table(findings).utf8))
    guard written == 0 else { return written }
    return findings.contains { $0.status == .fail } ? 1 : 0
  }

  private static func tryOut(
    _ loaded: ConfigurationLoader.Loaded, _ beginning: inout TaskRun.Beginning, _ facts: inout CheckFacts
  ) {
    let configuration = loaded.configuration
    facts.networkIsWanted = configuration.network == .all
    var trial = CheckTrial(loaded: loaded)
    trial.giveUpPrivileges()
    if let path = configuration.policy.path { facts.policy = (path, Trials.mayWrite(path)) }
    CheckSurvey.rights(into: &facts)
    // Before any wall of ours: what the platform's own filter lets through.
    facts.unfilteredCalls = Trials.Call.allCases.filter { !isRefused(Trials.call($0)) }.map { $0.name }

    do {
      try trial.readProfile()
      try tryConfined(&trial, &beginning, &facts)
    } catch { facts.confinedProblem = error.message }
    for runtime in configuration.policy.runtimes {
      facts.runtimes.append((runtime.name, trial.problem(of: runtime, &beginning)))
    }
    trial.confineSupervisor()
    facts.layers = trial.layers
  }

  /// EPERM and ENOSYS are a filter's answers; these calls, made as they are, get others from the kernel.
  private static func isRefused(_ answer: Int32) -> Bool { answer == ErrorNumber.notPermitted || answer == 38 }

  private static func tryConfined(
    _ trial: inout CheckTrial, _ beginning: inout TaskRun.Beginning, _ facts: inout CheckFacts
  ) throws(TaskError) {
    let granted = trial.writablePaths
    let volumes = CheckPlaces.volumes()
    let directories = (CheckPlaces.system + volumes).filter { !$0.isOne(of: granted) }
    let unread = volumes.filter { !$0.isOne(of: trial.readablePaths + granted) }
    let families: [(name: String, number: Int32)] = [
      ("AF_INET", 2), ("AF_INET6", 10), ("AF_NETLINK", 16), ("AF_VSOCK", 40),
    ]
    let own = "/proc/\(beginning.ownProcess)/"

    var trials = directories.map { TrialProgram.Trial.write($0) }
    trials += [.change(TerminationMessageTarget.kubernetesPath)]
    trials += unread.map { .read($0) }
    trials += [.read(CheckPlaces.token)]
    trials += families.map { .socket(family: $0.number) }
    trials += [.signal(process: beginning.ownProcess), .read(own + "environ"), .read(own + "mem"), .read(own + "fd")]
    let answers = try trial.answers(to: trials, &beginning)
    facts.refusalsAreCounted = trial.hadListener

    var next = 0
    func worked() -> Bool {
      next += 1
      return answers[next - 1] == 0
    }
    facts.writablePlaces = directories.filter { _ in worked() }
    if worked() { facts.writablePlaces.append(TerminationMessageTarget.kubernetesPath) }
    facts.readableVolumes = unread.filter { _ in worked() }
    facts.tokenIsReadable = worked()
    facts.socketFamilies = families.filter { _ in worked() }.map { $0.name }
    let reaching = ["signal the supervisor", "read its environment", "read its memory", "see its descriptors"]
    facts.reachesSupervisor = reaching.filter { _ in worked() }
  }
}

extension Trials.Call {
  var name: String {
    switch self {
    case .unshare: "unshare"
    case .keyctl: "keyctl"
    case .setns: "setns"
    case .clone3: "clone3"
    }
  }
}
