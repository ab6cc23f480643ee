import Manifests
import TaskModel

/// A task as `warder render` makes it, for tests that spoil it.
enum GoodTask {
  static func manifest() throws -> TaskManifest {
    let script = TaskFiles.File(path: "main.py", bytes: Array("print(1)\n".utf8))
    let data = TaskFiles.File(path: "in/a.csv", bytes: Array("x,y\n".utf8))
    var manifest = TaskManifest(
      name: "good", image: "example.org/python:3.11", files: try TaskFiles(script: script, data: [data]),
      cpu: try CPUQuantity("1"), memory: "512Mi", temporary: .memory(bytes: 128 << 20),
      deadlines: TaskDeadlines(podSeconds: 430, jobSeconds: 1030, terminationGraceSeconds: 15))
    manifest.settings = [(.script, "/task/main.py"), (.timeout, "5m")]
    return manifest
  }

  /// The Job, changed by a strategic-merge patch in YAML.
  static func job(_ patch: String) throws -> ManifestNode {
    let patch = try ManifestFile.readPatch(Array(patch.utf8), name: "patch")
    return try StrategicMergePatch().apply(patch, to: manifest().job, type: "Job")
  }

  /// What the lint says about the ConfigMap and a Job.
  static func findings(_ job: ManifestNode, configMap: ManifestNode? = nil) throws -> [LintFinding] {
    let text = YAMLWriter.text(of: [try configMap ?? manifest().configMap, job])
    return ManifestLint().findings(Array(text.utf8), name: "t")
  }
}
