import ArgumentParser
import Foundation
import Manifests
import TaskModel
import Testing

@testable import ToolCommands

@Suite("warder render")
struct RenderCommandTests {
  private let folder: RenderFolder

  init() throws { folder = try RenderFolder() }

  private func job(_ words: String...) throws -> ManifestNode {
    try #require(folder.render(["@/main.py"] + words).documents.last)
  }

  private func pod(_ words: String...) throws -> TaskPod {
    let rendering = try folder.render(["@/main.py"] + words)
    return try TaskPod(ManifestFile.parse(rendering.yaml, name: "t"))
  }

  @Test("has every key of warder-init as an option, or says it otherwise")
  func options() {
    let help = RenderCommand.helpMessage(columns: 80)
    for key in ConfigurationKey.allCases {
      let isOption = help.contains("  \(key.flag) <")
      #expect(isOption != SettingOptions.elsewhere.contains(key) || [.memory, .policy].contains(key), "\(key.flag)")
    }
    #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("computes deadlines from the worst case")
  func deadlines() throws {
    let pod = try pod("--timeout", "10m", "--grace", "20s", "--artifacts", "out", "--start-budget", "1m")
    // 600 + 20 + 7.25 + 5, and 60.
    #expect(pod.podDeadlineSeconds == 693)
    #expect(pod.jobDeadlineSeconds == 1293)
    #expect(pod.terminationGraceSeconds == 38)
  }

  @Test("puts a /tmp in memory that leaves a quarter of the limit, or one on disk")
  func temporary() throws {
    guard case .scratch(true, (128 << 20)?)? = try pod().mount(at: "/tmp")?.source else {
      throw TestFailure("a quarter of 512Mi was expected")
    }
    guard case .scratch(false, (3 << 30)?)? = try pod("--tmp", "disk:3Gi").mount(at: "/tmp")?.source else {
      throw TestFailure("3Gi on disk were expected")
    }
    #expect(try pod("--tmp", "disk:3Gi").resources.ephemeralStorageLimitBytes == 3 << 30 + 64 << 20)
    let error = try #require(throws: ManifestError.self) { try job("--memory", "64Mi", "--tmp", "60Mi") }
    #expect(error.message.contains("give at most 48Mi, more --memory, or --tmp disk:60Mi"))
  }

  @Test("names the task after its script, and each time otherwise")
  func names() throws {
    let names = try (0..<2).map { _ in try job()["metadata", "name"] }
    #expect(names[0] != names[1])
    guard case .string(let name)? = names[0] else { throw TestFailure("no name") }
    #expect(name.hasPrefix("main-") && name.count == 10)
    #expect(try job("--name", "a")["metadata", "name"] == "a")
    #expect(throws: ManifestError.self) { try job("--name", "A") }
  }

  @Test("gives the script its arguments and the supervisor its settings, past Kubernetes' variables")
  func arguments() throws {
    let pod = try pod("--timeout", "1m", "--env", "A=$(B)", "@/rows.csv", "--", "-x", "$(HOME)", "--")
    #expect(pod.arguments == ["--script=/task/main.py", "--timeout=1m", "--env=A=$(B)", "--", "-x", "$(HOME)", "--"])
    guard case .files(let files)? = pod.mount(at: "/task")?.source else { throw TestFailure("no files") }
    #expect(files.map(\.path) == ["main.py", "rows.csv"])
  }

  @Test("takes folders, other names, and bytes that are no text")
  func data() throws {
    let pod = try pod("@/data", "x/y.csv=@/rows.csv")
    guard case .files(let files)? = pod.mount(at: "/task")?.source else { throw TestFailure("no files") }
    #expect(
      files.map(\.path).sorted() == [
        "data/inner/two three.txt", "data/one.txt", "data/raw.bin", "main.py", "x/y.csv",
      ])
    #expect(files.first { $0.path == "data/raw.bin" }?.bytes == [0x00, 0xFF, 0x80])
  }

