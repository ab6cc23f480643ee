import DispatcherModel
import Foundation
import KubernetesEngine
import KubernetesTestSupport
import Manifests
import Testing

/// `dispatcher/manifests`.
struct ManifestTests {
  private static let folder = StandIn.root + "/dispatcher/manifests"

  @Test("the manifests are of the published types, and what they name is there")
  func types() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = [
      "-B", StandIn.root + "/dispatcher/Tests/StandIn/check_manifests.py", Self.folder,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("the project's own lint has nothing against them")
  func lint() throws {
    for name in ["namespaces", "jobs-namespace", "network-policies", "tokens.example"] {
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).yaml")))
      #expect(ManifestLint().findings(bytes, name: name).isEmpty)
    }
  }

  @Test("the dispatcher can read its configuration, and finds what is wrong with one")
  func configuration() throws {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/config.json")))
    let configuration = try ServiceConfiguration(file: bytes, path: "config.json")
    #expect(configuration.engine == .kubernetes)
    // Not in a cluster.
    #expect {
      _ = try KubernetesEngine(configuration, logger: StandIn.silent)
    } throws: { error in
      (error as? ServiceConfigurationError)?.message.contains("not in a cluster") == true
    }
  }
}
