import Foundation
import TestSupport
import Testing
import WarderFrames

/// Whoever the container starts as, the script runs without privileges and the log tells the same truth.
@Suite("Users and images", .needsContainers)
struct UserTests {
  private static let identity = """
    import json, os, sys
    found = dict(line.split(":", 1) for line in open("/proc/self/status"))
    keys = ("Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
    print(json.dumps({key: found[key].split() for key in keys}))
    print("written to the work directory", file=open("note.txt", "w"))
    print(open("note.txt").read(), end="", file=sys.stderr)
    sys.exit(37)
    """
  private static let none = ["0000000000000000"]

  @Test("a pod under the restricted security context runs Python", arguments: [1000, nil] as [UInt32?])
  func pythonPod(_ user: UInt32?) async throws {
    var pod = Pod(.python, files: ["script.py": Self.identity])
    pod.user = user ?? .random(in: 1_000_650_000...1_999_999_999)
    pod.group = user == nil ? 0 : 1000
    try expect(try await pod.run(), user: pod.user, group: pod.group)
  }

  @Test("a pod under the restricted security context runs bash", arguments: [1000, nil] as [UInt32?])
  func bashPod(_ user: UInt32?) async throws {
    let script = """
      echo "uid $(id -u)"
      printf '%s\\n' c a b | sort | tr '\\n' ' '
      echo trouble >&2
      exit 3
      """
    var pod = Pod(.bash, files: ["script.sh": script])
    pod.user = user ?? .random(in: 1_000_650_000...1_999_999_999)
    pod.group = user == nil ? 0 : 1000
    let run = try await pod.run()
    let result = try run.result()
    #expect(result.stdoutText == "uid \(pod.user)\na b c ")
    #expect(result.stderrText == "trouble\n")
    #expect(result.reason == .exited)
    #expect(result.exitCode == 3)
    #expect(run.end == .exited(3))
  }

  @Test("an image from scratch, the supervisor and busybox alone, needs no C library", arguments: [true, false])
  func scratchImage(asPod: Bool) async throws {
    let script = "echo \"uid $(id -u)\"; ls /bin; echo trouble >&2; exit 5\n"
    let run: WarderRun
    if asPod {
      run = try await Pod(.busybox, files: ["script.sh": script]).run()
    } else {
      run = try await Container(.busybox).run(TaskDirectory(script: script, named: "script.sh"))
    }
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == 5)
    #expect(result.stdoutText.hasPrefix("uid 1000\nbusybox\n"))
    #expect(result.stderrText == "trouble\n")
  }

  @Test("any user that the platform picks, with the kubelet's layout of the task")
  func randomUser() async throws {
    var container = Container(.python)
    container.user = .random()
    guard case .id(let user, let group) = container.user else { return }
    try expect(try await container.run(TaskDirectory(script: Self.identity)), user: user, group: group)
  }

  @Test("started as root it becomes 1000 and leaves nothing behind")
  func root() async throws {
    var container = Container(.python)
    container.user = .root
    container.hasDefaultCapabilities = true
    container.mayGainPrivileges = true
    try expect(try await container.run(TaskDirectory(script: Self.identity)), user: 1000, group: 1000)
  }

  @Test("root that may not become somebody else does not get to start a script")
  func rootWithoutCapabilities() async throws {
    var container = Container(.python)
    container.user = .root
    let run = try await container.run(TaskDirectory(script: Self.identity))
    let result = try run.result()
    #expect(result.reason == .isolationUnavailable)
    #expect(result.stdoutText.isEmpty)
    #expect(run.end == .exited(252))
    // What to do about it.
    #expect(try #require(result.exit).message.contains("runAsNonRoot"))
  }

  @Test("a plain process without any container")
  func plainProcess() async throws {
    let run = try await WarderInit().run(TaskDirectory(script: Self.identity))
    let user = geteuid() == 0 ? 1000 : geteuid()
    let group = geteuid() == 0 ? 1000 : getegid()
    try expect(run, user: user, group: group, boundingSetIsEmpty: geteuid() == 0)
  }

  @Test("in a restricted pod every layer is in force")
  func everyLayerIsActive() async throws {
    let run = try await Container(.python).run(TaskDirectory(script: "print('hello')\n"))
    let layers = try #require(run.result().start).isolation
    let names = [
      "seccomp", "landlock", "capabilities", "no_new_privs", "rlimits", "non_dumpable", "environment", "supervisor",
    ]
    for name in names { #expect(layers.first { $0.name == name }?.state == .active, "\(name)") }
  }

  // MARK: -

  private func expect(
    _ run: WarderRun, user: UInt32, group: UInt32, boundingSetIsEmpty: Bool = true
  ) throws {
    let result = try run.result()
    #expect(result.reason == .exited)
    #expect(result.exitCode == 37)
    #expect(run.end == .exited(37))
    #expect(result.stderrText == "written to the work directory\n")
    let identity = try JSONDecoder().decode([String: [String]].self, from: Data(result.stdout))
    // Real, effective, saved and of the file system.
    #expect(identity["Uid"] == Array(repeating: String(user), count: 4))
    #expect(identity["Gid"] == Array(repeating: String(group), count: 4))
    #expect(Set(identity["Groups"] ?? []).isSubset(of: [String(group)]))
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] { #expect(identity[set] == Self.none, "\(set)") }
    if boundingSetIsEmpty { #expect(identity["CapBnd"] == Self.none) }
    #expect(identity["NoNewPrivs"] == ["1"])
    #expect(identity["Seccomp"] == ["2"])
  }
}
