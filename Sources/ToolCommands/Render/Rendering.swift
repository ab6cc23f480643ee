internal import Foundation
internal import Manifests
internal import TaskModel

/// From the command line to the objects, checked.
struct Rendering {
  let documents: [ManifestNode]
  /// What the result has of which somebody should know, and which was asked for.
  let warnings: [String]
  private let heading: [String]

  var yaml: [UInt8] { Array(YAMLWriter.text(of: documents, heading: heading).utf8) }

  /// - Parameters:
  ///   - data: files and folders beside the script.
  ///   - arguments: of the script.
  init(_ command: RenderCommand, data: [String], arguments: [String]) throws {
    let policy = try command.job.policy.map { try InputFile.policy($0) } ?? .builtIn
    let script = try ScriptSourceFile(command.script, runtime: command.settings.task.runtime, policy: policy)
    let files = try TaskFileReader.read(script: (script.name, script.bytes), data: data)
    let settings = try TaskSettings(command, script: script, arguments: arguments, policy: policy)

    var manifest = TaskManifest(
      name: try Self.name(command, script.name), image: command.job.image ?? script.defaultImage, files: files,
      cpu: try CPUQuantity(command.resources.cpu), memory: command.resources.memory,
      temporary: try TaskManifest.TemporaryVolume(command.resources.tmp, memory: command.resources.memory),
      deadlines: TaskDeadlines(
        settings.configuration, start: try Self.duration(command.job.startBudget, "--start-budget"),
        queue: try Self.duration(command.job.queueBudget, "--queue-budget")))
    manifest.settings = settings.settings.map { ($0.key, $0.text) }
    manifest.scriptArguments = arguments
    try manifest.apply(command.job)

    let egress = try Self.egress(manifest, command.network)
    var job = manifest.job
    if let template = command.job.template { job = try JobTemplate(file: template).apply(to: job) }

    let everything =
      try Self.shared(command, manifest) + (egress.map { [(.egress, $0)] } ?? []) + [
        (RenderedObject.configmap, manifest.configMap), (.job, job),
      ]
    let chosen = everything.filter { object, _ in
      !object.isOfTask || command.only.map { $0.objects.contains(object) } ?? true
    }
    documents = chosen.map(\.1)
    heading = Self.heading(manifest, command, chosen.map(\.0))
    warnings = try ManifestLint(policy: policy).warnings(configMap: manifest.configMap, job: job)
  }

  // MARK: - Parts

  private static func name(_ command: RenderCommand, _ script: String) throws(ManifestError) -> String {
    guard let name = command.job.name else {
      var generator = SystemRandomNumberGenerator()
      return KubernetesName.make(forScript: script, using: &generator)
    }
    guard KubernetesName.isLabel(name) else {
      throw ManifestError(
        "--name \(name): expected at most \(KubernetesName.longestLabel) lower-case letters, digits and hyphens, as in "
          + "train-model: it becomes a label of the pod")
    }
    return name
  }

  static func duration(_ text: String, _ option: String) throws(ManifestError) -> Duration {
    do {
      return try WallDuration.parse(text)
    } catch {
      throw ManifestError("\(option): \(error.message) (in \"\(text)\")")
    }
  }

  private static func egress(_ manifest: TaskManifest, _ network: NetworkOptions) throws(ManifestError) -> ManifestNode?
  {
    guard !network.egress.isEmpty || network.dns != nil else { return nil }
    var rules: [EgressRule] = []
    for text in network.egress { rules.append(try EgressRule(text)) }
    var dns: DNSException?
    if let text = network.dns { dns = try DNSException(text) }
    return manifest.egressPolicy(rules, dns: dns)
  }

  /// What a namespace for tasks has once.
  private static func shared(
    _ command: RenderCommand, _ manifest: TaskManifest
  ) throws(ManifestError) -> [(RenderedObject, ManifestNode)] {
    let wanted = Set(command.with?.objects ?? [])
    let namespace = command.job.namespace
    var objects: [(RenderedObject, ManifestNode)] = []
    if wanted.contains(.namespace), let namespace {
      objects.append((.namespace, NamespaceManifests.namespace(namespace)))
    }
    if wanted.contains(.networkpolicy) {
      objects.append((.networkpolicy, NamespaceManifests.denyAll(namespace: namespace)))
    }
    if wanted.contains(.quota) {
      let quota = NamespaceManifests.quota(
        namespace: namespace, tasks: command.tasks, cpu: manifest.cpu,
        memoryBytes: try TaskMemory.size(command.resources.memory, "--memory"))
      objects.append((.quota, quota))
    }
    if wanted.contains(.limitrange) {
      objects.append(
        (.limitrange, NamespaceManifests.limitRange(namespace: namespace, cpu: manifest.cpu, memory: manifest.memory)))
    }
    return objects
  }

  private static func heading(
    _ manifest: TaskManifest, _ command: RenderCommand, _ chosen: [RenderedObject]
  ) -> [String] {
    let namespace = command.job.namespace.map { " -n \($0)" } ?? ""
    var lines = ["Made by warder render."]
    if chosen.contains(.job) {
      lines[0] += " Create it, follow the log, and read what became of it:"
      lines += [
        "", "  kubectl create -f FILE", "  kubectl logs\(namespace) -f job/\(manifest.name) | warder decode",
        "  kubectl delete -f FILE", "", "A Job and its ConfigMap cannot be changed: another run has another name.",
      ]
    }
    if chosen.contains(.egress) {
      lines.append("The NetworkPolicy adds to one that denies everything (--with networkpolicy makes it).")
    }
    return lines
  }
}
