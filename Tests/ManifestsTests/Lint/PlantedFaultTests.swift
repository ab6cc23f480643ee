import Manifests
import Testing

/// Each fault is planted in a manifest that is in order, and must be found, and nothing else.
@Suite("Faults in manifests")
struct PlantedFaultTests {
  private static func pod(_ text: String) -> String { "spec: {template: {spec: {\(text)}}}" }
  private static func container(_ text: String) -> String { pod("containers: [{name: task, \(text)}]") }
  private static func context(_ text: String) -> String { container("securityContext: {\(text)}") }

  struct Fault: Sendable, CustomTestStringConvertible {
    let patch: String
    let rules: Set<String>
    let path: String

    init(_ patch: String, _ rule: String, _ path: String, and others: String...) {
      self.patch = patch
      rules = Set([rule] + others)
      self.path = path
    }

    var testDescription: String { patch }
  }

  private static let podPath = "spec.template.spec"
  private static let task = "spec.template.spec.containers[0]"
  private static let side = "spec.template.spec.initContainers[0]"
  private static let restricted =
    "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}"

  static let restrictedFaults: [Fault] = [
    Fault(pod("hostNetwork: true"), "restricted/host-namespaces", podPath + ".hostNetwork"),
    Fault(pod("hostPID: true"), "restricted/host-namespaces", podPath + ".hostPID"),
    Fault(pod("hostIPC: true"), "restricted/host-namespaces", podPath + ".hostIPC"),
    Fault(
      pod("securityContext: {windowsOptions: {hostProcess: true}}"), "restricted/host-process",
      podPath + ".securityContext.windowsOptions.hostProcess"),
    Fault(
      context("windowsOptions: {hostProcess: true}"), "restricted/host-process",
      task + ".securityContext.windowsOptions.hostProcess"),
    Fault(context("privileged: true"), "restricted/privileged", task + ".securityContext.privileged"),
    Fault(
      context("allowPrivilegeEscalation: true"), "restricted/privilege-escalation",
      task + ".securityContext.allowPrivilegeEscalation"),
    Fault(context("procMount: Unmasked"), "restricted/proc-mount", task + ".securityContext.procMount"),
    Fault(
      context("capabilities: {drop: [NET_RAW]}"), "restricted/capabilities",
      task + ".securityContext.capabilities.drop"),
    Fault(
      context("capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}"), "restricted/capabilities",
      task + ".securityContext.capabilities.add[1]"),
    Fault(
      context("seLinuxOptions: {type: spc_t}"), "restricted/selinux", task + ".securityContext.seLinuxOptions.type"),
    Fault(
      pod("securityContext: {seLinuxOptions: {role: r}}"), "restricted/selinux",
      podPath + ".securityContext.seLinuxOptions.role"),
    Fault(
      context("appArmorProfile: {type: Unconfined}"), "restricted/apparmor",
      task + ".securityContext.appArmorProfile.type"),
    Fault(
      "spec: {template: {metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/task: unconfined}}}}",
      "restricted/apparmor",
      "spec.template.metadata.annotations[\"container.apparmor.security.beta.kubernetes.io/task\"]"),
    Fault(
      pod("securityContext: {seccompProfile: {type: Unconfined}}"), "restricted/seccomp",
      podPath + ".securityContext.seccompProfile.type"),
    Fault(
      context("seccompProfile: {type: Unconfined}"), "restricted/seccomp",
      task + ".securityContext.seccompProfile.type"),
    Fault(context("runAsNonRoot: false"), "restricted/run-as-non-root", task + ".securityContext.runAsNonRoot"),
    Fault(context("runAsUser: 0"), "restricted/run-as-user", task + ".securityContext.runAsUser"),
    Fault(
      pod("securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}"), "restricted/sysctls",
      podPath + ".securityContext.sysctls[0].name"),
    Fault(
      pod("volumes: [{name: h, hostPath: {path: /}}]"), "restricted/host-path", podPath + ".volumes[2].hostPath"),
    Fault(
      pod("volumes: [{name: v, nfs: {server: a, path: /}}]"), "restricted/volume-types", podPath + ".volumes[2].nfs"),
    Fault(
      container("ports: [{containerPort: 1, hostPort: 80}]"), "restricted/host-ports", task + ".ports[0].hostPort"),
    Fault(
      container("livenessProbe: {httpGet: {port: 80, host: a}}"), "restricted/host-probes",
      task + ".livenessProbe.httpGet.host", and: "warder/probes"),
    Fault(
      container("lifecycle: {preStop: {tcpSocket: {port: 80, host: a}}}"), "restricted/host-probes",
      task + ".lifecycle.preStop.tcpSocket.host"),
    // Init and ephemeral containers are held against it as well.
    Fault(
      pod("initContainers: [{name: i, image: 'a:1'}]"), "restricted/privilege-escalation", side + ".securityContext",
      and: "restricted/capabilities"),
    Fault(
      pod(
        "initContainers: [{name: i, image: 'a:1', securityContext: {privileged: true, allowPrivilegeEscalation: false, "
          + "capabilities: {drop: [ALL]}}}]"), "restricted/privileged", side + ".securityContext.privileged"),
    Fault(
      pod("ephemeralContainers: [{name: e, image: a, \(restricted), ports: [{containerPort: 1, hostPort: 2}]}]"),
      "restricted/host-ports", podPath + ".ephemeralContainers[0].ports[0].hostPort"),
  ]

