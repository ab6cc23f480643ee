internal import BakerStreet
internal import Glibc

/// What a pod's container starts: looks at the task's variables, and becomes `warder-init`.
struct EntryPoint {
  /// What `warder-init` itself answers to a task that cannot be run.
  static let invalidTask: Int32 = 250

  let environment: [String: String]
  /// More options for `warder-init`.
  let options: [String]

  /// - Returns: only where the task cannot be run.
  func run() -> Int32 {
    let task: TaskIdentity
    do { task = try TaskIdentity(environment["TASK_ID"] ?? "") } catch {
      // Without an id there is no subject on which anybody would wait.
      complain(error.message)
      return Self.invalidTask
    }
    do {
      try checkTask()
      return becomeSupervisor(task)
    } catch {
      complain(error.message)
      publish(error, task)
      return Self.invalidTask
    }
  }

  private func checkTask() throws(Refusal) {
    let mode = environment["TASK_MODE"] ?? ""
    guard mode == "script" else {
      if mode == "agent" {
        throw Refusal(
          "TASK_MODE agent: this image runs scripts and has no model; use script, or another image for agents")
      }
      throw Refusal("TASK_MODE: expected script, found \(mode.isEmpty ? "nothing" : "another mode")")
    }
    guard let goal = environment["TASK_GOAL"], !goal.isEmpty else {
      throw Refusal("TASK_GOAL: expected the script itself, found nothing")
    }
    _ = try Settings(environment)
  }

  private func becomeSupervisor(_ task: TaskIdentity) -> Int32 {
    let program = environment["WARDER_INIT"] ?? "/warder-init"
    var words = [program, "--id", task.id]
    let goal = environment["TASK_GOAL"] ?? ""
    if !goal.hasPrefix("#!"), environment["WARDER_RUNTIME"] == nil, let toolbox = environment["BAKERST_TOOLBOX"] {
      words += ["--runtime", toolbox]
    }
    words += options
    unsetenv("WARDER_INIT")
    var pointers = words.map { strdup($0) } + [nil]
    execv(program, &pointers)
    complain("\(program) cannot be executed: \(String(cString: strerror(errno)))")
    return Self.invalidTask
  }

  /// Somebody waits for a result: as far as there is a server it is a failed one.
  private func publish(_ refusal: Refusal, _ task: TaskIdentity) {
    do {
      let connection = try Connection(Settings(environment), name: "warder-bakerst \(task.id)")
      var relay = Relay(task, connection)
      _ = relay.refuse(refusal)
    } catch { complain(error.message) }
  }
}
