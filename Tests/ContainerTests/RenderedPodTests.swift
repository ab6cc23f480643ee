import Foundation
import TestSupport
import Testing
import WarderFrames

/// What `warder render` writes runs: the Job's pod, taken out of it, is played by podman.
///
/// What podman 4.3 cannot play is changed: its volumes are the whole machine's, so they get names of their own, and a key whose
/// path has a folder in it stays away from it (`items` there make plain files only). Nor does it replace `$(NAME)` in arguments.
@Suite("A rendered Job, unwrapped to its pod", .needsContainers)
struct RenderedPodTests {
  @Test("runs, with its arguments, its data and its settings")
  func runs() async throws {
    let folder = try TemporaryPath(permissions: 0o755)
    let script = """
      import os, sys
      print(sys.argv[1:], open("rows.csv").read().split(), len(open("raw.bin", "rb").read()), os.environ["A"])
      print(os.getuid(), os.access("/task/main.py", os.W_OK), os.access("/etc", os.W_OK), file=sys.stderr)
      sys.exit(3)
      """
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder.path + "/main.py"))
    try Data("a b\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/rows.csv"))
    try Data([0x00, 0xFF, 0x80]).write(to: URL(fileURLWithPath: folder.path + "/raw.bin"))
    let name = "warder-test-" + randomName()
    let run = try await play(
      name,
      [
        "main.py", "rows.csv", "raw.bin", "--name", name, "--image", ContainerEngine.Image.python.reference,
        "--timeout", "45s", "--env", "A=$B no", "--run-as-user", "4711", "--id", "rendered", "--", "--year",
        "$HOME",
        "on",
      ], in: folder.path)
    let result = try run.result()
    #expect(result.stdoutText == "['--year', '$HOME', 'on'] ['a', 'b'] 3 $B no\n")
    #expect(String(decoding: result.stderr, as: UTF8.self) == "4711 False False\n")
    #expect(result.exit?.exitCode == 3)
    #expect(result.start?.id == "rendered")
    #expect(result.isComplete)
  }

  @Test("is ended by its own deadline, with a verdict")
  func deadline() async throws {
    let folder = try TemporaryPath(permissions: 0o755)
    try Data("echo started; sleep 600\n".utf8).write(to: URL(fileURLWithPath: folder.path + "/wait.sh"))
    let name = "warder-test-" + randomName()
    let run = try await play(
      name, ["wait.sh", "--name", name, "--image", ContainerEngine.Image.bash.reference, "--timeout", "2s"],
      in: folder.path)
    let result = try run.result()
    #expect(result.stdoutText == "started\n")
    #expect(result.exit?.reason == .timeout)
    #expect(run.end == .exited(240))
  }

  /// Renders, unwraps, plays, waits, reads the log, and removes everything.
  private func play(_ name: String, _ words: [String], in folder: String) async throws -> WarderRun {
    var render = WarderTool(["render", "--format", "json"] + words)
    render.directory = folder
    let rendered = try await render.run()
    guard rendered.succeeded else { throw TestSupportError("warder render: \(rendered.errorText)") }
    return try await PlayedManifest(
      manifest: try unwrapped(Data(rendered.output), name), pod: name, container: name + "-task",
      volumes: [name + "-task", name + "-tmp"]
    ).run()
  }

  /// The ConfigMap as it is, and the pod out of the Job.
  private func unwrapped(_ json: Data, _ name: String) throws -> [UInt8] {
    let list = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    let items = try #require(list["items"] as? [[String: Any]])
    var documents: [Data] = []
    for var item in items {
      if item["kind"] as? String == "Job" {
        let template = try #require((item["spec"] as? [String: Any])?["template"] as? [String: Any])
        var spec = try #require(template["spec"] as? [String: Any])
        let volumes = try #require(spec["volumes"] as? [[String: Any]])
        spec["volumes"] = volumes.map { renamed($0, name) }
        let containers = try #require(spec["containers"] as? [[String: Any]])
        spec["containers"] = containers.map { container in
          var container = container
          container["volumeMounts"] = (container["volumeMounts"] as? [[String: Any]])?.map { renamed($0, name) }
          return container
        }
        item = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": name], "spec": spec]
      }
      documents.append(
        try JSONSerialization.data(withJSONObject: item, options: [.sortedKeys, .withoutEscapingSlashes]))
    }
    // JSON is YAML.
    return Array(documents.joined(separator: Data("\n---\n".utf8)))
  }

  private func renamed(_ object: [String: Any], _ name: String) -> [String: Any] {
    var object = object
    object["name"] = "\(name)-\(object["name"] as? String ?? "")"
    return object
  }
}
