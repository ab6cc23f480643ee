import ArgumentParser
import Foundation
import Manifests

@testable import ToolCommands

/// A folder with a script, data and a template, for `warder render`, removed with the value.
final class RenderFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "warder-render-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path + "/data/inner", withIntermediateDirectories: true)
    try write("main.py", "import sys\nprint('ä', sys.argv)\n")
    try write("rows.csv", "a,b\n1,2\n")
    try write("data/one.txt", "yes")
    try write("data/inner/two three.txt", "# not a comment\n")
    try Data([0x00, 0xFF, 0x80]).write(to: URL(fileURLWithPath: path + "/data/raw.bin"))
    try write(
      "template.yaml",
      """
      spec:
        template:
          metadata: {annotations: {example.org/a: "1"}}
          spec:
            nodeSelector: {disk: ssd}
            tolerations: [{key: tasks, operator: Exists, effect: NoSchedule}]
            imagePullSecrets: [{name: pull}]
            volumes: [{name: models, persistentVolumeClaim: {claimName: models, readOnly: true}}]
            containers:
              - name: task
                volumeMounts: [{name: models, mountPath: /models, readOnly: true}]

      """)
    try write("policy.json", "{\"ceilings\": {\"timeout\": \"3h\"}}")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  /// - Parameter words: the command line behind `warder render`; `@` stands for the folder.
  func render(_ words: [String]) throws -> Rendering {
    let words = words.map { $0.replacing("@", with: path) }
    let command = try RenderCommand.parse(words)
    let split = RenderCommand.split(command.words, commandLine: words)
    return try Rendering(command, data: split.data, arguments: split.arguments)
  }
}
