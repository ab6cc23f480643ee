import Foundation
import TestSupport

/// The engines that this machine has. In CI each of them has to be there.
enum Engines {
  /// Podman's is run twice: by its own command line, and by docker's, which it takes.
  static let all = ["bubblewrap", "process", "podman", "docker"]

  static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

  static let present = all.filter { engine in
    isCI || engine == "process" || engine == "bubblewrap" && has("bwrap")
      || ["podman", "docker"].contains(engine) && ContainerEngine.isExpected
  }

  static func options(_ engine: String) async throws -> [String] {
    guard ["podman", "docker"].contains(engine) else { return ["--engine", engine] }
    try await ContainerEngine.prepare()
    return ["--engine", engine, "--image", ContainerEngine.Image.python.reference]
  }

  private static func has(_ program: String) -> Bool {
    ["/usr/bin", "/usr/local/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }
}

/// Files of one test in a directory of their own.
final class Workspace: Sendable {
  let path = "/tmp/warder-workspace-\(randomName())"

  init(_ files: [String: String]) throws {
    for (name, text) in files {
      let file = URL(fileURLWithPath: "\(path)/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    if files.isEmpty { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
