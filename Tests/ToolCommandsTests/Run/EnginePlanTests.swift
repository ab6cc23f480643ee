import Manifests
import TaskModel
import Testing

@testable import ToolCommands

@Suite("Plans of engines") struct EnginePlanTests {
  private let stage = StagePaths(directory: "/tmp/warder-run-1")
  private let root = MachineRoot(
    entries: [.init(path: "/usr", link: nil), .init(path: "/bin", link: "usr/bin"), .init(path: "/etc", link: nil)],
    resolverFile: "/run/resolve/stub.conf")
  private let bubblewrap = Bubblewrap(path: "/usr/bin/bwrap", version: "bubblewrap 0.8.0")
  private let podman = ContainerClient(engine: .podman, path: "/usr/bin/podman")

  private func task(_ flags: [String] = [], environment: [String: String] = [:]) throws -> LocalTask {
    var task = LocalTask(values: try LocalValues(flags: flags, environment: environment))
    task.flags = flags
    task.environment = environment
    task.scriptName = "hello.py"
    return task
  }

  private func container(_ task: LocalTask, _ client: ContainerClient? = nil, mounts: Bool = false) -> EnginePlan {
    .container(
      task, stage, client ?? podman, image: "localhost/warder/python", name: "warder-run-1",
      environment: ["HOME": "/home/me"], mountsSupervisor: mounts)
  }

