/// The PodSecurity standard "restricted", with the baseline that it contains, as of Kubernetes 1.34:
/// https://kubernetes.io/docs/concepts/security/pod-security-standards/ and k8s.io/pod-security-admission/policy.
///
/// The admission plug-in holds every container against it: ordinary, init and ephemeral ones.
struct RestrictedStandard {
  static let version = "1.34"

  let workload: Workload
  var report = LintReport()

  static func findings(_ workload: Workload) -> [LintFinding] {
    var standard = RestrictedStandard(workload: workload)
    standard.checkPod()
    standard.checkVolumes()
    standard.checkAnnotations()
    for container in standard.allContainers { standard.checkContainer(container) }
    standard.checkUsers()
    standard.checkSeccomp()
    return standard.report.findings
  }

  var allContainers: [Field] { workload.containers + workload.initContainers + workload.ephemeralContainers }

  mutating func forbid(_ control: String, _ field: Field, _ member: String? = nil, _ reason: String, fix: String) {
    report.error(
      "restricted/" + control, field, member, "\(reason) (PodSecurity restricted, \(Self.version))", fix: fix)
  }

  // MARK: - The pod

  private mutating func checkPod() {
    let pod = workload.pod
    for member in ["hostNetwork", "hostPID", "hostIPC"] where pod[member]?.bool == true {
      forbid("host-namespaces", pod, member, "\(member) shares a namespace of the node", fix: "remove \(member)")
    }
    guard let context = pod["securityContext"] else { return }
    checkContext(context)
    for sysctl in context["sysctls"]?.elements ?? [] {
      guard let name = sysctl["name"]?.string, !Self.safeSysctls.contains(name) else { continue }
      forbid("sysctls", sysctl, "name", "the sysctl \(name) is not among the safe ones", fix: "remove it")
    }
  }

