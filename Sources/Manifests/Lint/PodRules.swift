/// What a pod should not give to a script, whatever the standard allows.
struct PodRules {
  let workload: Workload
  let file: ManifestFile
  var report = LintReport()

  static func findings(_ workload: Workload, in file: ManifestFile) -> [LintFinding] {
    var rules = PodRules(workload: workload, file: file)
    rules.checkPod()
    rules.checkNames()
    for container in workload.containers { rules.checkImage(container) }
    if let container = workload.taskContainer { rules.checkContainer(container) }
    return rules.report.findings
  }

  private mutating func checkPod() {
    let pod = workload.pod
    if pod["automountServiceAccountToken"]?.bool != false {
      report.error(
        "warder/token", pod, "automountServiceAccountToken", "a token for the Kubernetes API is mounted into the pod",
        fix: "write automountServiceAccountToken: false")
    }
    if pod["enableServiceLinks"]?.bool != false {
      report.warning(
        "warder/service-links", pod, "enableServiceLinks",
        "every Service of the namespace puts variables into the container, and one called warder looks like settings",
        fix: "write enableServiceLinks: false")
    }
    if pod["shareProcessNamespace"]?.bool == true {
      report.error(
        "warder/process-namespace", pod, "shareProcessNamespace",
        "Warder is not process 1 then, and other containers' processes are within reach",
        fix: "remove shareProcessNamespace")
    }
    if workload.containers.count > 1 {
      report.warning(
        "warder/containers", pod, "containers",
        "\(workload.containers.count) containers: the pod runs until the last one ends, and they share 12 KiB of messages",
        fix: "give the task a pod of its own")
    }
  }

  private mutating func checkNames() {
    var seen: Set<String> = []
    for field in workload.containers + workload.initContainers {
      guard let name = field["name"]?.string, !seen.insert(name).inserted else { continue }
      report.error("schema/duplicate", field, "name", "two containers are called \(name)", fix: "rename one")
    }
    var volumes: Set<String> = []
    for field in workload.volumes {
      guard let name = field["name"]?.string, !volumes.insert(name).inserted else { continue }
      report.error("schema/duplicate", field, "name", "two volumes are called \(name)", fix: "rename one")
    }
    for volume in workload.volumes where volume.members.count < 2 {
      report.error(
        "schema/missing-field", volume, nil, "the volume says not what it is", fix: "write emptyDir, configMap, …")
    }
    for container in workload.containers + workload.initContainers {
      var paths: Set<String> = []
      for mount in container["volumeMounts"]?.elements ?? [] {
        if let name = mount["name"]?.string, workload.volume(named: name) == nil {
          report.error("schema/reference", mount, "name", "there is no volume \(name)", fix: "add it under volumes")
        }
        if let path = mount["mountPath"]?.string, !paths.insert(path).inserted {
          report.error("schema/duplicate", mount, "mountPath", "two volumes are mounted at \(path)", fix: "move one")
        }
      }
      var names: Set<String> = []
      for variable in container["env"]?.elements ?? [] {
        guard let name = variable["name"]?.string, !names.insert(name).inserted else { continue }
        report.error(
          "schema/duplicate", variable, "name", "the variable \(name) is given twice; the last one counts",
          fix: "remove one")
      }
    }
  }

  private mutating func checkImage(_ container: Field) {
    guard let image = container["image"]?.string else {
      return report.error("schema/missing-field", container, "image", "image is missing", fix: "name an image")
    }
    // Nobody moves the tag of an image that is only on this machine but its owner.
    guard !image.contains("@"), !image.hasPrefix("localhost/") else { return }
    let tag = image.split(separator: "/").last?.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
      .first
    if tag == nil || tag == "latest" {
      report.warning(
        "warder/image", container, "image",
        "\(image) is another image tomorrow: \(tag == nil ? "it has no tag" : "latest moves")",
        fix: "name a version, or better a digest: image@sha256:…")
    }
  }

  private mutating func checkContainer(_ container: Field) {
    if container["securityContext", "readOnlyRootFilesystem"]?.bool != true {
      report.error(
        "warder/read-only-root", container["securityContext"] ?? container,
        container["securityContext"] == nil ? "securityContext" : "readOnlyRootFilesystem",
        "the image's files can be written to", fix: "write readOnlyRootFilesystem: true")
    }
    if container["terminationMessagePolicy"]?.string != "FallbackToLogsOnError" {
      report.warning(
        "warder/termination-message", container, "terminationMessagePolicy",
        "a container that dies before Warder writes its message leaves none",
        fix: "write terminationMessagePolicy: FallbackToLogsOnError")
    }
    if let command = container["command"], let program = command.strings.first,
      program.split(separator: "/").last != "warder-init"
    {
      report.error(
        "warder/command", container, "command", "\(program) takes the place of warder-init, the image's entry point",
        fix: "remove command and give options as args, or begin command with /warder-init")
    }
    for member in ["livenessProbe", "readinessProbe", "startupProbe"] where container[member] != nil {
      report.warning(
        "warder/probes", container, member, "a probe can end a script that only has no time to answer",
        fix: "remove \(member): Warder keeps the deadline itself")
    }
    if container["tty"]?.bool == true {
      report.error(
        "warder/tty", container, "tty", "a terminal changes the log's line ends and merges both streams",
        fix: "remove tty")
    }
    checkSecrets(container)
  }

  /// Secrets that the pod holds are closed to the script (clean environment, Landlock), as long as both are in force.
  private mutating func checkSecrets(_ container: Field) {
    for variable in container["env"]?.elements ?? [] {
      guard variable["valueFrom", "secretKeyRef"] != nil, let name = variable["name"]?.string else { continue }
      report.warning(
        "warder/secrets", variable, "valueFrom", "a Secret is in the container's environment as \(name)",
        fix: "leave it out, or name it in redact too where the script needs it by pass_env")
    }
    for source in container["envFrom"]?.elements ?? [] {
      report.warning(
        "warder/secrets", source, nil,
        "all of a \(source["secretRef"] == nil ? "ConfigMap" : "Secret") becomes variables, WARDER_ ones too",
        fix: "name the variables that are needed under env")
    }
    for mount in container["volumeMounts"]?.elements ?? [] {
      guard let name = mount["name"]?.string, let volume = workload.volume(named: name) else { continue }
      let sources = volume["projected", "sources"]?.elements ?? []
      if volume["secret"] != nil || sources.contains(where: { $0["secret"] != nil }) {
        report.warning(
          "warder/secrets", mount, nil, "a Secret is mounted at \(mount["mountPath"]?.string ?? "")",
          fix: "leave it out; the script can read it only where the key read names it")
      }
      if sources.contains(where: { $0["serviceAccountToken"] != nil }) {
        report.error(
          "warder/token", mount, nil, "a token for the Kubernetes API is mounted into the pod", fix: "leave it out")
      }
    }
  }
}
