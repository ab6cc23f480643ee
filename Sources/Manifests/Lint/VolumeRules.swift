internal import TaskModel

/// What the task's volumes and resources must be, given the settings.
struct VolumeRules {
  let workload: Workload
  let container: Field
  /// Nil where the settings themselves are wrong.
  let configuration: EffectiveConfiguration?
  var report = LintReport()

  static func findings(
    _ workload: Workload, _ container: Field, _ configuration: EffectiveConfiguration?
  ) -> [LintFinding] {
    var rules = VolumeRules(workload: workload, container: container, configuration: configuration)
    rules.checkTask()
    rules.checkTemporary()
    rules.checkResources()
    return rules.report.findings
  }

  private func mount(at path: String) -> (mount: Field, volume: Field)? {
    for mount in container["volumeMounts"]?.elements ?? [] {
      let found = mount["mountPath"]?.string ?? ""
      guard found == path || found == path + "/", let name = mount["name"]?.string else { continue }
      return workload.volume(named: name).map { (mount, $0) }
    }
    return nil
  }

  private mutating func checkTask() {
    let directory = configuration?.taskDirectory ?? "/task"
    guard let task = mount(at: directory) else {
      guard needsTask(directory) else { return }
      return report.error(
        "warder/task", container, "volumeMounts", "there is no task: nothing is mounted at \(directory)",
        fix: "mount a ConfigMap with the script there, or name a script elsewhere with script or script_env")
    }
    if task.mount["readOnly"]?.bool != true {
      report.error(
        "warder/task", task.mount, "readOnly", "the task's own files can be written to", fix: "write readOnly: true")
    }
  }

  /// Whether the script comes out of the task directory itself, and not from a mount further down.
  private func needsTask(_ directory: String) -> Bool {
    switch configuration?.scriptSource {
    case .taskDirectory?: true
    case .file(let path)?:
      path.hasPrefix(directory + "/")
        && !(container["volumeMounts"]?.elements ?? []).contains { mount in
          mount["mountPath"]?.string.map { path == $0 || path.hasPrefix($0 + "/") } ?? false
        }
    case .standardInput?, .variable?, nil: false
    }
  }

  private mutating func checkTemporary() {
    let directory = configuration?.temporaryDirectory ?? "/tmp"
    guard let temporary = mount(at: directory) else {
      return report.error(
        "warder/tmp", container, "volumeMounts",
        "there is no \(directory) to work in: the root file system is read-only, or should be",
        fix: "mount an emptyDir with medium: Memory and a sizeLimit at \(directory)")
    }
    guard let scratch = temporary.volume["emptyDir"] else { return }
    let isInMemory = scratch["medium"]?.string == "Memory"
    guard let size = scratch["sizeLimit"]?.bytes else {
      let what = isInMemory ? "fills the memory of the pod, and the verdict is lost with it" : "fills the node's disk"
      return report.error(
        "warder/tmp", temporary.volume, "emptyDir", "/tmp has no sizeLimit: a script \(what)", fix: "write a sizeLimit")
    }
    if isInMemory, let memory = container["resources", "limits", "memory"]?.bytes {
      let most = TaskMemory.mostTemporary(memoryLimit: memory)
      if size > most {
        report.error(
          "warder/tmp", scratch, "sizeLimit",
          "a full /tmp of \(Quantity.format(size)) leaves nothing of the memory limit of \(Quantity.format(memory)): the "
            + "kernel ends the container before the script is told that its disk is full",
          fix: "write at most \(Quantity.format(most)), or leave out medium: Memory")
      }
    }
    if case .explicit(let disk)? = configuration?.disk, disk > UInt64(max(0, size)) {
      report.warning(
        "warder/tmp", scratch, "sizeLimit", "the volume is full before the limit of disk is reached",
        fix: "make it larger, or disk smaller")
    }
  }

  private mutating func checkResources() {
    guard let resources = container["resources"] else {
      return report.error(
        "warder/resources", container, "resources", "nothing limits what the script takes from the node",
        fix: "write requests and limits for cpu, memory and ephemeral-storage")
    }
    let names = ["cpu", "memory", "ephemeral-storage"]
    for name in names where resources["limits", name] == nil {
      let severity: LintFinding.Severity = name == "memory" ? .error : .warning
      report.add(
        severity, "warder/resources", resources["limits"] ?? resources, nil, "there is no limit for \(name)",
        fix: "write limits.\(name)")
    }
    // A request that is left out is as large as the limit.
    if let limit = resources["limits", "ephemeral-storage"], let bytes = limit.bytes, let configuration {
      let log = configuration.logLimitBytes
      let scratch = mount(at: configuration.temporaryDirectory)?.volume["emptyDir"]
      let disk = scratch?["medium"]?.string == "Memory" ? 0 : scratch?["sizeLimit"]?.bytes ?? 0
      if bytes < log + disk {
        report.error(
          "warder/resources", limit, nil,
          "the log alone may have \(Quantity.format(log))\(disk > 0 ? ", and /tmp \(Quantity.format(disk)) besides" : ""): "
            + "the kubelet evicts the pod first", fix: "write at least \(Quantity.format(log + disk))")
      }
    }
    if case .explicit(let memory)? = configuration?.memory, let limit = resources["limits", "memory"]?.bytes,
      memory > UInt64(max(0, limit))
    {
      report.warning(
        "warder/resources", resources, "limits", "the key memory lies above the container's limit, which holds anyway",
        fix: "leave the key out: auto follows the limit")
    }
  }
}

/// Memory and what must fit into it.
package enum TaskMemory {
  /// The largest `/tmp` in memory beside which the script still has a quarter of the limit, and beside which the supervisor's
  /// own reserve (`MemoryWatch.reserve`: 16 MiB or more) is untouched.
  package static func mostTemporary(memoryLimit: Int64) -> Int64 { memoryLimit / 4 * 3 }
}
