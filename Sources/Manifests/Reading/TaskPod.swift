/// The task that a Job, CronJob or Pod describes, with what the same file says about its ConfigMaps: what a local run needs to
/// do as the pod would.
package struct TaskPod: Sendable {
  /// `Job train-model`
  package let title: String
  package let workload: Workload
  package let container: Field
  package let image: String?
  /// The container's command, in place of the image's entry point; nil where that stands.
  package let command: [String]?
  /// Options of `warder-init`, and after `--` the script's arguments.
  package let arguments: [String]
  /// Everything in the container's environment, Warder's settings included.
  package let variables: [TaskVariable]
  package let mounts: [TaskMount]
  package let resources: TaskResources
  package let user: TaskUser
  package let isRootReadOnly: Bool
  /// Deadlines of the pod and of the Job around it, and the time between Kubernetes' SIGTERM and SIGKILL.
  package let podDeadlineSeconds: Int64?
  package let jobDeadlineSeconds: Int64?
  package let terminationGraceSeconds: Int64
  /// What the manifest has and this version of Kubernetes' types does not know.
  package let warnings: [SchemaProblem]

  /// - Parameter name: of the Job or Pod, where the file has several.
  package init(_ file: ManifestFile, named name: String? = nil) throws(ManifestError) {
    let workload = try Self.workload(in: file, named: name)
    warnings = try Self.checkTypes(file, of: workload)
    guard let container = workload.taskContainer else {
      throw workload.pod.error("the pod has no containers")
    }
    let objects = ManifestObjects(file: file)
    let variables = try EnvironmentReader(workload: workload, container: container, objects: objects).variables()
    func expanded(_ field: Field?) -> [String]? {
      field?.strings.map { text in
        VariableExpansion.expand(text) { name in variables.first { $0.name == name }?.text }
      }
    }
    title = workload.document.title
    self.workload = workload
    self.container = container
    image = container["image"]?.string
    command = expanded(container["command"])
    arguments = expanded(container["args"]) ?? []
    self.variables = variables
    mounts = try MountReader(workload: workload, objects: objects).mounts(of: container)
    resources = TaskResources(container["resources"])
    user = TaskUser(pod: workload.pod["securityContext"], container: container["securityContext"])
    isRootReadOnly = container["securityContext", "readOnlyRootFilesystem"]?.bool ?? false
    podDeadlineSeconds = workload.pod["activeDeadlineSeconds"]?.integer
    jobDeadlineSeconds = workload.jobSpec?["activeDeadlineSeconds"]?.integer
    terminationGraceSeconds = workload.pod["terminationGracePeriodSeconds"]?.integer ?? 30
  }

  /// Settings of Warder's: variables that begin with `WARDER_`.
  package var warderVariables: [TaskVariable] { variables.filter { $0.name.hasPrefix("WARDER_") } }

  package var otherVariables: [TaskVariable] { variables.filter { !$0.name.hasPrefix("WARDER_") } }

  /// The mount at a path.
  package func mount(at path: String) -> TaskMount? { mounts.last { $0.path == path } }

  private static func workload(in file: ManifestFile, named name: String?) throws(ManifestError) -> Workload {
    let all = file.documents.compactMap(\.workload)
    let matching = name.map { name in all.filter { $0.document.name == name } } ?? all
    if let only = matching.first, matching.count == 1 { return only }
    let titles = all.map(\.document.title).joined(separator: ", ")
    if matching.count > 1 {
      throw ManifestError("\(file.name) holds \(titles); name one of them")
    }
    if let name, !all.isEmpty { throw ManifestError("\(file.name) has no Job or Pod \(name); it holds \(titles)") }
    if let endless = file.documents.first(where: \.runsForEver) {
      throw endless.root.error(
        "a \(endless.kind) starts its pods again for ever, and Warder runs a script once; a Job or a Pod was expected")
    }
    let found = file.documents.map(\.title).joined(separator: ", ")
    throw ManifestError("\(file.name) holds no Job, CronJob or Pod; found \(found)")
  }

  /// Wrong types are errors; unknown fields are not, they may be newer than this program.
  private static func checkTypes(_ file: ManifestFile, of workload: Workload) throws(ManifestError) -> [SchemaProblem] {
    var warnings: [SchemaProblem] = []
    for document in file.documents {
      let isMeant = document.root.place == workload.document.root.place
      guard isMeant || document.kind == "ConfigMap" || document.kind == "Secret" else { continue }
      for problem in KubernetesSchema.current.check(document) ?? [] {
        guard problem.kind == .unknownField else {
          throw ManifestError("\(problem.path): \(problem.problem); \(problem.fix)", at: problem.place)
        }
        warnings.append(problem)
      }
    }
    return warnings
  }
}

/// What the container may use; nil where nothing is said.
package struct TaskResources: Sendable {
  package let memoryLimitBytes: Int64?
  package let cpuLimit: CPUQuantity?
  package let ephemeralStorageLimitBytes: Int64?

  init(_ field: Field?) {
    memoryLimitBytes = field?["limits", "memory"]?.bytes
    cpuLimit = field?["limits", "cpu"]?.cpu
    ephemeralStorageLimitBytes = field?["limits", "ephemeral-storage"]?.bytes
  }
}

/// Who the container runs as: what the container says goes before what the pod says.
package struct TaskUser: Sendable {
  /// Nil: the image's, or the platform's choice.
  package let user: Int64?
  package let group: Int64?
  package let mustNotBeRoot: Bool

  init(pod: Field?, container: Field?) {
    func value(_ name: String) -> Field? { container?[name] ?? pod?[name] }
    user = value("runAsUser")?.integer
    group = value("runAsGroup")?.integer
    mustNotBeRoot = value("runAsNonRoot")?.bool ?? false
  }
}
