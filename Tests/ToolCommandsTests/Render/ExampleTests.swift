import ArgumentParser
import Foundation
import Manifests
import Testing

@testable import ToolCommands

@Suite("Manifests among the examples")
struct ExampleTests {
  private static let top =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/"

  private func text(_ file: String) throws -> String {
    try String(contentsOfFile: Self.top + file, encoding: .utf8)
  }

  @Test(
    "are in order",
    arguments: ["examples/job.yaml", "examples/pod.yaml", "examples/nats-egress.yaml", "examples/install.yaml"])
  func checked(file: String) throws {
    let findings = ManifestLint().findings(Array(try text(file).utf8), name: file)
    #expect(findings.map { "\($0.place) \($0.reason)" } == [])
  }

  @Test("are in order where a document shows one", arguments: ["README.md", "docs/kubernetes.md"])
  func documents(file: String) throws {
    for block in try text(file).components(separatedBy: "```yaml\n").dropFirst() {
      let yaml = block.components(separatedBy: "\n```").first ?? ""
      guard yaml.contains("\nkind: Job") else { continue }
      let findings = ManifestLint().findings(Array(yaml.utf8), name: file).filter { $0.severity == .error }
      #expect(findings.map { "\($0.place) \($0.reason)" } == [])
    }
  }

  /// A difference: make the file again by the command.
  @Test(
    "are what warder render makes",
    arguments: [
      (
        "examples/job.yaml",
        "examples/fruit/total.py examples/fruit/fruit.csv --name warder-hello --timeout 1m --memory 256Mi --tmp 64Mi "
          + "--image localhost/warder/python:latest"
      ),
      (
        "examples/nats-egress.yaml",
        "examples/ask-nats.py --name ask-nats -n bakerst --egress ns=bakerst,pod=app=nats:4222 --dns kube --only egress"
      ),
    ])
  func rendered(file: String, command: String) throws {
    let words = command.split(separator: " ").map { word in
      word.hasPrefix("examples/") ? Self.top + word : String(word)
    }
    let parsed = try RenderCommand.parse(words)
    let rendering = try Rendering(parsed, data: parsed.words, arguments: [])
    #expect(String(decoding: rendering.yaml, as: UTF8.self) == (try text(file)), "warder render \(command) >\(file)")
  }
}
