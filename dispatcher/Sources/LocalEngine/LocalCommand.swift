internal import DispatcherModel

/// The command line of `warder run` for a task.
struct LocalCommand {
  let arguments: [String]

  init(_ task: TaskSpecification, _ files: TaskFiles, _ settings: LocalSettings, policyRuntime: String) {
    var words = [
      "run", "--frames", "--quiet", "--engine", settings.engine, "--id", task.id, "--runtime", policyRuntime,
    ]
    words += ["--task", files.task]
    if let supervisor = settings.supervisor { words += ["--init", supervisor] }
    if let policy = settings.policy { words += ["--policy", policy] }
    if task.standardInput != nil { words += ["--stdin", "\(files.directory)/\(files.inputName(task))"] }
    for setting in task.settings {
      words.append("--\(String(setting.key.map { $0 == "_" ? "-" : $0 }))=\(setting.text)")
    }
    for (name, value) in task.environment.sorted(by: { $0.key < $1.key }) { words.append("--env=\(name)=\(value)") }
    words.append("\(files.task)/\(task.script.path)")
    arguments = words + task.arguments
  }
}
