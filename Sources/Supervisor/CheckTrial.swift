internal import LinuxSystem
internal import TaskModel
internal import WarderFrames

/// Programs that are started as a script would be, to see what comes of it.
struct CheckTrial {
  private let loaded: ConfigurationLoader.Loaded
  private var report = IsolationReport()
  private var profile: LoadedSeccompProfile?
  /// Whether the last program's refused calls could have been counted.
  private(set) var hadListener = false
  /// What one program may take.
  private static let patience = Duration.seconds(10)

  init(loaded: ConfigurationLoader.Loaded) { self.loaded = loaded }

  private var configuration: EffectiveConfiguration { loaded.configuration }
  /// What somebody opened to scripts, with links followed: mount points are real paths.
  var writablePaths: [String] {
    Self.resolved(configuration.policy.writePaths + configuration.writePaths + directoryOfTask)
  }
  var readablePaths: [String] {
    Self.resolved(configuration.policy.readPaths + configuration.readPaths + directoryOfTask)
  }
  private static func resolved(_ paths: [String]) -> [String] {
    var resolved: [String] = []
    for path in paths {
      guard let real = try? Files.open(path, .pathOnly).realPath() else { continue }
      resolved.append(String(decoding: real, as: UTF8.self))
    }
    return resolved
  }
  private var directoryOfTask: [String] { loaded.taskDirectory.map { [$0] } ?? [] }

  mutating func giveUpPrivileges() {
    let launch = launch(of: Runtime(name: "check", command: ["/proc/self/exe"]))
    Launch.dropPrivileges(configuration.disabled, &report)
    launch.enterScope(&report)
  }

  /// The last step of a start: the supervisor's own walls. What follows may only write what was found.
  mutating func confineSupervisor() {
    guard let work = try? WorkDirectory(scriptName: "check", in: configuration.temporaryDirectory) else { return }
    launch(of: Runtime(name: "check", command: ["/proc/self/exe"])).protectSupervisor(
      work, ArtifactDirectory(), &report)
    Self.remove(work)
  }

  /// Has this executable try things behind the script's walls.
  mutating func answers(
    to trials: [TrialProgram.Trial], _ beginning: inout TaskRun.Beginning
  ) throws(TaskError) -> [Int32] {
    let executable: String
    do {
      executable = String(decoding: try Files.open("/proc/self/exe", .pathOnly).realPath(), as: UTF8.self)
    } catch { throw TaskError(words: "the own executable cannot be found: \(error.message)") }
    let runtime = Runtime(name: "check", command: [executable, TrialProgram.flag] + trials.map { $0.words })
    let (output, _) = try run(launch(of: runtime, alsoExecuting: executable), &beginning, isTrial: true)
    let lines = output.pieces(separatedBy: UInt8(ascii: "\n"))
    var answers: [Int32] = []
    for line in lines.prefix(trials.count) {
      guard let number = CheckNumbers.parse(String(decoding: line, as: UTF8.self)) else { break }
      answers.append(Int32(truncatingIfNeeded: number))
    }
    guard answers.count == trials.count else {
      throw TaskError(words: "it gave \(answers.count) answers to \(trials.count) questions")
    }
    return answers
  }

  /// Starts a runtime with an empty script, which every interpreter runs with success.
  /// - Returns: what is wrong with it.
  mutating func problem(of runtime: Runtime, _ beginning: inout TaskRun.Beginning) -> String? {
    do {
      let (errors, end) = try run(launch(of: runtime), &beginning, isTrial: false)
      if end == .exited(0) { return nil }
      let said = String(decoding: errors.prefix { $0 != 0x0A }.prefix(200), as: UTF8.self)
      switch end {
      case .exited(let status): return ("ends with status \(status) on an empty script: \(said)" as Words).text
      case .signaled(let signal): return ("is ended by \(SignalName.name(of: signal)) on an empty script" as Words).text
      case nil: return "does not end within 10 s on an empty script"
      }
    } catch { return error.message }
  }

