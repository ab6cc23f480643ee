import Foundation
import TestSupport
import Testing

/// What the tests claim about their surroundings, shown by a program that runs there without Warder.
@Suite("The test containers are as restricted as a restricted pod", .needsContainers)
struct ConditionsTests {
  private static let script = Repository.path("Tests/ContainerTests/Support/conditions.py")
  private static let python = "/usr/bin/python3"

  /// What holds however the container is started.
  private static let restrictions = [
    "CapBnd": "0000000000000000", "CapEff": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
    "write /": "EROFS", "write /tmp": "OK", "interfaces": "lo",
    "unshare user": "EPERM", "clone3": "ENOSYS", "keyctl": "EPERM", "AF_VSOCK": "EPERM", "AF_ALG": "EPERM",
    // Not the platform's business: what denies it to a script is Warder.
    "AF_INET": "OK",
  ]

  @Test(arguments: [1000, 1_234_567_890] as [UInt32])
  func podByKubePlay(user: UInt32) async throws {
    var pod = Pod(.python, files: ["script.py": try String(contentsOfFile: Self.script, encoding: .utf8)])
    pod.command = [Self.python, "/task/script.py"]
    pod.user = user
    pod.group = 0
    let run = try await pod.run()
    #expect(run.end == .exited(0))
    try expect(Self.restrictions.merging(["Uid": String(user), "Gid": "0"]) { $1 }, in: run)
  }

  @Test func containerByRun() async throws {
    var container = Container(.python, ["/task/script.py"])
    container.entryPoint = Self.python
    let run = try await container.run(try Self.task())
    try expect(Self.restrictions.merging(["Uid": "1000", "Gid": "1000"]) { $1 }, in: run)
  }

  @Test("without the outer profile the same calls reach the kernel: the profile is what refuses them")
  func containerWithoutProfile() async throws {
    var container = Container(.python, ["/task/script.py"])
    container.entryPoint = Self.python
    container.outerFilter = .none
    let run = try await container.run(try Self.task())
    try expect(["unshare user": "OK", "clone3": "EINVAL", "keyctl": "EINVAL", "AF_VSOCK": "OK"], in: run)
  }

  private static func task() throws -> TaskDirectory {
    try TaskDirectory(script: String(contentsOfFile: script, encoding: .utf8))
  }

  private func expect(_ expected: [String: String], in run: WarderRun) throws {
    let found = try JSONDecoder().decode([String: String].self, from: Data(run.log))
    for (condition, value) in expected {
      #expect(found[condition] == value, "\(condition)")
    }
  }
}
