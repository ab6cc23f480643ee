import Manifests
import RandomInput
import Testing

@Suite("Files of a task")
struct TaskFilesTests {
  private func files(_ script: String, _ data: [(String, [UInt8])] = []) throws -> TaskFiles {
    try TaskFiles(
      script: TaskFiles.File(path: script, bytes: Array("print(1)\n".utf8)),
      data: data.map { TaskFiles.File(path: $0.0, bytes: $0.1) })
  }

  private func manifest(_ files: TaskFiles) throws -> TaskManifest {
    TaskManifest(
      name: "t", image: "localhost/i", files: files, cpu: try CPUQuantity("1"), memory: "512Mi",
      temporary: .memory(bytes: 1 << 20),
      deadlines: TaskDeadlines(podSeconds: 2, jobSeconds: 3, terminationGraceSeconds: 1))
  }

  @Test("come back as they were, whatever their names and bytes")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<200 {
      var data: [(String, [UInt8])] = []
      for _ in 0..<Int.random(in: 0...5, using: &generator) {
        let parts = (0...Int.random(in: 0...2, using: &generator)).map { _ in
          ["a", "b.c", "_", "x y", "ä", "in", "-", "a_b", "😀", ".h"].randomElement(using: &generator) ?? "a"
        }
        let bytes = generator.oneIn(2) ? generator.bytes(count: 20) : Array(generator.text(scalars: 20).utf8)
        data.append((parts.joined(separator: "/"), bytes))
      }
      guard let made = try? files("main.py", data) else { continue }
      let manifest = try manifest(made)
      let text = YAMLWriter.text(of: [manifest.configMap, manifest.job])
      let pod = try TaskPod(ManifestFile.parse(Array(text.utf8), name: "t"))
      guard case .files(let read)? = pod.mount(at: "/task")?.source else { throw Unexpected("no files") }
      let expected = [("main.py", Array("print(1)\n".utf8))] + data
      #expect(
        Dictionary(uniqueKeysWithValues: read.map { ($0.path, $0.bytes) }) == Dictionary(uniqueKeysWithValues: expected)
      )
    }
  }

  @Test(
    "are refused where they would be something else",
    arguments: [
      ("task.json", "would be read as the task's configuration"), ("main.py", "is given twice"),
      ("../x", "expected a path inside the task directory"), ("a//b", "expected a path inside"),
      ("..data", "expected a path inside"), ("a/..b", "expected a path inside"), ("main.py/x", "a file and a folder"),
    ])
  func refusals(path: String, expected: String) throws {
    let error = try #require(throws: ManifestError.self) { try files("main.py", [(path, [1])]) }
    #expect(error.message.contains(expected), "\(error.message)")
  }

  @Test("are refused where a ConfigMap has no room for them, with the size and the ways out")
  func size() throws {
    let room = TaskFiles.mostBytes - "main.py".utf8.count - "print(1)\n".utf8.count - "big".utf8.count
    _ = try files("main.py", [("big", [UInt8](repeating: 65, count: room))])
    let error = try #require(throws: ManifestError.self) {
      try files("main.py", [("big", [UInt8](repeating: 65, count: room + 1))])
    }
    #expect(error.message.hasPrefix("the script and its data are 1048577 bytes, and a ConfigMap holds 1048576"))
    #expect(error.message.contains("the largest is big with 1048558"))
    #expect(error.message.contains("--template"))
  }

  @Test("get arguments past Kubernetes' own variables")
  func arguments() throws {
    var manifest = try manifest(files("main.py"))
    manifest.scriptArguments = ["$(HOME)", "$$", "$5", "a$(b", "$(A)$$(B)", "", "--"]
    let text = YAMLWriter.text(of: [manifest.configMap, manifest.job])
    let pod = try TaskPod(ManifestFile.parse(Array(text.utf8), name: "t"))
    #expect(pod.arguments == ["--"] + manifest.scriptArguments)
  }
}