  /// Reads the profile that `seccomp` names, if it names one.
  mutating func readProfile() throws(TaskError) { profile = try LoadedSeccompProfile.read(for: configuration) }

  private func launch(of runtime: Runtime, alsoExecuting executable: String? = nil) -> Launch {
    var task = LoadedTask(
      origin: "check", fileName: "check" + (runtime.extensions.first ?? ""), script: [],
      sha256: SHA256.hexadecimal(of: []), runtime: runtime, directory: loaded.taskDirectory, inputs: [],
      unusableInputs: 0, standardInputPath: nil)
    task.seccompProfile = profile
    var launch = Launch(task: task, configuration: configuration)
    launch.alsoExecutable = executable
    return launch
  }

  /// - Parameter isTrial: standard output is wanted, and not standard error.
  private mutating func run(
    _ launch: Launch, _ beginning: inout TaskRun.Beginning, isTrial: Bool
  ) throws(TaskError) -> (output: [UInt8], end: ProcessEnd?) {
    let work: WorkDirectory
    do {
      work = try WorkDirectory(
        scriptName: launch.task.fileName, in: configuration.temporaryDirectory)
    } catch { throw TaskError(error.message) }
    do throws(TaskError) {
      let result = try run(launch, in: work, &beginning, isTrial: isTrial)
      Self.remove(work)
      return result
    } catch {
      Self.remove(work)
      throw error
    }
  }

  private static func remove(_ work: borrowing WorkDirectory) {
    _ = work.remove(until: Instant.now.advanced(by: .seconds(1)))
  }

  private mutating func run(
    _ launch: Launch, in work: borrowing WorkDirectory, _ beginning: inout TaskRun.Beginning, isTrial: Bool
  ) throws(TaskError) -> (output: [UInt8], end: ProcessEnd?) {
    var started: Launch.Started
    do { started = try launch.start(in: work, mounts: Machine.mountInfo, &beginning, &report) } catch {
      throw TaskError(error.verdict.message)
    }

    // Nobody answers it here. Closed, it has the kernel answer ENOSYS, which is a refusal too.
    hadListener = started.listener.isOpen
    _ = started.listener.handOver()

    let deadline = Instant.now.advanced(by: Self.patience)
    let output =
      isTrial
      ? Self.drain(started.standardOutput, until: deadline) : Self.drain(started.standardError, until: deadline)
    let end = Self.wait(for: started.process, until: deadline)
    return (output, end)
  }

  private static func drain(_ pipe: borrowing Descriptor, until deadline: Instant) -> [UInt8] {
    var output: [UInt8] = []
    var buffer = [UInt8](roomFor: 4096)
    while output.count < 1 << 16 {
      let left = deadline.nanoseconds(since: .now) / 1_000_000
      guard left > 0, pipe.waitUntilReadable(milliseconds: Int32(min(left, 1000))) || left > 0 else { break }
      switch pipe.read(into: &buffer) {
      case .bytes(0), .failed: return output
      case .bytes(let count): output += buffer[..<count]
      case .wouldBlock: continue
      }
    }
    return output
  }

  /// Ends it at the deadline, and whatever it left besides.
  private static func wait(for process: Int32, until deadline: Instant) -> ProcessEnd? {
    var end: ProcessEnd?
    while true {
      switch try? Processes.reap() {
      case .reaped(let ended):
        if ended.process == process { end = ended.end }
        continue
      case .noChildren, nil: return end
      case .noneEnded: break
      }
      if deadline <= .now || end != nil { try? Processes.kill(process, SignalNumber.kill) }
      guard Instant.now < deadline.advanced(by: .seconds(1)) else { return end }
      Machine.pause(milliseconds: 1)
    }
  }

  /// The layers as a task's `start` frame would report them.
  var layers: [CheckFacts.Layer] {
    report.entries.map { entry in
      CheckFacts.Layer(
        name: entry.layer.name, isActive: entry.state == .active, state: entry.state.text, reason: entry.reason,
        isRequired: configuration.required.contains(entry.layer))
    }
  }
}