  private static let safeSysctls: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
  ]

  /// What is the same for the security context of a pod and of a container.
  private mutating func checkContext(_ context: Field) {
    if let windows = context["windowsOptions"], windows["hostProcess"]?.bool == true {
      forbid("host-process", windows, "hostProcess", "a host process has the whole node", fix: "remove hostProcess")
    }
    if let options = context["seLinuxOptions"] {
      let types = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]
      if let type = options["type"]?.string, !types.contains(type) {
        forbid("selinux", options, "type", "the SELinux type \(type) is not one of a container", fix: "remove type")
      }
      for member in ["user", "role"] where options[member]?.string?.isEmpty == false {
        forbid("selinux", options, member, "an SELinux \(member) of one's own is not allowed", fix: "remove \(member)")
      }
    }
    if let profile = context["appArmorProfile"], profile["type"]?.string == "Unconfined" {
      forbid("apparmor", profile, "type", "AppArmor is switched off", fix: "write type: RuntimeDefault")
    }
    if let profile = context["seccompProfile"], profile["type"]?.string == "Unconfined" {
      forbid("seccomp", profile, "type", "seccomp is switched off", fix: "write type: RuntimeDefault")
    }
    if context["runAsNonRoot"]?.bool == false {
      forbid("run-as-non-root", context, "runAsNonRoot", "the container may run as root", fix: "write true")
    }
    if context["runAsUser"]?.integer == 0 {
      forbid(
        "run-as-user", context, "runAsUser", "user 0 is root",
        fix: "write another, such as 1000, or none where the platform picks it")
    }
  }

  private mutating func checkAnnotations() {
    guard let annotations = workload.podTemplate["metadata", "annotations"] else { return }
    for (name, value) in annotations.members {
      guard name.hasPrefix("container.apparmor.security.beta.kubernetes.io/"), let text = value.string else { continue }
      if !text.isEmpty, text != "runtime/default", !text.hasPrefix("localhost/") {
        forbid("apparmor", value, nil, "the annotation switches AppArmor off", fix: "remove it")
      }
    }
  }

  // MARK: - Volumes

  private static let volumeTypes: Set<String> = [
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
    "secret",
  ]

  private mutating func checkVolumes() {
    for volume in workload.volumes {
      for (name, field) in volume.members where name != "name" && !Self.volumeTypes.contains(name) {
        // An unknown name is a matter of the schema.
        guard KubernetesSchema.current.rule(name, of: "Volume") != nil else { continue }
        forbid(
          name == "hostPath" ? "host-path" : "volume-types", field, nil,
          name == "hostPath" ? "a directory of the node is mounted" : "volumes of the type \(name) are not allowed",
          fix: "use a ConfigMap, an emptyDir, a PersistentVolumeClaim or another of \(Self.shownTypes)")
      }
    }
  }

  private static let shownTypes = volumeTypes.sorted().joined(separator: ", ")

  // MARK: - Containers

  private mutating func checkContainer(_ container: Field) {
    checkHosts(container)
    for port in container["ports"]?.elements ?? [] where port["hostPort"]?.integer ?? 0 != 0 {
      forbid("host-ports", port, "hostPort", "a port of the node is opened", fix: "remove hostPort")
    }
    guard let context = container["securityContext"] else {
      forbid(
        "privilege-escalation", container, "securityContext", "allowPrivilegeEscalation is not false",
        fix: "write allowPrivilegeEscalation: false in the container's securityContext")
      forbid(
        "capabilities", container, "securityContext", "capabilities are not dropped",
        fix: "write capabilities: {drop: [ALL]} in the container's securityContext")
      return
    }
    checkContext(context)
    if context["privileged"]?.bool == true {
      forbid("privileged", context, "privileged", "the container is privileged", fix: "remove privileged")
    }
    if context["allowPrivilegeEscalation"]?.bool != false {
      forbid(
        "privilege-escalation", context, "allowPrivilegeEscalation", "allowPrivilegeEscalation is not false",
        fix: "write allowPrivilegeEscalation: false")
    }
    if let mount = context["procMount"]?.string, mount != "Default" {
      forbid("proc-mount", context, "procMount", "/proc is mounted without its masks", fix: "remove procMount")
    }
    let capabilities = context["capabilities"]
    if capabilities?["drop"]?.strings.contains("ALL") != true {
      forbid(
        "capabilities", capabilities ?? context, capabilities == nil ? "capabilities" : "drop",
        "capabilities are not dropped", fix: "write capabilities: {drop: [ALL]}")
    }
    for added in capabilities?["add"]?.elements ?? [] where added.string != "NET_BIND_SERVICE" {
      forbid(
        "capabilities", added, nil, "the capability \(added.string ?? "") is added", fix: "remove it from add")
    }
  }

  /// Since 1.34: probes and hooks must not name a host to connect to.
  private mutating func checkHosts(_ container: Field) {
    let handlers =
      ["livenessProbe", "readinessProbe", "startupProbe"].compactMap { container[$0] }
      + ["postStart", "preStop"].compactMap { container["lifecycle", $0] }
    for handler in handlers {
      for action in ["httpGet", "tcpSocket"] {
        guard let field = handler[action], field["host"]?.string?.isEmpty == false else { continue }
        forbid("host-probes", field, "host", "a probe or hook names a host to connect to", fix: "remove host")
      }
    }
  }

  // MARK: - What either the pod or every container must say

  private mutating func checkUsers() {
    guard workload.pod["securityContext", "runAsNonRoot"]?.bool != true else { return }
    for container in allContainers where container["securityContext", "runAsNonRoot"] == nil {
      forbid(
        "run-as-non-root", container, "securityContext.runAsNonRoot",
        "nothing says that the container must not run as root",
        fix: "write runAsNonRoot: true in the pod's securityContext")
    }
  }

  private mutating func checkSeccomp() {
    guard workload.pod["securityContext", "seccompProfile", "type"] == nil else { return }
    for container in allContainers where container["securityContext", "seccompProfile", "type"] == nil {
      forbid(
        "seccomp", container, "securityContext.seccompProfile", "no seccomp profile is set",
        fix: "write seccompProfile: {type: RuntimeDefault} in the pod's securityContext")
    }
  }
}
