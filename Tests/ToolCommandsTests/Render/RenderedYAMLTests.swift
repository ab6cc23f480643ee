import Foundation
import Manifests
import Testing

@testable import ToolCommands

/// The same by other people's tools: PyYAML reads the YAML as Python's json reads the JSON, and both pass a strict schema of
/// Kubernetes' types that is made of another source than the tool's own table.
@Suite("Rendered manifests, read by Python")
struct RenderedYAMLTests {
  private static let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  @Test("are the same values as their JSON, and of Kubernetes' types")
  func python() throws {
    let folder = try RenderFolder()
    let output = folder.path + "/out"
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    var count = 0
    for words in RenderCombinationTests.combinations {
      guard let rendering = try? folder.render(words) else { continue }
      try Data(rendering.yaml).write(to: URL(fileURLWithPath: "\(output)/\(count).yaml"))
      try Data(ManifestNode.json(of: rendering.documents)).write(to: URL(fileURLWithPath: "\(output)/\(count).json"))
      count += 1
    }
    #expect(count > 10)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      Self.top.appendingPathComponent("Support/check_manifests.py").path,
      Self.top.appendingPathComponent("Support/kubernetes-1.34.schema.json").path, output,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let said = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said == "\(count) manifests\n")
  }
}
