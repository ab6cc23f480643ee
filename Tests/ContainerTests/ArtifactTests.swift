import Foundation
import TestSupport
import Testing
import WarderFrames

/// What a hostile script leaves to be collected, in a restricted pod's container.
@Suite("Artifacts in a container", .needsContainers)
struct ArtifactTests {
  /// `name reason` of each refusal that the log names.
  private static func refusals(_ result: RunResult) -> Set<String> {
    Set(
      result.events.filter { $0.frame.type == "artifact_refused" }.map { event in
        event.frame.fields.prefix(2).map { if case .string(let text) = $0.value { text } else { "?" } }
          .joined(separator: " ")
      })
  }

  private static func container(_ mode: [String]) -> Container {
    var container = Container(
      .python, ["--artifacts", "/tmp/handed/out", "--file-size", "512Mi"], scriptArguments: mode)
    container.timeLimit = .seconds(120)
    return container
  }

  @Test("traps are refused by name and reason, and what is honest comes back")
  func traps() async throws {
    let secrets = try TemporaryPath(permissions: 0o755)
    try Data("hunter2".utf8).write(to: URL(fileURLWithPath: secrets.path + "/password"))
    var container = Self.container(["/etc/db-credentials/password"])
    container.mounts = ["/etc/db-credentials": secrets.path]
    let run = try await container.run(TaskDirectory("artifact_traps.py", in: "Tests/ContainerTests/Attacks"))
    let result = try run.result()
    #expect(result.reason == .exited && result.exitCode == 0, "\(result.stderrText)")
    #expect(result.isComplete)
    let honest = try #require(result.artifacts.first { $0.name.text == "honest" })
    #expect(honest.isComplete && honest.bytes == (0..<100).flatMap { _ in Array(UInt8.min ... .max) })

    let refusals = Self.refusals(result)
    for expected in [
      "link-passwd symlink", "link-secret symlink", "link-secret-folder symlink", "link-supervisor symlink",
      "link-up symlink", "link-inside symlink", "twin-a hard_link", "twin-b hard_link", "fifo pipe", "socket socket",
      "sparse artifact_file_limit", "closed unreadable", "closed-folder unreadable",
    ] { #expect(refusals.contains(expected), "\(expected) is not among \(refusals.sorted())") }
    #expect(!refusals.contains { $0.hasSuffix(" changed") || $0.hasSuffix(" error") })

    // Only what the script itself wrote comes back, whatever state its processes left names in.
    for artifact in result.artifacts where artifact.name.text != "honest" {
      let text = String(decoding: artifact.bytes, as: UTF8.self)
      #expect(artifact.isComplete)
      #expect(
        text.isEmpty || text == "x" || text.hasPrefix("more\n") || text == "new\n", "\(artifact.name.text): \(text)")
    }
    #expect(!run.logText.contains("root:") && !run.logText.contains("hunter2"))
    #expect(result.exit?.processesKilled ?? 0 >= 3)
  }