  static let taskFaults: [Fault] = [
    Fault("spec: {backoffLimit: 3}", "warder/backoff-limit", "spec.backoffLimit"),
    Fault("spec: {backoffLimit: null}", "warder/backoff-limit", "spec.backoffLimit"),
    Fault(pod("restartPolicy: OnFailure"), "warder/restart-policy", podPath + ".restartPolicy"),
    Fault("spec: {completions: 3}", "warder/once", "spec.completions"),
    Fault("spec: {ttlSecondsAfterFinished: 5}", "warder/ttl", "spec.ttlSecondsAfterFinished"),
    Fault(
      "spec: {podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: In, values: [3]}}]}}",
      "warder/failure-policy", "spec.podFailurePolicy.rules[0].action"),
    Fault(
      "spec: {podFailurePolicy: {rules: [{action: FailJob, onExitCodes: {containerName: x, operator: In, values: [3]}}]}}",
      "warder/failure-policy", "spec.podFailurePolicy.rules[0].onExitCodes.containerName"),
    Fault(pod("automountServiceAccountToken: true"), "warder/token", podPath + ".automountServiceAccountToken"),
    Fault(
      pod(
        "volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}]}}], containers: [{name: task, "
          + "volumeMounts: [{name: v, mountPath: /v}]}]"), "warder/token", task + ".volumeMounts[2]"),
    Fault(pod("enableServiceLinks: true"), "warder/service-links", podPath + ".enableServiceLinks"),
    Fault(pod("shareProcessNamespace: true"), "warder/process-namespace", podPath + ".shareProcessNamespace"),
    Fault(
      pod("containers: [{name: side, image: 'a:1', \(restricted)}]"), "warder/containers", podPath + ".containers"),
    Fault(pod("activeDeadlineSeconds: 300"), "warder/deadlines", podPath + ".activeDeadlineSeconds"),
    Fault(pod("activeDeadlineSeconds: 320"), "warder/deadlines", podPath + ".activeDeadlineSeconds"),
    Fault(pod("activeDeadlineSeconds: null"), "warder/deadlines", podPath + ".activeDeadlineSeconds"),
    Fault("spec: {activeDeadlineSeconds: 430}", "warder/deadlines", "spec.activeDeadlineSeconds"),
    Fault(
      pod("terminationGracePeriodSeconds: 5"), "warder/termination-grace", podPath + ".terminationGracePeriodSeconds"),
    Fault(container("image: python"), "warder/image", task + ".image"),
    Fault(container("image: 'example.org:5000/python:latest'"), "warder/image", task + ".image"),
    Fault(
      context("readOnlyRootFilesystem: false"), "warder/read-only-root",
      task + ".securityContext.readOnlyRootFilesystem"),
    Fault(
      container("terminationMessagePolicy: File"), "warder/termination-message", task + ".terminationMessagePolicy"),
    Fault(container("command: [python3]"), "warder/command", task + ".command"),
    Fault(container("tty: true"), "warder/tty", task + ".tty"),
    Fault(
      container("env: [{name: P, valueFrom: {secretKeyRef: {name: s, key: k}}}]"), "warder/secrets",
      task + ".env[0].valueFrom"),
    Fault(
      pod(
        "volumes: [{name: s, secret: {secretName: s}}], containers: [{name: task, volumeMounts: [{name: s, mountPath: "
          + "/etc/keys}]}]"), "warder/secrets", task + ".volumeMounts[2]"),
    Fault(
      pod("volumes: [{name: tmp, emptyDir: {sizeLimit: null}}]"), "warder/tmp", podPath + ".volumes[1].emptyDir"),
    Fault(
      pod("volumes: [{name: tmp, emptyDir: {sizeLimit: 500Mi}}]"), "warder/tmp",
      podPath + ".volumes[1].emptyDir.sizeLimit"),
    Fault(
      pod("volumes: [{name: tmp, emptyDir: {medium: '', sizeLimit: 1Gi}}]"), "warder/resources",
      task + ".resources.limits.ephemeral-storage"),
    Fault(
      container("volumeMounts: [{mountPath: /tmp, $patch: delete}]"), "warder/tmp", task + ".volumeMounts"),
    Fault(
      container("volumeMounts: [{mountPath: /task, readOnly: false}]"), "warder/task",
      task + ".volumeMounts[0].readOnly"),
    Fault(
      container("volumeMounts: [{mountPath: /task, $patch: delete}]"), "warder/task", task + ".volumeMounts"),
    Fault(container("resources: {limits: {memory: null}}"), "warder/resources", task + ".resources.limits"),
    Fault(container("resources: {limits: {cpu: null}}"), "warder/resources", task + ".resources.limits"),
    Fault(container("resources: null"), "warder/resources", task + ".resources"),
    Fault(
      container("resources: {limits: {ephemeral-storage: 8Mi}}"), "warder/resources",
      task + ".resources.limits.ephemeral-storage"),
    Fault(container("args: [--script=/task/main.py, --timeout=soon]"), "warder/settings", task + ".args[1]"),
    Fault(container("args: [--script=/task/main.py, --timout=5m]"), "warder/settings", task + ".args"),
    Fault(container("args: [--script=/task/main.py, --timeout=2h]"), "warder/settings", task + ".args[1]"),
    Fault(container("args: [--check]"), "warder/settings", task + ".args"),
    Fault(container("args: [--script=/task/other.py]"), "warder/script", task + ".args"),
    Fault(
      container("args: [--script=/task/main.py, --log-limit=50Mi]"), "warder/log", task + ".args"),
    Fault(container("env: [{name: WARDER_TIMOUT, value: 5m}]"), "warder/settings", task + ".env[0]"),
    Fault(container("env: [{name: WARDER_GRACE, value: soon}]"), "warder/settings", task + ".env[0]"),
    Fault(
      container("env: [{name: WARDER_GRACE, value: 5m}]"), "warder/termination-grace",
      podPath + ".terminationGracePeriodSeconds", and: "warder/deadlines"),
    // Types, names and references.
    Fault("spec: {backoffLimits: 0}", "schema/unknown-field", "spec.backoffLimits"),
    Fault(pod("restartPolicy: Nevr"), "schema/value", podPath + ".restartPolicy", and: "warder/restart-policy"),
    Fault("spec: {suspend: 'yes'}", "schema/type", "spec.suspend"),
    Fault(container("args: [--script=/task/main.py, 5]"), "schema/type", task + ".args[1]"),
    Fault(container("resources: {limits: {cpu: lots}}"), "schema/type", task + ".resources.limits.cpu"),
    Fault(
      container("volumeMounts: [{mountPath: /x, name: nosuch}]"), "schema/reference", task + ".volumeMounts[2].name",
      and: "warder/task"),
    Fault(
      container("env: [{$patch: replace}, {name: A, value: a}, {name: A, value: b}]"), "schema/duplicate",
      task + ".env[1].name"),
    Fault(
      pod("volumes: [{$patch: replace}]"), "schema/reference", task + ".volumeMounts[0].name",
      and: "warder/task", "warder/tmp"),
  ]