  @Test("does not require Landlock of gVisor, and says so to nobody else")
  func gVisor() throws {
    #expect(
      try pod("--runtime-class", "gvisor").arguments.contains("--require=capabilities,no_new_privs,seccomp,rlimits"))
    #expect(try !pod("--runtime-class", "kata").arguments.contains { $0.hasPrefix("--require") })
    #expect(try pod("--runtime-class", "gvisor", "--require", "seccomp").arguments.contains("--require=seccomp"))
  }

  @Test("opens the network where something may be reached, and only by a policy beside the one that denies all")
  func egress() throws {
    let rendering = try folder.render(["@/main.py", "--egress", "ns=bakerst,pod=app=nats:4222", "--dns", "kube"])
    #expect(rendering.documents.map { $0["kind"] } == ["NetworkPolicy", "ConfigMap", "Job"])
    #expect(rendering.documents[0]["spec", "policyTypes"] == ["Egress"])
    let pod = try TaskPod(ManifestFile.parse(rendering.yaml, name: "t"))
    #expect(pod.arguments.contains("--network=all"))
    #expect(throws: ManifestError.self) { try job("--egress", "cidr=10.0.0.0/8:1", "--network", "none") }
    // The network is the relay's, and none of the script's.
    let beside = String(
      decoding: try folder.render(["@/main.py", "--egress", "cidr=10.0.0.0/8:1", "--relay", "/bin/relay"]).yaml,
      as: UTF8.self)
    #expect(!beside.contains("--network") && beside.contains("--relay=/bin/relay") && beside.contains("10.0.0.0/8"))
    _ = try job("--egress", "cidr=10.0.0.0/8:1", "--relay", "/bin/relay", "--network", "none")
  }

  @Test("leaves out what the template takes out, keeps the rest, and tells what it weakens")
  func template() throws {
    try folder.write("weak.yaml", "spec: {template: {spec: {hostNetwork: true}}}\n")
    let rendering = try folder.render(["@/main.py", "--template", "@/weak.yaml"])
    #expect(rendering.warnings.count == 1)
    #expect(rendering.warnings.first?.contains("[restricted/host-namespaces]") == true)
    try folder.write("broken.yaml", "spec: {template: {spec: {activeDeadlineSeconds: 10}}}\n")
    let error = try #require(throws: ManifestError.self) { try job("--template", "@/broken.yaml") }
    #expect(
      error.message.hasPrefix("the rendered Job would not do: spec.template.spec.activeDeadlineSeconds: the pod is"))
  }

  @Test(
    "refuses what cannot be a task",
    arguments: [
      (["--timeout", "2h"], "timeout 2h exceeds the built-in ceiling of 30m; an image that allows more says so"),
      (["--timeout", "soon"], "--timeout: "), (["--cpu", "0"], "expected an amount of CPU"),
      (["--memory", "x"], "--memory: "), (["--memory", "1Ki"], "--memory: expected 1Mi or more"),
      (["--label", "a b=c"], "expected KEY=VALUE"), (["--label", "a=b c"], "expected a value of at most 63"),
      (["--label", "app.kubernetes.io/name=x"], "is set already"), (["--ttl", "1"], "--ttl: expected a unit"),
      (["--namespace", "A"], "--namespace A: expected"), (["@/nosuch.csv"], "cannot be read: No such file"),
      (["task.json=@/rows.csv"], "would be read as the task's configuration"),
      (["main.py=@/rows.csv"], "is given twice"), (["../x=@/rows.csv"], "expected a path inside the task directory"),
      (["--egress", "example.org:443"], "knows addresses and no names"),
      (["--log-limit", "50Mi"], "is rotated at 10Mi"),
      (["/dev/null"], "expected a file or a folder"),
    ])
  func refusals(words: [String], expected: String) throws {
    let error = try #require(throws: ManifestError.self) { try folder.render(["@/main.py"] + words) }
    #expect(error.description.contains(expected), "\(error)")
  }

  @Test("refuses data that no ConfigMap holds before it reads them")
  func large() throws {
    let path = folder.path + "/big"
    try folder.write("big", "")
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: 1 << 40)
    let error = try #require(throws: ManifestError.self) { try job("@/big") }
    #expect(error.message.contains("the largest is big with 1099511627776"))
  }

  @Test("prints the objects that were asked for")
  func selection() throws {
    func kinds(_ words: String...) throws -> [ManifestNode?] {
      try folder.render(["@/main.py"] + words).documents.map { $0["kind"] }
    }
    #expect(try kinds("--only", "job") == ["Job"])
    #expect(try kinds("--only", "configmap,job") == ["ConfigMap", "Job"])
    #expect(
      try kinds("--with", "namespace,networkpolicy,quota,limitrange", "-n", "t", "--only", "configmap") == [
        "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "ConfigMap",
      ])
  }
}

private struct TestFailure: Error {
  let what: String

  init(_ what: String) { self.what = what }
}
