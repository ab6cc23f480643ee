internal import Foundation
internal import JSON
internal import TaskModel

/// A task as the JSON bodies of its ConfigMap and its Job, for programs that create them: what `warder render` writes, from
/// the same code, with the same checks.
package struct RenderedTask: Sendable {
  package let configMap: [UInt8]
  package let job: [UInt8]
  /// What the result has of which somebody should know, and which was asked for.
  package let warnings: [String]

  /// What a task is made of. Where a member says nothing else, it is what the option of `warder render` takes.
  package struct Request: Sendable {
    package var name: String
    package var namespace: String?
    package var image: String
    /// Paths in the task directory.
    package var script: (path: String, bytes: [UInt8])
    package var data: [(path: String, bytes: [UInt8])] = []
    package var arguments: [String] = []
    package var standardInput: [UInt8]?
    /// Settings of `warder-init` by the names of their keys: `timeout`, `env` (`NAME=VALUE`).
    package var settings: [(key: String, text: String)] = []
    package var labels: [(name: String, value: String)] = []
    package var annotations: [(name: String, value: String)] = []
    package var memory = "512Mi"
    package var cpu = "1"
    package var temporary: String?
    /// nil where the platform picks it.
    package var runAsUser: Int64? = 1000
    package var usesHostUsers = true
    package var runtimeClass: String?
    package var queue: String?
    package var isRunAgainAfterDisruption = false
    package var secondsKept: Int64 = 3600
    package var startBudget: Duration = TaskDeadlines.defaultStart
    package var queueBudget: Duration = TaskDeadlines.defaultQueue
    /// A strategic-merge patch of the Job, in YAML or JSON.
    package var template: [UInt8]?
    /// The image's policy.
    package var policy: [UInt8]?

    package init(name: String, image: String, script: (path: String, bytes: [UInt8])) {
      self.name = name
      self.image = image
      self.script = script
    }
  }

  /// Why there is no such task.
  package struct Refusal: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  package init(_ request: Request) throws(Refusal) {
    do throws(ManifestError) {
      let policy = try Self.policy(request)
      let manifest = try TaskManifest(request, policy: policy)
      var job = manifest.job
      if let template = request.template {
        job = try StrategicMergePatch().apply(
          try ManifestFile.readPatch(template, name: "the template"), to: job, type: "Job")
      }
      warnings = try ManifestLint(policy: policy).warnings(configMap: manifest.configMap, job: job)
      configMap = ManifestNode.json(of: [manifest.configMap])
      self.job = ManifestNode.json(of: [job])
    } catch {
      throw Refusal(description: error.description)
    }
  }

  /// The name of the one container.
  package static var container: String { TaskManifest.container }

  private static func policy(_ request: Request) throws(ManifestError) -> Policy {
    guard let bytes = request.policy else { return .builtIn }
    do throws(ConfigurationError) {
      return try Policy.parse(bytes, path: "the policy")
    } catch {
      throw ManifestError(error.message)
    }
  }
}

extension TaskManifest {
  fileprivate init(_ request: RenderedTask.Request, policy: Policy) throws(ManifestError) {
    func check(_ text: String?, _ what: String, _ isGood: (String) -> Bool) throws(ManifestError) {
      guard let text, !isGood(text) else { return }
      throw ManifestError("\(what) \(text): no such name can be: see Kubernetes' \"Object Names and IDs\"")
    }
    try check(request.name, "the name", KubernetesName.isLabel)
    try check(request.namespace, "the namespace", KubernetesName.isLabel)
    try check(request.queue, "the queue", KubernetesName.isSubdomain)
    try check(request.runtimeClass, "the runtime class", KubernetesName.isSubdomain)
    for label in request.labels {
      try check(label.name, "the label", KubernetesName.isLabelKey)
      try check(label.value, "the label \(label.name):", KubernetesName.isLabelValue)
    }

    var data = request.data
    var settings = try Self.settings(request.settings)
    // Named, whatever lies beside it and whatever the image's conventions are.
    settings.insert((.script, "/task/\(request.script.path)"), at: 0)
    if let input = request.standardInput {
      // The supervisor opens it in the task directory; a name that nobody uses for a file of his own.
      var path = ".stdin"
      while path == request.script.path || data.contains(where: { $0.path == path }) { path += "_" }
      data.append((path, input))
      settings.append((.standardInput, path))
    }
    if let runtimeClass = request.runtimeClass, TaskConfiguration.isGVisor(runtimeClass),
      !settings.contains(where: { $0.key == .require })
    {
      settings.append((.require, TaskConfiguration.requiredWithoutLandlock))
    }
    settings = settings.enumerated().sorted {
      ($0.element.key.rawValue, $0.offset) < ($1.element.key.rawValue, $1.offset)
    }.map(\.element)

    let configuration: EffectiveConfiguration
    do throws(ConfigurationError) {
      configuration = try TaskConfiguration.resolve(settings, arguments: request.arguments, policy: policy)
    } catch {
      throw ManifestError(error.message)
    }
    self.init(
      name: request.name, image: request.image,
      files: try TaskFiles(
        script: TaskFiles.File(path: request.script.path, bytes: request.script.bytes),
        data: data.map { TaskFiles.File(path: $0.path, bytes: $0.bytes) }),
      cpu: try CPUQuantity(request.cpu), memory: request.memory,
      temporary: try TemporaryVolume(request.temporary, memory: request.memory),
      deadlines: TaskDeadlines(configuration, start: request.startBudget, queue: request.queueBudget))
    namespace = request.namespace
    self.settings = settings
    scriptArguments = request.arguments
    labels = request.labels
    annotations = request.annotations
    queue = request.queue
    runtimeClass = request.runtimeClass
    usesHostUsers = request.usesHostUsers
    onDisruption = request.isRunAgainAfterDisruption ? .rerun : .fail
    secondsKept = request.secondsKept
    runAsUser = request.runAsUser
  }

  private static func settings(
    _ named: [(key: String, text: String)]
  ) throws(ManifestError) -> [(key: ConfigurationKey, text: String)] {
    var settings: [(key: ConfigurationKey, text: String)] = []
    for setting in named {
      guard let key = ConfigurationKey(name: setting.key) else {
        throw ManifestError("there is no setting called \(setting.key)")
      }
      // These are said by other means: the container's limit, what is mounted where, the image.
      guard ![.script, .scriptEnvironment, .arguments, .memory, .task, .scratch, .policy].contains(key) else {
        throw ManifestError("\(setting.key) cannot be set for a task in Kubernetes: the manifest says it")
      }
      settings.append((key, setting.text))
    }
    return settings
  }
}