  @Test func process() throws {
    var task = try task(["--timeout=1s"], environment: ["WARDER_GRACE": "1s"])
    task.scriptArguments = ["--fast", "a b"]
    let plan = EnginePlan.process(task, stage, isRoot: false)
    #expect(plan.program == "/tmp/warder-run-1/warder-init")
    #expect(
      plan.arguments == [
        "--timeout=1s", "--memory=512Mi", "--disk=64Mi", "--scratch=/tmp/warder-run-1/scratch",
        "--termination-message=none", "--task=/tmp/warder-run-1/task", "--script=/tmp/warder-run-1/task/hello.py", "--",
        "--fast", "a b",
      ])
    // Nothing of the user's own environment.
    #expect(plan.environment == ["PATH": "/usr/local/bin:/usr/bin:/bin", "WARDER_GRACE": "1s"])
    #expect(plan.user == nil)
    #expect(EnginePlan.process(task, stage, isRoot: true).user == 1000)
  }

  @Test(
    "a limit that somebody gave is left as it is, off too", arguments: ["--memory=1Gi", "--memory=off", "--disk=1Mi"])
  func givenLimits(_ flag: String) throws {
    let arguments = EnginePlan.process(try task([flag]), stage, isRoot: false).arguments
    let key = flag.prefix { $0 != "=" }
    #expect(arguments.filter { $0.hasPrefix("\(key)=") } == [flag])
    let variable = EnginePlan.process(try task(environment: ["WARDER_MEMORY": "1Gi"]), stage, isRoot: false)
    #expect(!variable.arguments.contains { $0.hasPrefix("--memory") })
  }

  @Test func sandbox() throws {
    let plan = EnginePlan.bubblewrap(try task(), stage, bubblewrap, root)
    #expect(
      plan.engineArguments == [
        "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try",
        "--hostname", "warder", "--die-with-parent", "--as-pid-1", "--new-session", "--cap-drop", "ALL",
        "--unshare-net", "--uid", "1000", "--gid", "1000",
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--ro-bind", "/etc", "/etc",
        "--proc", "/proc", "--dev", "/dev",
        "--size", "67108864", "--perms", "1777", "--tmpfs", "/tmp",
        "--size", "67108864", "--perms", "1777", "--tmpfs", "/dev/shm",
        "--ro-bind", "/tmp/warder-run-1/task", "/task",
        "--ro-bind", "/tmp/warder-run-1/warder-init", "/warder-init",
        "--remount-ro", "/", "--chdir", "/", "--", "/warder-init",
      ])
    #expect(
      plan.supervisorArguments == [
        "--memory=512Mi", "--termination-message=none", "--task=/task", "--script=/task/hello.py",
      ])
  }

  @Test("with a network names are found, and no namespace closes it")
  func sandboxWithNetwork() throws {
    let plan = EnginePlan.bubblewrap(try task(["--network=all"]), stage, bubblewrap, root)
    #expect(!plan.engineArguments.contains("--unshare-net"))
    #expect(plan.engineArguments.containsInOrder(["--ro-bind", "/run/resolve/stub.conf", "/run/resolve/stub.conf"]))
    #expect(plan.supervisorArguments.contains("--read=/run/resolve/stub.conf"))
  }

  @Test("paths that options name are there")
  func sandboxPaths() throws {
    let plan = EnginePlan.bubblewrap(
      try task(["--read=/data,/models", "--write=/out", "--policy=/home/me/policy.json"]), stage, bubblewrap, root)
    for words in [
      ["--ro-bind-try", "/data", "/data"], ["--ro-bind-try", "/models", "/models"], ["--bind-try", "/out", "/out"],
      ["--ro-bind-try", "/home/me/policy.json", "/home/me/policy.json"],
    ] {
      #expect(plan.engineArguments.containsInOrder(words), "\(words)")
    }
  }

  @Test("a policy that lies beneath /tmp is not hidden by the fresh one")
  func sandboxPolicyInTemporaryDirectory() throws {
    let words = EnginePlan.bubblewrap(try task(["--policy=/tmp/policy.json"]), stage, bubblewrap, root).engineArguments
    let fresh = try #require(words.indices.first { words[$0...].starts(with: ["--tmpfs", "/tmp"]) })
    #expect(words[fresh...].contains("/tmp/policy.json"))
  }

  @Test(
    "a bubblewrap that cannot limit a tmpfs has the supervisor do it",
    arguments: [("bubblewrap 0.6.1", false), ("bubblewrap 0.7.0", true), ("bubblewrap 1.0", true), ("what?", false)])
  func oldBubblewrap(_ version: String, _ limits: Bool) throws {
    let plan = EnginePlan.bubblewrap(
      try task(), stage, Bubblewrap(path: "/usr/bin/bwrap", version: version), root)
    #expect(plan.engineArguments.contains("--size") == limits)
    #expect(plan.supervisorArguments.contains("--disk=64Mi") == !limits)
  }

  @Test("a container has the settings of a restricted pod")
  func restrictedContainer() throws {
    let plan = container(try task(["--timeout=1s"], environment: ["B": "2", "A": "1"]))
    #expect(
      plan.arguments == [
        "run", "--rm", "--name", "warder-run-1", "--log-driver", "none", "--network", "none", "--cap-drop", "ALL",
        "--security-opt", "no-new-privileges", "--user", "1000:1000", "--read-only", "--read-only-tmpfs=false",
        "--no-hosts", "--pidfile", "/tmp/warder-run-1/container.pid",
        "--mount", "type=tmpfs,destination=/tmp,tmpfs-mode=1777,tmpfs-size=67108864,notmpcopyup",
        "--mount", "type=tmpfs,destination=/dev/shm,tmpfs-mode=1777,tmpfs-size=67108864,notmpcopyup",
        "--mount", "type=bind,source=/tmp/warder-run-1/task,destination=/task,readonly",
        "--memory", "536870912", "--memory-swap", "536870912", "--env", "A=1", "--env", "B=2",
        "localhost/warder/python", "--timeout=1s", "--task=/task", "--script=/task/hello.py",
      ])
    #expect(plan.environment == ["HOME": "/home/me"])
  }

  @Test("docker is told what podman does by itself, and not what it does not know")
  func docker() throws {
    let arguments = container(try task(), ContainerClient(engine: .docker, path: "/usr/bin/docker")).arguments
    for word in ["--read-only-tmpfs=false", "--no-hosts", "--pidfile"] { #expect(!arguments.contains(word)) }
    #expect(arguments.containsInOrder(["--tmpfs", "/tmp:rw,exec,mode=1777,size=67108864"]))
  }

  @Test(
    "the container may use more than the task, so that the supervisor ends it first",
    arguments: [("--memory=64Mi", 96), ("--memory=1Gi", 1152), ("--memory=off", nil)] as [(String, Int64?)])
  func memory(_ flag: String, _ mebibytes: Int64?) throws {
    let arguments = container(try task([flag])).arguments
    let place = arguments.firstIndex(of: "--memory").map { arguments[$0 + 1] }
    #expect(place == mebibytes.map { String($0 << 20) })
    #expect(arguments.contains(flag))
  }

  @Test("a path with a comma stays one path")
  func commas() throws {
    let plan = EnginePlan.container(
      try task(["--policy=/home/me/a,b\"c.json"]), stage, podman, image: "i", name: "n", environment: [:],
      mountsSupervisor: true)
    let path = "/home/me/a,b\"\"c.json"
    #expect(plan.arguments.contains("type=bind,\"source=\(path)\",\"destination=\(path)\",readonly"))
    #expect(plan.arguments.containsInOrder(["--entrypoint", "/warder-init"]))
  }

  @Test("an image that nobody names is the one of the script's runtime, as in a rendered Job")
  func defaultImages() {
    #expect(DefaultImage.reference(runtime: "python") == "localhost/warder/python:\(WarderVersion.text)")
    #expect(DefaultImage.reference(runtime: "bash") == "localhost/warder/bash:\(WarderVersion.text)")
    #expect(DefaultImage.reference(runtime: nil) == "localhost/warder/python:\(WarderVersion.text)")
  }

  @Test("refusals that are known come with a way out")
  func explanations() {
    let refused = EngineSelection.explain("bwrap: setting up uid map: Permission denied", .bubblewrap)
    #expect(refused.contains("kernel.apparmor_restrict_unprivileged_userns"))
    #expect(EngineSelection.explain("something else", .bubblewrap) == "something else")
  }
}

extension [String] {
  /// Whether the words stand in the list, one directly after the other.
  fileprivate func containsInOrder(_ words: [String]) -> Bool {
    indices.contains { self[$0...].starts(with: words) }
  }
}
