import Foundation
import TestSupport
import Testing
import WarderFrames

/// What is not held. The documents say so, and these tests see to it that they say it truly: what a document calls open
/// must be open, or it has to be written anew.
@Suite("What is not held, as documented", .needsContainers)
struct NotHeldTests {
  private static let attacks = "Tests/ContainerTests/Attacks"
  private static let isRoot = geteuid() == 0

  @Test("a socket with a path is reached where a volume brings it, and only there", arguments: [true, false])
  func pathnameSocket(mounted: Bool) async throws {
    let directory = try TemporaryPath(permissions: 0o755)
    let serving = """
      import os, socket, sys
      endpoint = socket.socket(socket.AF_UNIX)
      endpoint.bind(sys.argv[1])
      os.chmod(sys.argv[1], 0o777)
      endpoint.listen()
      while True:
          endpoint.accept()[0].send(b"hunter2")
      """
    var command = ProcessCommand("/usr/bin/env", ["python3", "-c", serving, directory.path + "/engine.sock"])
    // Other tests may come first.
    command.timeLimit = .seconds(900)
    let listener = Task { [command] in try await command.run() }
    defer { listener.cancel() }
    try await waitUntil("the listener is there") {
      let attributes = try? FileManager.default.attributesOfItem(atPath: directory.path + "/engine.sock")
      return attributes?[.posixPermissions] as? Int == 0o777
    }
    var container = Container(.python, scriptArguments: ["/run/engine/engine.sock"])
    if mounted { container.mounts["/run/engine"] = directory.path }
    let result = try await container.run(TaskDirectory("pathname_socket.py", in: Self.attacks)).result()
    let report = try DefenceTests.report(result)
    withExtendedLifetime(directory) {}
    // Landlock has no rule for it before ABI 9.
    #expect(report.ways["/run/engine/engine.sock"] == (mounted ? "OK" : "ENOENT"))
  }

  @Test(
    "attributes of closed files: seen by everybody, changed by their owner",
    .enabled(if: isRoot, "making a file that belongs to uid 1000 takes root"))
  func metadata() async throws {
    let volume = try TemporaryPath(permissions: 0o777)
    for (name, owner) in [("closed", 0), ("own", 1000)] {
      let path = volume.path + "/" + name
      try Data("hunter2".utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o644, .ownerAccountID: owner, .groupOwnerAccountID: owner], ofItemAtPath: path)
    }
    var container = Container(.python, scriptArguments: ["/var/volume/closed", "/var/volume/own"])
    container.writableMounts["/var/volume"] = volume.path
    let report = try DefenceTests.report(
      try await container.run(TaskDirectory("metadata.py", in: Self.attacks)).result())
    for way in ["read", "read its own", "read its own by a descriptor", "write its own", "remove its own", "list"] {
      #expect(report.ways[way] == "EACCES", "\(way): \(report.ways)")
    }
    for way in ["size", "enter", "watch", "permissions of its own", "times of its own"] {
      #expect(report.ways[way] == "OK", "\(way): \(report.ways)")
    }
  }

  @Test("names and arguments of other processes")
  func processList() async throws {
    let script = """
      import os, time
      def arguments():
          for name in filter(str.isdigit, os.listdir("/proc")):
              try:
                  yield open(f"/proc/{name}/cmdline").read().split("\\0")
              except OSError:
                  pass
      patience = time.monotonic() + 10
      while time.monotonic() < patience and not any(a[1:2] == ["7.25"] for a in arguments()):
          time.sleep(0.05)
      print(any(a[1:2] == ["7.25"] for a in arguments()), any("--heartbeat" in a for a in arguments()))
      """
    let run = try await Container(.python, ["--heartbeat", "9s"]).run(TaskDirectory(script: script)) { running in
      try await running.waitUntilRunning()
      _ = try await running.execute(["/usr/bin/sleep", "7.25"])
    }
    #expect(try run.result().stdoutText == "True True\n")
  }
}