  @Test("nothing in a manifest that is in order")
  func good() throws {
    #expect(try GoodTask.findings(GoodTask.manifest().job).map(\.reason) == [])
  }

  @Test("are found: the restricted standard", arguments: restrictedFaults)
  func restrictedStandard(fault: Fault) throws { try check(fault) }

  @Test("are found: what a task needs", arguments: taskFaults)
  func task(fault: Fault) throws { try check(fault) }

  private func check(_ fault: Fault) throws {
    let findings = try GoodTask.findings(GoodTask.job(fault.patch))
    #expect(findings.contains { fault.rules.contains($0.rule) && $0.path == fault.path }, "\(findings)")
    #expect(Set(findings.map(\.rule)) == fault.rules, "\(findings)")
    #expect(findings.allSatisfy { !$0.reason.isEmpty && !$0.fix.isEmpty && $0.place.line > 0 })
  }

  @Test("are found where the file has them, by line and column")
  func places() throws {
    let text = """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec:
        hostNetwork: true
        containers:
          - name: c
            image: a:1
            securityContext:
              privileged: true

      """
    let places = ManifestLint().findings(Array(text.utf8), name: "p.yaml").filter { $0.rule.hasPrefix("restricted/") }
      .map { "\($0.place) \($0.rule)" }
    #expect(
      places == [
        "p.yaml:5:3 restricted/host-namespaces", "p.yaml:7:7 restricted/run-as-non-root",
        "p.yaml:7:7 restricted/seccomp", "p.yaml:9:7 restricted/privilege-escalation",
        "p.yaml:9:7 restricted/capabilities", "p.yaml:10:9 restricted/privileged",
      ])
  }

  @Test("of the file itself are findings too", arguments: [("a: [", "yaml"), ("a: 1\n", "yaml"), ("", "yaml")])
  func broken(text: String, rule: String) {
    #expect(ManifestLint().findings(Array(text.utf8), name: "t").map(\.rule) == [rule])
  }

  @Test("in a ConfigMap are found: size, keys, a task file that asks for authority")
  func configMaps() throws {
    func findings(_ members: String) -> [String] {
      ManifestLint().findings(Array("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n\(members)".utf8), name: "t")
        .map(\.rule)
    }
    #expect(findings("data: {a: b}\n") == ["warder/immutable"])
    #expect(findings("immutable: true\ndata: {a/b: c}\n") == ["schema/value"])
    #expect(findings("immutable: true\ndata: {a: 1}\n") == ["schema/type"])
    #expect(findings("immutable: true\nbinaryData: {a: '!'}\n") == ["schema/type"])
    #expect(findings("immutable: true\ndata: {a: \(String(repeating: "x", count: 1 << 20))}\n") == ["warder/size"])
    let configMap = ManifestNode.map {
      ManifestMember("apiVersion", "v1")
      ManifestMember("kind", "ConfigMap")
      ManifestMember("metadata", .map { ManifestMember("name", "good") })
      ManifestMember("immutable", true)
      ManifestMember(
        "data",
        .map {
          ManifestMember("main.py", "print(1)\n")
          ManifestMember("task.json", "{\"network\": \"all\"}")
        })
    }
    let job = try GoodTask.job(
      "spec: {template: {spec: {volumes: [{name: task, configMap: {name: good, items: null}}]}}}")
    let found = try GoodTask.findings(job, configMap: configMap)
    #expect(found.map(\.rule) == ["warder/settings"])
    #expect(found.first?.reason.hasPrefix("/task/task.json:1:2: network is not for a task file to set") == true)
  }

  @Test("are judged by the policy that the manifest itself mounts")
  func mountedPolicy() throws {
    func findings(_ timeout: String) throws -> [String] {
      let job = try GoodTask.job(
        """
        spec: {template: {spec: {volumes: [{name: policy, configMap: {name: policy}}], containers: [{name: task,
          args: [--script=/task/main.py, --policy=/policy/policy.json],
          volumeMounts: [{name: policy, mountPath: /policy, readOnly: true}]}]}}}
        """)
      let policy = ManifestNode.map {
        ManifestMember("apiVersion", "v1")
        ManifestMember("kind", "ConfigMap")
        ManifestMember("metadata", .map { ManifestMember("name", "policy") })
        ManifestMember("immutable", true)
        ManifestMember(
          "data", .map { ManifestMember("policy.json", .string("{\"defaults\": {\"timeout\": \"\(timeout)\"}}")) })
      }
      let text = YAMLWriter.text(of: [policy, try GoodTask.manifest().configMap, job])
      return ManifestLint().findings(Array(text.utf8), name: "t").map(\.rule)
    }
    #expect(try findings("1m") == [])
    #expect(try findings("10m") == ["warder/deadlines"])
    #expect(try findings("soon") == ["warder/settings"])
  }

  @Test("are not seen in what is allowed")
  func allowed() throws {
    for patch in [
      Self.context("capabilities: {add: [NET_BIND_SERVICE]}"), Self.context("seLinuxOptions: {type: container_t}"),
      Self.context("appArmorProfile: {type: RuntimeDefault}"), Self.context("procMount: Default"),
      Self.pod("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}"),
      Self.pod("volumes: [{name: p, persistentVolumeClaim: {claimName: p}}]"), Self.pod("hostUsers: false"),
      Self.pod("runtimeClassName: gvisor, nodeSelector: {a: b}"), Self.container("image: 'a@sha256:0'"),
      Self.container("image: 'localhost/a:latest'"), Self.container("command: [/warder-init]"),
      "spec: {suspend: true}", Self.container("env: [{name: WARDER_GRACE, value: 1s}]"),
    ] {
      #expect(try GoodTask.findings(GoodTask.job(patch)).map(\.reason) == [], "\(patch)")
    }
  }
}
