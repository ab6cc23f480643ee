import Manifests
import Testing

@Suite("Reading a task out of a manifest")
struct TaskPodTests {
  private static let manifest = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: files}
    data: {main.py: "print(1)\\n", file-1: "x,y\\n"}
    binaryData: {logo.bin: AP8=}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: keys}
    data: {password: aHVudGVyMg==, old: YQ==}
    stringData: {old: b}
    ---
    apiVersion: batch/v1
    kind: Job
    metadata: {name: train}
    spec:
      activeDeadlineSeconds: 900
      template:
        metadata: {labels: {team: blue}}
        spec:
          restartPolicy: Never
          activeDeadlineSeconds: 300
          securityContext: {runAsUser: 1000, runAsGroup: 2000, runAsNonRoot: true}
          containers:
            - {name: side, image: proxy}
            - name: main
              image: example.org/python:3
              args: [--timeout, 1m, --, "$(TEAM)", "$$(TEAM)", "$(NOTHING)"]
              env:
                - {name: WARDER_GRACE, value: 3s}
                - {name: TEAM, valueFrom: {fieldRef: {fieldPath: "metadata.labels['team']"}}}
                - {name: GREETING, value: "hello $(TEAM)"}
                - {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: password}}}
                - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                - {name: ELSEWHERE, valueFrom: {configMapKeyRef: {name: other, key: a}}}
                - {name: MAYBE, valueFrom: {configMapKeyRef: {name: other, key: a, optional: true}}}
              envFrom:
                - {prefix: K_, secretRef: {name: keys}}
              securityContext: {runAsUser: 1234, readOnlyRootFilesystem: true}
              resources: {limits: {memory: 256Mi, cpu: 1500m, ephemeral-storage: 1Gi}}
              volumeMounts:
                - {name: task, mountPath: /task/, readOnly: true}
                - {name: tmp, mountPath: /tmp}
                - {name: data, mountPath: /data}
          volumes:
            - name: task
              configMap:
                name: files
                items: [{key: main.py, path: main.py}, {key: file-1, path: in/a.csv}, {key: logo.bin, path: logo.bin}]
            - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
            - {name: data, persistentVolumeClaim: {claimName: big}}

    """

  private func pod(_ text: String = manifest, named name: String? = nil) throws -> TaskPod {
    try TaskPod(ManifestFile.parse(Array(text.utf8), name: "job.yaml"), named: name)
  }

  @Test("finds the container with the task and what it is given")
  func container() throws {
    let pod = try pod()
    #expect(pod.title == "Job train")
    #expect(pod.container["name"]?.string == "main")
    #expect(pod.image == "example.org/python:3")
    #expect(pod.command == nil)
    #expect(pod.arguments == ["--timeout", "1m", "--", "blue", "$(TEAM)", "$(NOTHING)"])
    #expect(pod.resources.memoryLimitBytes == 256 << 20)
    #expect(pod.resources.cpuLimit?.millis == 1500)
    #expect(pod.resources.ephemeralStorageLimitBytes == 1 << 30)
    #expect(pod.user.user == 1234)
    #expect(pod.user.group == 2000)
    #expect(pod.user.mustNotBeRoot)
    #expect(pod.isRootReadOnly)
    #expect(pod.podDeadlineSeconds == 300)
    #expect(pod.jobDeadlineSeconds == 900)
    #expect(pod.terminationGraceSeconds == 30)
    #expect(pod.warnings.isEmpty)
  }

  @Test("makes the container's environment, and says what only a cluster knows")
  func environment() throws {
    let pod = try pod()
    #expect(pod.warderVariables.map(\.name) == ["WARDER_GRACE"])
    let texts = pod.otherVariables.map { "\($0.name)=\($0.text ?? "?")" }
    #expect(
      texts == [
        "K_old=b", "K_password=hunter2", "TEAM=blue", "GREETING=hello blue", "PASSWORD=hunter2", "NODE=?",
        "ELSEWHERE=?",
      ])
    guard case .secret = pod.otherVariables[1].value else { throw Unexpected("the password is a secret") }
    guard case .unavailable(let reason)? = pod.otherVariables.last?.value else { throw Unexpected("available") }
    #expect(reason == "it comes from the ConfigMap other, which is not in job.yaml")
  }

  @Test("finds the files of the task, sub-folders and binary ones included")
  func files() throws {
    let pod = try pod()
    guard case .files(let files)? = pod.mount(at: "/task")?.source else { throw Unexpected("no files") }
    #expect(files.map(\.path) == ["main.py", "in/a.csv", "logo.bin"])
    #expect(files.last?.bytes == [0x00, 0xFF])
    #expect(pod.mount(at: "/task")?.isReadOnly == true)
    guard case .scratch(true, (64 << 20)?)? = pod.mount(at: "/tmp")?.source else { throw Unexpected("no tmp") }
    guard case .unavailable(let what)? = pod.mount(at: "/data")?.source else { throw Unexpected("available") }
    #expect(what == "a volume of the kind persistentVolumeClaim")
  }

  @Test("takes a Pod and the Job of a CronJob as well")
  func kinds() throws {
    let spec = "{containers: [{name: a, image: b}]}"
    #expect(try pod("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: \(spec)\n").title == "Pod p")
    let cron = """
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: c}
      spec: {schedule: "0 0 * * *", jobTemplate: {spec: {activeDeadlineSeconds: 7, template: {spec: \(spec)}}}}

      """
    #expect(try pod(cron).jobDeadlineSeconds == 7)
  }

  @Test(
    "refuses what it cannot run, with the place",
    arguments: [
      (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n",
        "job.yaml:1:1: a Deployment starts its pods again for ever"
      ),
      (
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
        "job.yaml holds no Job, CronJob or Pod; found Service s"
      ),
      (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: a\n      args: [1]\n",
        "job.yaml:7:14: spec.containers[0].args[0]: expected a string, found the number 1; put it in quotes"
      ),
      (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, volumeMounts: [{name: x, mountPath: /x}]}\n",
        "job.yaml:5:30: spec.containers[0].volumeMounts[0]: there is no volume x"
      ),
    ])
  func refusals(text: String, expected: String) throws {
    let error = try #require(throws: ManifestError.self) { try pod(text) }
    #expect(error.description.hasPrefix(expected), "\(error.description)")
  }

  @Test("asks for a name where there are several, and takes one")
  func several() throws {
    let pods = ["a", "b"].map {
      "apiVersion: v1\nkind: Pod\nmetadata: {name: \($0)}\nspec: {containers: [{name: c}]}\n"
    }.joined(separator: "---\n")
    let error = try #require(throws: ManifestError.self) { try pod(pods) }
    #expect(error.description == "job.yaml holds Pod a, Pod b; name one of them")
    #expect(try pod(pods, named: "b").title == "Pod b")
  }

  @Test("keeps unknown fields as warnings: they may be newer than this program")
  func unknown() throws {
    let pod = try pod("apiVersion: v1\nkind: Pod\nspec:\n  restartPolicie: Never\n  containers: [{name: c}]\n")
    #expect(pod.warnings.map(\.problem) == ["there is no field restartPolicie in PodSpec; did you mean restartPolicy?"])
    #expect(pod.warnings.map(\.place.line) == [4])
  }
}