  @Test("masses are cut by count, depth and length, and counted", arguments: ["files", "levels", "long", "names"])
  func masses(_ mode: String) async throws {
    let run = try await Self.container([mode])
      .run(TaskDirectory("artifact_masses.py", in: "Tests/ContainerTests/Attacks"))
    let result = try run.result()
    #expect(result.reason == .exited && result.exitCode == 0, "\(result.stderrText)")
    #expect(result.isComplete && result.artifacts.allSatisfy { $0.isComplete })
    let totals = try #require(result.exit?.artifacts)
    let refusals = Self.refusals(result)
    switch mode {
    case "files":
      #expect(totals == ArtifactTotals(files: 4096, bytes: 0, refused: 95_904))
      #expect(refusals == [". count"])
      #expect(result.artifacts.map(\.name.text) == (0..<4096).map { String(format: "f%06d", $0) })
    case "levels":
      #expect(totals == ArtifactTotals(files: 0, bytes: 0, refused: 1))
      #expect(refusals.first?.hasSuffix(" depth") == true)
    case "long":
      // 15 levels of 256 bytes and a name of 255 are 4,095 bytes; a file and a folder are one level deeper.
      #expect(totals == ArtifactTotals(files: 15, bytes: 0, refused: 2))
      #expect(refusals.allSatisfy { $0.hasSuffix(" name_too_long") })
    default:
      #expect(totals.files == 6 && totals.refused == 0)
      for artifact in result.artifacts { #expect(artifact.bytes == artifact.name.bytes) }
    }
  }

  @Test("a volume is no place for artifacts")
  func volume() async throws {
    var container = Container(.python, ["--artifacts", "/tmp/volume"])
    container.writableDirectories = ["/tmp/volume"]
    let result = try await container.run(TaskDirectory(script: "print(1)\n")).result()
    #expect(result.reason == .launchFailed)
    #expect(result.exit?.message.contains("volume of its own") == true, "\(result.exit?.message ?? "")")
  }

  @Test("files come back whoever the user is", arguments: [ContainerUser.image, .random()])
  func users(_ user: ContainerUser) async throws {
    var container = Container(.python, ["--artifacts", "out"])
    container.user = user
    let result = try await container.run(TaskDirectory(script: "open('out/a', 'w').write('hello')\n")).result()
    #expect(result.artifacts.map(\.bytes) == [Array("hello".utf8)] && result.isComplete)
  }

  @Test("each trust level runs as far as it says", arguments: ["shadow", "read-only", "limited-write", "autonomous"])
  func levels(_ level: String) async throws {
    let script = """
      import os, socket
      open("/tmp/mark", "w")
      try:
          socket.socket(socket.AF_INET); print("network")
      except OSError: print("no network")
      try:
          open("/data/mark", "w"); print("data")
      except OSError: print("no data")
      print(os.environ.get("TOKEN"))
      """
    var container = Container(.python, ["--trust", level])
    container.environment = ["TOKEN": "hunter2"]
    container.writableDirectories = ["/data"]
    if level == "limited-write" || level == "autonomous" { container.options += ["--write", "/data"] }
    if level == "autonomous" { container.options += ["--pass-env", "TOKEN"] }
    let result = try await container.run(TaskDirectory(script: script)).result()
    #expect(result.start?.trust == level && result.isComplete)
    switch level {
    case "shadow":
      #expect(result.reason == .checked && result.stdout.isEmpty && result.exitCode == nil)
    case "read-only": #expect(result.stdoutText == "no network\nno data\nNone\n")
    case "limited-write": #expect(result.stdoutText == "no network\ndata\nNone\n")
    default: #expect(result.stdoutText == "network\ndata\nhunter2\n")
    }
  }

  @Test(
    "the images check their languages",
    arguments: [
      (ContainerEngine.Image.python, "script.py", "x = 1\nprint((\n", "script.py:2: SyntaxError"),
      (.python, "script.sh", "echo 1\necho )\n", "line 2"), (.bash, "script.sh", "echo 1\necho )\n", "line 2"),
      (.busybox, "script.sh", "echo 1\necho )\n", "line 2"),
    ])
  func checks(_ image: ContainerEngine.Image, _ name: String, _ script: String, _ words: String) async throws {
    let bad = try await Container(image, ["--trust", "shadow"]).run(TaskDirectory(script: script, named: name)).result()
    #expect(bad.reason == .invalidTask && bad.exit?.message.contains(words) == true, "\(bad.exit?.message ?? "")")
    let good = name.hasSuffix("py") ? "print(1)\n" : "touch /tmp/mark\n"
    let checked = try await Container(image, ["--trust", "shadow"]).run(TaskDirectory(script: good, named: name))
      .result()
    #expect(checked.reason == .checked, "\(checked.exit?.message ?? "")")
  }
}
